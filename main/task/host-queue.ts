import type { Hosts } from '../transfer/hosts.ts';
import type { Clock } from '../world/clock.ts';
import type { ItemRecord, TaskRecord } from './record.ts';

/** A hold that is over sooner is waited for by a running task. */
const SHORT_HOLD_MS = 5000;

const itemsOf = ({ items }: TaskRecord): Iterable<ItemRecord> => items;

/** Whether a task may begin as far as its host is concerned: else it would take a slot only to wait. */
export class HostQueue {
  readonly #hosts: Hosts;
  readonly #clock: Clock;
  /** The items of a running task that have been begun. */
  readonly #atWork: (record: TaskRecord) => Iterable<ItemRecord>;
  readonly #hostOf = new WeakMap<ItemRecord, { readonly url: string; readonly host: string | null }>();

  constructor(hosts: Hosts, clock: Clock, atWork: (record: TaskRecord) => Iterable<ItemRecord> = itemsOf) {
    this.#hosts = hosts;
    this.#clock = clock;
    this.#atWork = atWork;
  }

  /** False while the host is held, or has as many downloads as connections; a package has many hosts. */
  mayRun({ kind, items: [item] }: TaskRecord, running: readonly TaskRecord[]): boolean {
    const host = item && kind === 'file' ? this.#host(item) : null;
    if (host === null) return true;
    const until = this.#hosts.heldUntil(host);
    if (until !== null && until - this.#clock.now() > SHORT_HOLD_MS) return false;
    const there = running.reduce((count, other) => count + this.#countOf(other, host), 0);
    return there < this.#hosts.capOf(host);
  }

  #countOf(record: TaskRecord, host: string): number {
    let count = 0;
    for (const item of this.#atWork(record)) count += Number(this.#host(item) === host);
    return count;
  }

  /** Told ten thousand times over when a slot is free: parsed once. */
  #host(item: ItemRecord): string | null {
    const { url } = item;
    const known = this.#hostOf.get(item);
    if (known?.url === url) return known.host;
    const host = item.path === null ? new URL(url).host : null;
    this.#hostOf.set(item, { url, host });
    return host;
  }
}
