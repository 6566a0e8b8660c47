import { SatchelError } from '../contract/errors.ts';
import type { ItemRecord, TaskRecord } from './record.ts';

/** Bytes of all items together; the total is null while one of them is not known. */
export interface Amount {
  readonly received: number;
  readonly total: number | null;
}

/** What follows from a package's items, so that not all 10,000 are looked at whenever one of them gets a byte. */
interface Sums {
  received: number;
  known: number;
  /** Items whose size nobody knows yet. */
  unknown: number;
  readonly byId: ReadonlyMap<string, ItemRecord>;
}

const sums = new WeakMap<TaskRecord, Sums>();

/** What is finished without counts for nothing. */
export function amountOf(record: TaskRecord): Amount {
  const { received, known, unknown } = sumsOf(record);
  return { received, total: unknown > 0 ? null : known };
}

export function itemById(record: TaskRecord, id: string): ItemRecord | undefined {
  return sumsOf(record).byId.get(id);
}

/** Takes down how much there is of an item; the only way to do it that does not need `recount`. */
export function setAmount(record: TaskRecord, item: ItemRecord, amount: Partial<Amount>): void {
  const there = sums.get(record);
  const counts = there?.byId.get(item.id) === item;
  if (there && counts) count(there, item, -1);
  Object.assign(item, amount);
  if (there && counts) count(there, item, 1);
}

/** To be called when items have come or gone, or have changed otherwise than by `setAmount`. */
export function recount(record: TaskRecord): void {
  sums.delete(record);
}

function sumsOf(record: TaskRecord): Sums {
  // One item is looked at as fast, and then nobody has to say that it has changed.
  const there = record.kind === 'file' ? undefined : sums.get(record);
  if (there && there.byId.size === record.items.length) return there;
  const made = {
    received: 0,
    known: 0,
    unknown: 0,
    byId: new Map(record.items.map((item) => [item.id, item])),
  };
  for (const item of record.items) count(made, item, 1);
  if (record.kind !== 'file') sums.set(record, made);
  return made;
}

function count(into: Sums, { received, total, leftOut }: ItemRecord, times: 1 | -1): void {
  if (leftOut !== null) return;
  into.received += times * received;
  if (total === null) into.unknown += times;
  else into.known += times * total;
}

/** The package is finished without it; MISSING.txt in the ZIP says why. */
export function leaveOut(item: ItemRecord): void {
  const { code, message, detail } = item.error ?? new SatchelError('internal').report();
  item.leftOut = `${message.replace(/\.$/, '')} (${code})${detail === undefined ? '' : `: ${detail}`}`;
  item.received = 0;
}
