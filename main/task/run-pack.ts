import { join } from 'node:path';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { DiskThread } from '../world/disk-thread.ts';
import { walk } from '../world/walk.ts';
import type { DirectZip, EntryRef } from '../zip/direct-writer.ts';
import { EntryNames, entryPath } from '../zip/entry-names.ts';
import { ENTRY_BYTES, MemoryBudget } from '../zip/memory-budget.ts';
import { TailLane } from '../zip/tail-lane.ts';
import { EntryMaker } from './entry-maker.ts';
import type { FileResult, RunSurroundings } from './file-job.ts';
import type { NamedEntry, PackJob, PackListener } from './pack-job.ts';
import { packFolders, packSmall, SMALL_BYTES } from './pack-small.ts';
import type { PackTools } from './pack-tools.ts';
import { packLocal } from './package-local.ts';
import { PackedBefore } from './packed-before.ts';
import { packingOf } from './packing.ts';
import { runZip, type ZipWork } from './run-zip.ts';

/** Files larger than small that are read at once: while one waits for the disk, another is packed. */
const AT_ONCE = 3;

/**
 * Packs files and folders of this machine into one ZIP. What cannot be read is told of and left out. Goes on where an
 * earlier run was ended: files that have not changed since are not read again. Throws a SatchelError.
 */
export async function runPack(
  job: PackJob,
  around: RunSurroundings,
  listener: PackListener,
  signal: AbortSignal,
): Promise<FileResult> {
  const thread = new DiskThread();
  // It takes a while to start; the journal is made meanwhile.
  thread.look([], false).catch(() => {});
  try {
    const zip = { ...job, of: 'files' as const };
    return await runZip(zip, around, listener, new PackWork(job, around, listener, signal, thread));
  } finally {
    await thread.close();
  }
}

class PackWork implements ZipWork {
  readonly #job: PackJob;
  readonly #around: RunSurroundings;
  readonly #listener: PackListener;
  readonly #signal: AbortSignal;
  readonly #thread: DiskThread;
  readonly #refs = new Map<string, EntryRef>();
  #found: NamedEntry[] = [];
  #zip: DirectZip | null = null;

  constructor(
    job: PackJob,
    around: RunSurroundings,
    listener: PackListener,
    signal: AbortSignal,
    thread: DiskThread,
  ) {
    this.#job = job;
    this.#around = around;
    this.#listener = listener;
    this.#signal = signal;
    this.#thread = thread;
  }

  async run(zip: DirectZip): Promise<void> {
    this.#zip = zip;
    const before = new PackedBefore(zip);
    const tools = this.#toolsFor(zip, before);
    for await (const entry of this.#walk(zip, tools.names)) this.#found.push(entry);
    const total = this.#found.reduce((sum, { size }) => sum + size, 0);
    const received = await before.keep(this.#found);
    this.#listener.onFacts({ received, total, resumable: true, etag: null });
    this.#listener.onPhase('packing');
    const rest = this.#found.filter(({ path }) => !this.#keep(path, before));
    const files = rest.filter(({ kind }) => kind === 'file');
    const large = files.filter(({ size }) => size > SMALL_BYTES);
    const small = files.filter(({ size }) => size <= SMALL_BYTES);
    const onPacked = (path: string, ref: EntryRef) => void this.#refs.set(path, ref);
    const folders = rest.filter(({ kind }) => kind === 'folder');
    await packFolders(folders, tools, onPacked);
    await packSmall(small, tools, this.#thread, { onPacked, onLarge: (entry) => void large.push(entry) });
    await this.#packLarge(large, tools);
  }

  close(): Promise<number> {
    const order = this.#found.flatMap(({ path }) => this.#refs.get(path) ?? []);
    if (!this.#zip || order.length === 0) {
      throw new SatchelError('bad-input', 'there is nothing to pack');
    }
    return this.#zip.close(order);
  }

  #keep(path: string, before: PackedBefore): boolean {
    const ref = before.refOf(path);
    if (ref) this.#refs.set(path, ref);
    return ref !== undefined;
  }

  #toolsFor(zip: DirectZip, before: PackedBefore): PackTools {
    const lane = new TailLane({ clock: this.#around.clock, mayOpen: () => true, mayWait: () => true });
    const shared = { job: this.#job, around: this.#around, listener: this.#listener, signal: this.#signal };
    return { ...shared, zip, lane, before, memory: new MemoryBudget(), names: new EntryNames() };
  }

  async *#walk(zip: DirectZip, names: EntryNames): AsyncGenerator<NamedEntry> {
    const { roots, symlinks, exclude } = this.#job;
    const { folder, name } = zip.file.place;
    // What is being made is not a part of itself.
    const own = [this.#job.name, name, `${name}.part`, `${name}.satchel`].map((each) => join(folder, each));
    const onProblem = (path: string, error: SatchelError) => this.#listener.onProblem(path, error);
    for await (const entry of walk(this.#thread, roots, { symlinks, exclude, onProblem })) {
      if (this.#signal.aborted) throw asSatchelError(this.#signal.reason);
      if (own.includes(entry.path)) continue;
      yield { ...entry, entry: names.claim(entryPath(entry.name, { folder: entry.kind === 'folder' })) };
    }
  }

  /** Some at a time; those that have to grow at the end of the ZIP one after another, when all others are there. */
  async #packLarge(large: readonly NamedEntry[], tools: PackTools): Promise<void> {
    const grows = ({ size, entry }: NamedEntry) =>
      size > ENTRY_BYTES && packingOf(this.#job.compress, entry, null).level !== null;
    await inTurns(
      large.filter((entry) => !grows(entry)),
      AT_ONCE,
      (entry) => this.#packOne(entry, tools),
    );
    await inTurns(large.filter(grows), 1, (entry) => this.#packOne(entry, tools));
  }

  async #packOne(from: NamedEntry, tools: PackTools): Promise<void> {
    const { zip, lane, before, listener, around, job, signal } = tools;
    const begun = before.begunOf(from.path);
    const number = begun?.number ?? before.newNumber();
    const { path, entry: name, size, modified, mode } = from;
    const facts = { id: path, path, name, facts: null, digests: [], modified, mode };
    const note = begun?.note ?? { ...facts, seen: { size, modified } };
    const maker = new EntryMaker({ id: path, number, wanted: null, note }, tools);
    const stop = () => maker.stop();
    signal.addEventListener('abort', stop, { once: true });
    const heard = { onFacts: () => {}, onJournaled: (bytes: number) => listener.onJournaled(bytes) };
    const options = { zip, lane, disk: around.disk, compress: job.compress, signal, listener: heard };
    try {
      await packLocal(path, maker, { ...options, onPlaced: () => {} });
      this.#refs.set(path, { region: number, index: 0 });
    } catch (thrown) {
      if (signal.aborted || zip.file.failure) throw thrown;
      listener.onProblem(path, asSatchelError(thrown));
      await zip.release(number);
    } finally {
      signal.removeEventListener('abort', stop);
      await maker.close();
    }
  }
}

/** Runs `work` for each, `count` of them at once, beginning in order; throws what the first of them threw. */
async function inTurns<T>(all: readonly T[], count: number, work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const worker = async () => {
    for (const one of rest) await work(one);
  };
  await Promise.all(Array.from({ length: count }, worker));
}
