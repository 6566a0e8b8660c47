import { digestsOfBytes } from '../bytes/checksum.ts';
import type { CommandAnswer } from '../contract/commands.ts';
import { SatchelError } from '../contract/errors.ts';
import { checksumText, parseChecksum } from '../source/headers.ts';
import type { Disk, DiskFile } from '../world/disk.ts';
import { type Finding, PROBLEMS } from '../zip/findings.ts';
import { verifyZip } from '../zip/verify.ts';
import { isStill } from './finished-file.ts';
import type { FinishedFile, TaskRecord } from './record.ts';

/** Read and digested at once: a moment only, so that everything else goes on. */
const READ_BYTES = 1024 * 1024;
/** What is computed where nobody has said what it should be. */
const USUAL = 'sha256';
/** Of a ZIP in ruins nobody reads more. */
const MOST_PROBLEMS = 100;

export interface VerifyWish {
  /** `ALGO:HEX` that it should have; undefined: the one that the task was given. */
  readonly checksum: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads the file of a finished task once more. That another one lies there is a problem, not an error: what it is can
 * still be told. Errors: `bad-transition` where it is not done, `not-found` where the file is gone, `bad-input` for what
 * is no checksum, `disk-error`, `permission`, the signal's reason.
 */
export async function verifyTask(
  disk: Disk,
  { state, finished, kind, items }: TaskRecord,
  { checksum: wanted, signal }: VerifyWish,
): Promise<CommandAnswer<'tasks.verify'>> {
  if (state !== 'done' || finished === null) {
    throw new SatchelError('bad-transition', `there is nothing to verify while ${state}`);
  }
  const given = wanted ?? (kind === 'file' ? items[0]?.checksum : null) ?? null;
  const expected = given === null ? null : parseChecksum(given);
  const change = await changeOf(disk, finished);
  const file = await disk.openToRead(finished.path);
  try {
    const algorithm = expected?.algorithm ?? USUAL;
    const { [algorithm]: hex = '' } = await digestsOfBytes(bytesOf(file, signal), [algorithm]);
    const checksum = checksumText({ algorithm, hex });
    const matches = expected === null ? null : checksum === checksumText(expected);
    // Whose bytes are proven to be the right ones has only been touched.
    const problems = change === null || matches === true ? [] : [change];
    if (kind === 'package') problems.push(...(await problemsOf(file, signal)));
    return { checksum, matches, problems };
  } finally {
    await file.close();
  }
}

/** In which way it is not as it was finished; null: in none. */
async function changeOf(disk: Disk, finished: FinishedFile): Promise<string | null> {
  const { path, bytes } = finished;
  const facts = await disk.facts(path);
  if (facts?.kind !== 'file') throw new SatchelError('not-found', path);
  if (facts.size !== bytes)
    return `it was changed since it was done: it had ${bytes} bytes and has ${facts.size}`;
  return (await isStill(disk, finished)) ? null : 'it was changed since it was done';
}

async function* bytesOf(file: DiskFile, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    signal.throwIfAborted();
    const bytes = await file.read(at, READ_BYTES);
    if (bytes.length === 0) return;
    yield bytes;
    at += bytes.length;
  }
}

/** What is wrong with a ZIP; notes are no faults. */
async function problemsOf(file: DiskFile, signal: AbortSignal): Promise<string[]> {
  const { findings } = await verifyZip(file, { signal });
  return findings
    .filter(({ severity }) => severity !== 'note')
    .slice(0, MOST_PROBLEMS)
    .map(sentenceOf);
}

function sentenceOf({ entry, problem }: Finding): string {
  const { sentence } = PROBLEMS[problem];
  return entry === null ? sentence : `${entry}: ${sentence}`;
}
