import type { Hosts } from '../transfer/hosts.ts';
import type { Clock } from '../world/clock.ts';
import type { TaskRecord } from './record.ts';

/** A hold that is over sooner is waited for by a running task. */
const SHORT_HOLD_MS = 5000;

/** Whether a task may begin as far as its host is concerned: else it would take a slot only to wait. */
export class HostQueue {
  readonly #hosts: Hosts;
  readonly #clock: Clock;
  readonly #hostOf = new WeakMap<TaskRecord, { readonly url: string; readonly host: string }>();

  constructor(hosts: Hosts, clock: Clock) {
    this.#hosts = hosts;
    this.#clock = clock;
  }

  /** False while the host is held, or has as many tasks as connections. */
  mayRun(record: TaskRecord, running: readonly TaskRecord[]): boolean {
    const host = this.#host(record);
    const until = this.#hosts.heldUntil(host);
    if (until !== null && until - this.#clock.now() > SHORT_HOLD_MS) return false;
    const there = running.reduce((count, other) => count + Number(this.#host(other) === host), 0);
    return there < this.#hosts.capOf(host);
  }

  /** Told ten thousand times over when a slot is free: parsed once. */
  #host(record: TaskRecord): string {
    const url = record.items[0]?.url ?? '';
    const known = this.#hostOf.get(record);
    if (known?.url === url) return known.host;
    const host = new URL(url).host;
    this.#hostOf.set(record, { url, host });
    return host;
  }
}
