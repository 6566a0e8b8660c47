import { Worker } from 'node:worker_threads';
import { SatchelError } from '../contract/errors.ts';
import {
  type Errno,
  type FactColumns,
  type Listing,
  OUTCOMES,
  type ReadColumns,
  SMALL_BYTES,
} from './blocking-disk.ts';
import { diskError } from './disk.ts';

export type Question =
  | { readonly ask: 'look'; readonly paths: readonly string[]; readonly follow: boolean }
  | {
      readonly ask: 'list';
      readonly paths: readonly string[];
      readonly follow: boolean;
      readonly enough: number;
    }
  | { readonly ask: 'read'; readonly paths: readonly string[]; readonly expected: number };

export type Answer =
  | { readonly ask: 'look'; readonly value: FactColumns }
  | { readonly ask: 'list'; readonly value: Listing[] }
  | { readonly ask: 'read'; readonly value: ReadColumns };

type AnswerTo<Ask> = Extract<Answer, { ask: Ask }>['value'];

/** A file to read, and about how many bytes it has. */
export interface Wanted {
  readonly path: string;
  readonly size: number;
}

interface ReadFacts {
  /** The how manieth of those wanted it is, from 0. */
  readonly index: number;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, whole. */
  readonly modified: number;
  /** As Unix has it, type bits included. */
  readonly mode: number;
}

export type ReadFile =
  | (ReadFacts & { readonly kind: 'whole'; readonly bytes: Buffer; readonly crc: number })
  /** More than SMALL_BYTES: to be read elsewhere. */
  | (ReadFacts & { readonly kind: 'large' })
  /** Errors: not-found, permission, disk-error; `source-changed` when it is being written to; `bad-input`. */
  | { readonly kind: 'failed'; readonly index: number; readonly error: SatchelError };

const BATCH_BYTES = 1024 * 1024;
const BATCH_FILES = 256;
/** Batches that are read before they are wanted. */
const BATCHES_AHEAD = 4;
/** Names that one answer has at least, if there are so many. */
const ENOUGH_NAMES = 4096;

/** From source it is the file beside this one, and so it is in the build, under the name that its configuration gives. */
const ownUrl = import.meta.url;
const workerUrl = new URL(`./disk-thread-worker.${ownUrl.endsWith('.ts') ? 'ts' : 'js'}`, ownUrl);

/** A thread that looks at many files fast. It starts with the first question and ends with `close`. */
export class DiskThread {
  #worker: Worker | null = null;
  /** Who waits for an answer, in the order of asking. */
  #waiting: PromiseWithResolvers<Answer['value']>[] = [];

  /** What is at each of these paths. */
  look(paths: readonly string[], follow: boolean): Promise<FactColumns> {
    return this.#ask({ ask: 'look', paths, follow });
  }

  /** What is in these folders; perhaps only in the first ones. */
  list(paths: readonly string[], follow: boolean): Promise<Listing[]> {
    return this.#ask({ ask: 'list', paths, follow, enough: ENOUGH_NAMES });
  }

  /** Reads small files in order, by batches of about 1 MiB; up to four are read ahead. */
  async *read(wanted: AsyncIterable<Wanted> | Iterable<Wanted>): AsyncGenerator<readonly ReadFile[]> {
    const ahead: Promise<readonly ReadFile[]>[] = [];
    let first = 0;
    for await (const batch of batches(wanted)) {
      const reading = this.#readBatch(batch, first);
      // It is looked at when its turn comes, which may be never.
      reading.catch(() => {});
      ahead.push(reading);
      first += batch.length;
      if (ahead.length >= BATCHES_AHEAD) yield await (ahead.shift() as Promise<readonly ReadFile[]>);
    }
    for (const reading of ahead) yield await reading;
  }

  async #readBatch(batch: readonly Wanted[], first: number): Promise<readonly ReadFile[]> {
    const paths = batch.map(({ path }) => path);
    const expected = batch.reduce((sum, { size }) => sum + smallPart(size), 0);
    return filesOf(paths, first, await this.#ask({ ask: 'read', paths, expected }));
  }

  /** Whoever still waits for an answer gets `cancelled`. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#fail(new SatchelError('cancelled', 'the thread was closed'));
    await worker?.terminate();
  }

  #ask<Q extends Question>(question: Q): Promise<AnswerTo<Q['ask']>> {
    const waiting = Promise.withResolvers<Answer['value']>();
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#waiting.push(waiting);
    this.#worker.postMessage(question);
    return waiting.promise as Promise<AnswerTo<Q['ask']>>;
  }

  #start(): Worker {
    // Options of the process may be such as no thread can take.
    const worker = new Worker(workerUrl, { execArgv: [] });
    worker.on('message', ({ value }: Answer) => {
      if (worker !== this.#worker) return;
      this.#waiting.shift()?.resolve(value);
      // With nothing to do it keeps nobody from ending.
      if (this.#waiting.length === 0) worker.unref();
    });
    const died = (reason: unknown) => {
      if (worker === this.#worker) this.#fail(new SatchelError('internal', `disk thread: ${String(reason)}`));
    };
    worker.on('error', died);
    worker.on('messageerror', died);
    worker.on('exit', died);
    return worker;
  }

  #fail(error: SatchelError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#worker = null;
    for (const each of waiting) each.reject(error);
  }
}

/** How much of a file is going to be read. */
const smallPart = (size: number) => (size > SMALL_BYTES ? 0 : size);

async function* batches(wanted: AsyncIterable<Wanted> | Iterable<Wanted>): AsyncGenerator<readonly Wanted[]> {
  let batch: Wanted[] = [];
  let bytes = 0;
  for await (const one of wanted) {
    const more = smallPart(one.size);
    if (batch.length > 0 && (bytes + more > BATCH_BYTES || batch.length === BATCH_FILES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(one);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

function filesOf(paths: readonly string[], first: number, read: ReadColumns): readonly ReadFile[] {
  let at = 0;
  return paths.map((path, row) => {
    const index = first + row;
    const size = read.sizes[row] as number;
    const facts = { index, size, modified: read.modified[row] as number, mode: read.modes[row] as number };
    const outcome = OUTCOMES[read.outcomes[row] as number];
    if (outcome === 'large') return { kind: 'large', ...facts };
    if (outcome !== 'whole')
      return { kind: 'failed', index, error: failure(path, outcome, read.errors.get(row)) };
    const bytes = Buffer.from(read.bytes, at, size);
    at += size;
    return { kind: 'whole', ...facts, bytes, crc: read.crcs[row] as number };
  });
}

function failure(path: string, outcome: (typeof OUTCOMES)[number] | undefined, errno: Errno | undefined) {
  if (outcome === 'changed')
    return new SatchelError('source-changed', `${path} was changed while it was read`);
  if (outcome === 'other') return new SatchelError('bad-input', `not a file: ${path}`);
  return localError(errno, path);
}

/** Why a path of this machine could not be looked at: not-found, permission, disk-error. */
export function localError(errno: Errno | undefined, path: string): SatchelError {
  if (errno?.code === 'ENOENT') return new SatchelError('not-found', path);
  return diskError(Object.assign(new Error(errno?.message), { code: errno?.code ?? 'EIO' }), path);
}
