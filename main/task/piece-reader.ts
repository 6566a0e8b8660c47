import type { Pieces } from '../contract/commands.ts';
import type { Disk } from '../world/disk.ts';
import { amountOf } from './items.ts';
import { JournalTail, type Span, Turns } from './journal-tail.ts';
import type { OwnPlace, TaskRecord } from './record.ts';

/** More spans than this nobody sees apart. */
const MOST_SPANS = 2000;
/** What is known of so many journals is kept: of those that are on the screen. */
const MOST_KEPT = 300;

/**
 * Which bytes of tasks are there, as their journals say. Whoever looks again costs no more than what has been added to
 * the journal meanwhile.
 */
export class PieceReader {
  readonly #disk: Disk;
  readonly #known = new Map<string, JournalTail>();
  readonly #turns = new Turns();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async read(record: TaskRecord): Promise<Pieces> {
    const { id: taskId, kind, run, finished, place, startOver } = record;
    if (finished !== null) {
      const { bytes } = finished;
      return { taskId, length: bytes, spans: bytes === 0 ? [] : [[0, bytes]] };
    }
    const { total } = amountOf(record);
    // What lies there is set aside by the next run.
    if (place === null || startOver) return { taskId, length: total, spans: [] };
    const tail = this.#tailOf(place, run);
    await tail.catchUp(this.#disk, this.#turns);
    const spans = joined(tail.spans);
    // A ZIP is longer than what is in it by what announces its entries.
    const length = kind === 'file' ? total : Math.max(total ?? 0, tail.end) || null;
    return { taskId, length, spans: visible(spans, length ?? spans.at(-1)?.[1] ?? 0) };
  }

  #tailOf(place: OwnPlace, run: number): JournalTail {
    // A task that was begun anew has another journal of the same name.
    const key = `${place.journalId} ${run} ${place.folder} ${place.name}`;
    const tail = this.#known.get(key) ?? new JournalTail(place);
    // The newest last: what has not been looked at for longest goes first.
    this.#known.delete(key);
    this.#known.set(key, tail);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KEPT && oldest !== undefined) this.#known.delete(oldest);
    return tail;
  }
}

/** Where they touch; no gap is ever closed. */
function joined(spans: readonly Span[]): [number, number][] {
  const result: [number, number][] = [];
  for (const [start, end] of spans) {
    const last = result.at(-1);
    if (last && last[1] >= start) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

/** Of too many the small ones are left out. */
function visible(spans: [number, number][], length: number): [number, number][] {
  if (spans.length <= MOST_SPANS) return spans;
  const smallest = length / MOST_SPANS;
  return spans.filter(([start, end]) => end - start >= smallest).slice(0, MOST_SPANS);
}
