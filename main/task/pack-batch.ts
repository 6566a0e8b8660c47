import { basename, dirname, resolve } from 'node:path';
import { readJournal } from '../bytes/open.ts';
import { SatchelError } from '../contract/errors.ts';
import type { Message } from '../contract/events.ts';
import type { PackOptions } from '../contract/pack.ts';
import { excluder } from '../source/globs.ts';
import { FILE_NAME_LIMIT, safeName } from '../source/names.ts';
import { discardPartial } from './discard.ts';
import type { RunListener, RunSurroundings } from './file-job.ts';
import { Manager } from './manager.ts';
import { newFileRecord } from './new-record.ts';
import { isPackageOf } from './package-notes.ts';
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
  const path = resolve(options.output);
  if (/[/\\]\.{0,2}$/.test(options.output)) {
    throw new SatchelError('bad-input', `not a name for a file: ${options.output}`);
  }
  const place = { folder: dirname(path), name: safeName(basename(path), FILE_NAME_LIMIT) };
  const now = around.clock.now();
  const record = newFileRecord({ url: '', dir: place.folder, out: place.name }, now, { kind: 'package' });
  let problems = 0;
  const run = async ({ id }: TaskRecord, listener: RunListener, stop: AbortSignal) => {
    const { exclude, compress, symlinks, onConflict } = options;
    const journal = await readJournal(around.disk, place);
    const resume = journal && isPackageOf(journal, 'files') ? place : null;
    const startOver = onConflict === 'overwrite';
    const job = { id, ...place, roots, symlinks, exclude: excluder(exclude), compress, onConflict, resume };
    const onBad = (bad: string, error: SatchelError) => {
      problems += 1;
      onProblem(bad, error);
    };
    return runPack({ ...job, startOver }, around, { ...listener, onProblem: onBad }, stop);
  };
  const manager = new Manager({
    clock: around.clock,
    memory: null,
    jobs: 1,
    run,
    discard: async () => {},
    waitsForRoom: false,
  });
  manager.load([record]);
  const subscription = manager.subscribe(send);
  const interrupt = () => manager.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  else manager.open();
  await manager.idle();
  signal.removeEventListener('abort', interrupt);
  subscription.close();
  await manager.close();
  // There was nothing to pack: what was begun for it has no use.
  if (record.error?.code === 'bad-input' && record.place) await discardPartial(around.disk, record.place);
  return record.state === 'done' && problems === 0;
}
