import type { IncomingHttpHeaders } from 'node:http';
import type { FaultName } from './faults.ts';

/**
 * One request as the server saw it; the object goes on changing until `ended` is not 'open'. Times: monotonic
 * ms.
 */
export interface Logged {
  /** From 1, over all paths. */
  readonly n: number;
  /** As asked, query included. */
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly range: string | null;
  readonly ifRange: string | null;
  /** 0 while there is no answer. */
  readonly status: number;
  /** Body bytes handed to the socket: never less than what the client can have. */
  readonly sent: number;
  /** Id of the connection, from 1: the same number twice is a connection used again. */
  readonly socket: number;
  /** 'complete' when the socket has taken the whole answer; the client may not have read it yet. */
  readonly ended: 'open' | 'complete' | 'aborted-by-client' | 'cut-by-server';
  readonly startedAt: number;
  readonly endedAt: number | null;
}

export type Entry = { -readonly [Key in keyof Logged]: Logged[Key] };

interface Waiter {
  readonly condition: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What happened on a server, and who waits for what. Whatever is recorded here wakes the waiters. */
export class Ledger {
  readonly entries: Entry[] = [];
  readonly #counts = new Map<FaultName, number>();
  readonly #waiters = new Set<Waiter>();
  #open = 0;
  #peak = 0;
  #sent = 0;
  #closed = false;

  get peak(): number {
    return this.#peak;
  }

  get sent(): number {
    return this.#sent;
  }

  happened(name: FaultName): number {
    return this.#counts.get(name) ?? 0;
  }

  count(name: FaultName): void {
    this.#counts.set(name, this.happened(name) + 1);
    this.changed();
  }

  began(facts: Pick<Entry, 'path' | 'method' | 'headers' | 'socket'>): Entry {
    const ifRange = facts.headers['if-range'];
    const entry: Entry = {
      ...facts,
      n: this.entries.length + 1,
      range: facts.headers.range ?? null,
      ifRange: typeof ifRange === 'string' ? ifRange : null,
      status: 0,
      sent: 0,
      ended: 'open',
      startedAt: performance.now(),
      endedAt: null,
    };
    this.entries.push(entry);
    this.#peak = Math.max(this.#peak, ++this.#open);
    return entry;
  }

  handed(entry: Entry, bytes: number): void {
    entry.sent += bytes;
    this.#sent += bytes;
    this.changed();
  }

  /** The first ending stays: a response that was cut is also closed, and a complete one too. */
  ended(entry: Entry, how: Exclude<Entry['ended'], 'open'>): void {
    if (entry.ended !== 'open') return;
    entry.ended = how;
    entry.endedAt = performance.now();
    this.#open--;
    this.changed();
  }

  changed(): void {
    for (const waiter of this.#waiters) {
      try {
        if (!waiter.condition()) continue;
        waiter.resolve();
      } catch (thrown) {
        waiter.reject(thrown);
      }
      this.#waiters.delete(waiter);
    }
  }

  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    if (this.#closed) throw new Error('the server is closed');
    await new Promise<void>((resolve, reject) => void this.#waiters.add({ condition, resolve, reject }));
  }

  close(): void {
    this.#closed = true;
    this.changed();
    for (const waiter of this.#waiters)
      waiter.reject(new Error('the server was closed before this came about'));
    this.#waiters.clear();
  }
}
