import type { Duplicate, Preview } from '../../../main/contract/commands.ts';
import type { ShownError } from '../../store/notices.ts';
import { type Choice, choicesFor, fetches, mainDuplicate, usualChoice } from './duplicates.ts';
import { type Family, familiesOf } from './families.ts';
import type { GivenLink } from './reading/given-link.ts';

/** One address, as the box shows it. */
export interface Row {
  /** The same row while a text is typed. */
  readonly key: string;
  readonly link: GivenLink;
  readonly url: string;
  readonly name: string;
  readonly host: string;
  readonly dir: string;
  readonly category: string | null;
  readonly ask: boolean;
  /** Bytes; null while nobody knows. */
  readonly total: number | null;
  /** Null while nobody knows. */
  readonly resumable: boolean | null;
  readonly error: ShownError | null;
  readonly duplicate: Duplicate | null;
  readonly choices: readonly Choice[];
  /** What is done with it; `keepBoth` where there is nothing like it. */
  readonly choice: Choice;
  readonly leftOut: boolean;
  readonly alone: boolean;
}

export interface RowChoices {
  readonly pack: boolean;
  readonly leftOut: ReadonlySet<string>;
  readonly choices: ReadonlyMap<string, Choice>;
}

/** The previews of links as rows; `links` are those that were previewed, in the same order. */
export function rowsOf(
  links: readonly GivenLink[],
  previews: readonly Preview[],
  draft: RowChoices,
): readonly Row[] {
  const inStep = links.length === previews.length;
  return previews.map((preview, index) => {
    const link = (inStep && links[index]) || { url: preview.url };
    return rowOf(link, preview, draft, previews.length === 1);
  });
}

function rowOf(link: GivenLink, preview: Preview, draft: RowChoices, isOnly: boolean): Row {
  const { url, name, dir, category, ask, total, error, resumable } = preview;
  // A package that holds the same is no second of it.
  const duplicate = draft.pack ? null : mainDuplicate(preview.duplicates);
  const choices = duplicate === null ? [] : choicesFor(duplicate);
  const chosen = draft.choices.get(link.url);
  const usual = duplicate === null ? 'keepBoth' : usualChoice(duplicate, isOnly);
  return {
    ...{ key: link.url, link, url, name, dir, category, ask, total, resumable, error, duplicate, choices },
    // Taking ten thousand addresses apart at every tick of a box would be felt.
    host: /^[a-z]+:\/\/([^/?#]*)/.exec(url)?.[1] ?? '',
    choice: chosen !== undefined && choices.includes(chosen) ? chosen : usual,
    leftOut: error !== null || draft.leftOut.has(link.url),
    alone: error !== null || duplicate !== null,
  };
}

/** What comes of the rows that are not left out. */
export interface Sum {
  /** To be fetched. */
  readonly fetched: readonly Row[];
  readonly resumed: readonly Row[];
  readonly opened: readonly Row[];
  /** In the list already, and left as they are. */
  readonly left: readonly Row[];
  /** Of what is fetched, bytes, as far as it is known. */
  readonly bytes: number;
  /** How many of what is fetched have no known size. */
  readonly unknown: number;
}

export function sumOf(rows: readonly Row[]): Sum {
  const wanted = rows.filter((row) => !row.leftOut);
  const fetched = wanted.filter(({ choice }) => fetches(choice));
  return {
    fetched,
    resumed: wanted.filter(({ choice }) => choice === 'resume'),
    opened: wanted.filter(({ choice }) => choice === 'open'),
    left: wanted.filter(({ choice }) => choice === 'leave'),
    bytes: fetched.reduce((sum, { total }) => sum + (total ?? 0), 0),
    unknown: fetched.filter(({ total }) => total === null).length,
  };
}

/** A line of the table: a family folded up, its heading when it is open, or a row. */
export type TableLine =
  | { readonly kind: 'row'; readonly row: Row; readonly inFamily: boolean }
  | { readonly kind: 'family'; readonly family: Family<Row>; readonly open: boolean };

export function linesOf(rows: readonly Row[], open: ReadonlySet<string>): readonly TableLine[] {
  return familiesOf(rows).flatMap((family): readonly TableLine[] => {
    if (family.rows.length === 1) return [{ kind: 'row', row: family.rows[0], inFamily: false }];
    const isOpen = open.has(family.key);
    const heading: TableLine = { kind: 'family', family, open: isOpen };
    if (!isOpen) return [heading];
    return [heading, ...family.rows.map((row): TableLine => ({ kind: 'row', row, inFamily: true }))];
  });
}
