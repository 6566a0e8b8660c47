import type { Clock, Timer } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import { amountOf } from './items.ts';
import type { TaskRecord } from './record.ts';

/** How often a full disk is looked at. */
const LOOK_MS = 5000;
/** A task that has found no room all the same (a quota says less than the disk) is let alone for longer and longer. */
const LONGEST_MS = 600_000;
/** A task whose size nobody knows is let go on with so much free. */
const UNKNOWN_BYTES = 64 * 1024 * 1024;
/** Left free besides what is needed: else each journal line would fill the disk anew. */
const SPARE_BYTES = 1024 * 1024;

export interface RoomOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly list: () => Iterable<TaskRecord>;
  /** There is room for it again. */
  readonly onRoom: (record: TaskRecord) => void;
}

/** Lets tasks go on that were paused by a full disk, as soon as what they miss fits. */
export class RoomWatch {
  readonly #options: RoomOptions;
  #timer: Timer | null = null;
  #closed = false;
  readonly #tries = new WeakMap<TaskRecord, { received: number; count: number; notBefore: number }>();

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  /** Looks from now on, as long as some task waits for room. */
  watch(): void {
    if (this.#closed || this.#timer !== null || this.#waiting.length === 0) return;
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      void this.#look().finally(() => {
        this.#timer = null;
        this.watch();
      });
    });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.stop();
  }

  get #waiting(): TaskRecord[] {
    return [...this.#options.list()].filter(waitsForRoom);
  }

  async #look(): Promise<void> {
    const { disk, list, onRoom } = this.#options;
    for (const [folder, waiting] of Map.groupBy(this.#waiting, ({ dir }) => dir)) {
      let free = await disk.freeBytes(folder).catch(() => 0);
      // What runs in the same folder will want its share of it.
      for (const record of list()) {
        if (record.state === 'running' && record.dir === folder) free -= missing(record);
      }
      for (const record of waiting) {
        const needed = missing(record) + SPARE_BYTES;
        if (this.#closed || needed > free || !waitsForRoom(record) || !this.#mayTry(record)) continue;
        free -= needed;
        onRoom(record);
      }
    }
  }

  /** True when it has waited long enough; what has brought bytes meanwhile begins anew. */
  #mayTry(record: TaskRecord): boolean {
    const now = this.#options.clock.monotonic();
    const { received } = amountOf(record);
    const last = this.#tries.get(record);
    if (last && now < last.notBefore) return false;
    const count = last && received <= last.received ? last.count + 1 : 0;
    const rest = Math.min(LONGEST_MS, LOOK_MS * 2 ** count);
    this.#tries.set(record, { received, count, notBefore: now + rest });
    return true;
  }
}

function waitsForRoom({ state, error }: TaskRecord): boolean {
  return state === 'paused' && error?.code === 'disk-full';
}

/** A package's items come one after the other: those of unknown size need room once, not all at the same time. */
function missing({ items }: TaskRecord): number {
  let bytes = 0;
  let unknown = 0;
  for (const { total, received, leftOut } of items) {
    if (leftOut !== null) continue;
    if (total === null) unknown = UNKNOWN_BYTES;
    else bytes += Math.max(0, total - received);
  }
  return bytes + unknown;
}
