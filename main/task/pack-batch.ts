import { basename, dirname, resolve } from 'node:path';
import { readJournal } from '../bytes/open.ts';
import type { SatchelError } from '../contract/errors.ts';
import type { Message } from '../contract/events.ts';
import type { PackOptions } from '../contract/pack.ts';
import { excluder } from '../source/globs.ts';
import { FILE_NAME_LIMIT, safeName } from '../source/names.ts';
import { discardPartial } from './discard.ts';
import type { RunListener, RunSurroundings } from './file-job.ts';
import { demandFileName } from './jobs.ts';
import { newFileRecord } from './new-record.ts';
import { runTasks } from './one-command.ts';
import { madeOf } from './package-notes.ts';
import type { TaskRecord } from './record.ts';
import { runPack } from './run-pack.ts';

export interface PackBatchOptions {
  readonly around: RunSurroundings;
  readonly signal: AbortSignal;
  readonly send: (message: Message) => void;
  /** Told of what is not in the ZIP. */
  readonly onProblem: (path: string, error: SatchelError) => void;
}

/**
 * Packs the paths of one command into one ZIP, shown as one task. It remembers nothing: what there is to go on with is
 * in the journal beside the ZIP. Gives whether all went well; never rejects, but for `bad-input`.
 */
export async function runPackBatch(
  roots: readonly string[],
  options: PackOptions,
  { around, signal, send, onProblem }: PackBatchOptions,
): Promise<boolean> {
  demandFileName(options.output);
  const path = resolve(options.output);
  const place = { folder: dirname(path), name: safeName(basename(path), FILE_NAME_LIMIT) };
  const now = around.clock.now();
  const record = newFileRecord({ url: '', dir: place.folder, out: place.name }, now, { kind: 'package' });
  let problems = 0;
  const run = async ({ id }: TaskRecord, listener: RunListener, stop: AbortSignal) => {
    const { exclude, compress, symlinks, onConflict } = options;
    const journal = await readJournal(around.disk, place);
    const resume = journal && madeOf(journal.notes) === 'files' ? place : null;
    const startOver = onConflict === 'overwrite';
    const job = { id, ...place, roots, symlinks, exclude: excluder(exclude), compress, onConflict, resume };
    const onBad = (bad: string, error: SatchelError) => {
      problems += 1;
      onProblem(bad, error);
    };
    return runPack({ ...job, startOver }, around, { ...listener, onProblem: onBad }, stop);
  };
  await runTasks([record], { clock: around.clock, signal, send, jobs: 1, run, announces: false });
  // There was nothing to pack: what was begun for it has no use.
  if (record.error?.code === 'bad-input' && record.place) await discardPartial(around.disk, record.place);
  return record.state === 'done' && problems === 0;
}
