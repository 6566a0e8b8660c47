/**
 * `error`: it is damaged, or readers would disagree about it. `unchecked`: nothing is known to be wrong, but not
 * everything could be looked at. `note`: worth knowing, and no fault.
 */
export type Severity = 'error' | 'unchecked' | 'note';

interface ProblemFacts {
  readonly severity: Severity;
  /** One plain sentence, without its full stop. */
  readonly sentence: string;
}

const facts = <T extends Record<string, ProblemFacts>>(table: T): T => table;
const error = (sentence: string): ProblemFacts => ({ severity: 'error', sentence });
const unchecked = (sentence: string): ProblemFacts => ({ severity: 'unchecked', sentence });
const note = (sentence: string): ProblemFacts => ({ severity: 'note', sentence });

/** Everything that can be found in a ZIP (docs/cli.md has the same table). */
export const PROBLEMS = facts({
  'end-missing': error('it has no end record: it was cut short, or is no ZIP'),
  truncated: error('it was cut short here'),
  'end-ambiguous': error('it has several end records, and readers may take another one'),
  'end-wrong': error('its end records contradict each other'),
  'directory-span': error('its directory is not where the end record says'),
  'directory-damaged': error('its directory cannot be read to the end'),
  'entry-count': error('its directory has another number of entries than the end record says'),
  'header-missing': error('there is no header where the directory says'),
  'header-differs': error('its header says something else than the directory'),
  'descriptor-wrong': error('what follows its bytes says something else than the directory'),
  overlap: error('it shares bytes with something else'),
  bomb: error('it states a size that so few bytes cannot have'),
  'size-wrong': error('its bytes are more or fewer than stated'),
  'data-damaged': error('its bytes cannot be decompressed'),
  'crc-mismatch': error('its bytes are not those that were packed'),
  'duplicate-name': error('the name is there already'),
  'file-and-folder': error('the name is a file and a folder at once'),
  'unsafe-name': error('the name is not safe to unpack'),
  encrypted: unchecked('it is encrypted'),
  'unsupported-method': unchecked('its compression method is not supported'),
  'many-volumes': unchecked('it is one of several volumes'),
  'too-many-entries': unchecked('it has too many entries to look at them all'),
  'similar-name': note('a name that differs only in case or in how it is encoded is there already'),
  'unportable-name': note('not every system can have a file of this name'),
  'header-varies': note('its header differs from the directory where readers do not mind'),
  'extra-malformed': note('its extra fields cannot be read'),
  'high-ratio': note('it becomes very large when it is unpacked'),
  'trailing-bytes': note('there are bytes behind its end'),
  prepended: note('there are bytes before its first entry'),
  gap: note('there are bytes that belong to no entry'),
  filler: note('there is an unlisted entry of zeros, which readers pass over'),
});

export type Problem = keyof typeof PROBLEMS;

export interface Finding {
  /** The entry's name; null where it is about the ZIP as a whole. */
  readonly entry: string | null;
  readonly problem: Problem;
  readonly severity: Severity;
  /** What was seen: numbers, places, names. */
  readonly detail: string;
}

export interface ZipReport {
  /** Entries in its directory. */
  readonly entries: number;
  /** Those whose bytes were read and have the size and CRC stated. */
  readonly good: number;
  /** Unpacked bytes that were read. */
  readonly bytes: number;
  /** That of the ZIP as a whole first, then by entry, in the order of the directory. */
  readonly findings: readonly Finding[];
  /** How many more there were than are in `findings`. */
  readonly more: number;
  /** Everything was looked at, and nothing is wrong. */
  readonly ok: boolean;
}

/** A damaged ZIP can have millions of faults; nobody reads more of each grade than so many. */
const KEPT = 1000;

/** Whom a finding is about. */
export interface About {
  readonly name: string;
  /** Place in the directory. */
  readonly index: number;
}

/** Collects what is found, in bounded memory. */
export class Findings {
  readonly #found: { readonly finding: Finding; readonly index: number }[] = [];
  readonly #counts: Record<Severity, number> = { error: 0, unchecked: 0, note: 0 };
  #ofTheWhole = 0;

  add(problem: Problem, detail: string, about: About | null = null): void {
    const { severity } = PROBLEMS[problem];
    this.#counts[severity] += 1;
    // What is wrong with the whole is not lost among what is wrong with its entries.
    if (about === null ? this.#ofTheWhole++ >= KEPT : this.full(severity)) return;
    const finding = { entry: about?.name ?? null, problem, severity, detail };
    this.#found.push({ finding, index: about?.index ?? -1 });
  }

  /** More of this grade would only be counted. */
  full(severity: Severity): boolean {
    return this.#counts[severity] > KEPT;
  }

  report(seen: Pick<ZipReport, 'entries' | 'good' | 'bytes'>): ZipReport {
    const { error: errors, unchecked: skipped, note: notes } = this.#counts;
    const findings = this.#found.toSorted((a, b) => a.index - b.index).map(({ finding }) => finding);
    const more = errors + skipped + notes - findings.length;
    return { ...seen, findings, more, ok: errors + skipped === 0 };
  }
}
