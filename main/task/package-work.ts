import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { withoutQuery } from '../source/links.ts';
import type { DirectZip } from '../zip/direct-writer.ts';
import { EntryNames } from '../zip/entry-names.ts';
import { MemoryBudget } from '../zip/memory-budget.ts';
import { HeldTooLong, TailLane } from '../zip/tail-lane.ts';
import type { RunSurroundings } from './file-job.ts';
import { isChecked } from './package-check.ts';
import { Entries, type Entry, extrasError, hasNewAddress } from './package-entries.ts';
import { closePackage } from './package-finish.ts';
import { ItemRun } from './package-item.ts';
import type { PackageItem, PackageJob, PackageListener, PackageSegment } from './package-job.ts';
import { itemKey, OrderNote, PACKAGE_NOTES } from './package-notes.ts';
import type { PackageTools } from './package-tools.ts';
import type { ZipWork } from './run-zip.ts';
import type { Slot } from './slots.ts';

/** What reopening has found. */
type Found = Parameters<ZipWork['run']>[1] & object;

/** The items of a package at work on its ZIP: who runs, who waits, what has failed. */
export class PackageWork implements ZipWork {
  readonly #job: PackageJob;
  readonly #around: RunSurroundings;
  readonly #listener: PackageListener;
  readonly #signal: AbortSignal;
  readonly #runs = new Map<Entry, ItemRun>();
  /** Not begun yet, in the list's order. */
  #waiting: Entry[] = [];
  /** Numbers of those that will yet want a place of known size, as far as anybody knows. */
  readonly #unsettled = new Set<number>();
  /** What else is under way. */
  readonly #pending = new Set<Promise<void>>();
  #failure: SatchelError | null = null;
  readonly #over = Promise.withResolvers<void>();
  /** All is there or has failed: nothing is begun any more. */
  #closing = false;
  /** Known from `run` on. */
  #tools!: PackageTools;
  #entries!: Entries;

  constructor(job: PackageJob, around: RunSurroundings, listener: PackageListener, signal: AbortSignal) {
    this.#job = job;
    this.#around = around;
    this.#listener = listener;
    this.#signal = signal;
  }

  /** Throws what failed, as soon as nothing is under way, and `name-conflict` for a package with another list. */
  async run(zip: DirectZip, opened: Found | null): Promise<void> {
    this.#tools = this.#toolsFor(zip);
    this.#entries = new Entries(
      zip.file.notes,
      [...zip.file.regions].map(({ id }) => id),
    );
    await this.#open(opened);
    this.#listener.onPhase('fetching');
    const stop = () => this.#stopAll(asSatchelError(this.#signal.reason));
    this.#signal.addEventListener('abort', stop, { once: true });
    if (this.#signal.aborted) this.#failure = asSatchelError(this.#signal.reason);
    this.#listener.onFetch(() => this.#segments());
    this.#listener.onControl({ slotFree: () => this.#fill(), listChanged: () => this.#listChanged() });
    try {
      this.#fill();
      await this.#over.promise;
    } finally {
      this.#signal.removeEventListener('abort', stop);
    }
  }

  close(): Promise<number> {
    return closePackage(this.#entries, this.#tools, (id, name) => this.#listener.item(id).onName(name));
  }

  #toolsFor(zip: DirectZip): PackageTools {
    const { clock } = this.#around;
    const lane: TailLane = new TailLane({
      clock,
      mayOpen: (id) => this.#mayOpen(id),
      mayWait: () => this.#runs.size > this.#countWaiters() || lane.holder !== null,
    });
    return {
      ...{ job: this.#job, around: this.#around, zip, lane },
      memory: new MemoryBudget(),
      names: new EntryNames(),
      startedAt: clock.now(),
      onPlaced: (entry) => this.#settled(entry),
    };
  }

  /** Matches the list with the journal. */
  async #open(opened: Found | null): Promise<void> {
    const { job, zip, names } = this.#tools;
    this.#entries.update(job.items());
    const { extras } = this.#entries;
    if (extras.length > 0 && job.extras === 'refuse') throw extrasError(extras.length);
    this.#entries.forgetExtras();
    const wanted = new Set(this.#entries.list.map(({ number }) => number));
    // A region may also be of a MISSING.txt that a killed run had written.
    const regions = [...zip.file.regions].map(({ id }) => id);
    for (const number of new Set([...extras, ...regions])) {
      if (!wanted.has(number)) await this.#remove(number);
    }
    for (const entry of this.#entries.list) {
      if (!entry.item.startOver) continue;
      await this.#remove(entry.number);
      entry.note = null;
    }
    for (const { note } of this.#entries.list) if (note?.name != null) names.claim(note.name);
    for (const entry of this.#entries.list) this.#takeUp(entry);
    await this.#keepOrder();
    if (opened && opened.droppedBytes > 0) this.#tellDropped(opened);
  }

  #tellDropped({ droppedBytes, partMissing }: Found): void {
    const why = partMissing ? 'the partial file is gone' : `${droppedBytes} bytes did not reach the disk`;
    for (const entry of this.#entries.list) {
      if (entry.state !== 'waiting' || !entry.note) continue;
      const received = this.#tools.zip.file.region(entry.number)?.have.bytes ?? 0;
      this.#listener.item(entry.item.id).onRewound(received, new SatchelError('disk-error', why));
    }
  }

  /** What the journal says of an item that this run has not seen yet. */
  #takeUp(entry: Entry): void {
    const { zip } = this.#tools;
    const { number, item, note } = entry;
    const listener = this.#listener.item(item.id);
    if (note?.name != null) listener.onName(note.name);
    const [whole] = zip.entriesOf(number) ?? [];
    if (whole && isChecked(zip, entry)) {
      entry.state = 'done';
      listener.onFacts({ received: whole.size, total: whole.size, resumable: true, etag: null });
      listener.onState('done', null);
      return;
    }
    if (item.leftOut) {
      // So that it is tried again when the user wants it after all.
      entry.state = 'failed';
      return;
    }
    const region = zip.file.region(number);
    if (region?.length == null) this.#unsettled.add(number);
    if (region) {
      const total = note?.facts?.total ?? note?.seen?.size ?? region.length;
      listener.onFacts({ received: region.have.bytes, total, resumable: null, etag: null });
    }
    this.#waiting.push(entry);
  }

  #segments(): PackageSegment[] {
    return [...this.#runs.values()].flatMap((run) => run.segments);
  }

  // ---- who runs

  #fill(): void {
    if (this.#closing) return;
    if (!this.#failure) {
      for (let entry = this.#next(); entry; entry = this.#next()) {
        const slot = this.#listener.takeSlot();
        if (!slot) break;
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        this.#start(entry, slot);
      }
    }
    this.#tools.lane.look();
    if (this.#runs.size === 0 && this.#pending.size === 0) this.#settle();
  }

  /** Nothing is under way any more. */
  #settle(): void {
    if (!this.#failure && this.#next()) return;
    this.#closing = true;
    const failed = this.#entries.list.filter(({ state, item }) => state === 'failed' && !item.leftOut);
    if (this.#failure) this.#over.reject(this.#failure);
    else if (failed.length > 0) this.#over.reject(failureOf(failed, this.#entries.list.length));
    else this.#over.resolve();
  }

  #next(): Entry | undefined {
    // One of those that need the end of the ZIP at a time: the others could only wait for it again.
    const taken =
      this.#tools.lane.holder !== null || [...this.#runs.keys()].some(({ needsLane }) => needsLane);
    return this.#waiting.find(({ needsLane, number }) => !needsLane || (!taken && this.#mayOpen(number)));
  }

  #start(entry: Entry, slot: Slot): void {
    const { id } = entry.item;
    const listener = this.#listener.item(id);
    const stop = new AbortController();
    const run = new ItemRun(entry, this.#tools, listener, slot, stop.signal);
    entry.state = 'running';
    entry.stop = stop;
    this.#runs.set(entry, run);
    listener.onState('running', null);
    entry.ended = this.#carry(entry, run, slot);
  }

  async #carry(entry: Entry, run: ItemRun, slot: Slot): Promise<void> {
    const listener = this.#listener.item(entry.item.id);
    // Not within the call that started it.
    await Promise.resolve();
    try {
      await run.run();
      entry.state = 'done';
      this.#settled(entry);
      listener.onState('done', null);
    } catch (thrown) {
      this.#failed(entry, thrown);
    } finally {
      this.#runs.delete(entry);
      // With all that the run has hung on it: of many items that would be much.
      entry.stop = null;
      slot.release();
      this.#fill();
    }
  }

  #failed(entry: Entry, thrown: unknown): void {
    const { failure: dead } = this.#tools.zip.file;
    const error = asSatchelError(dead ?? thrown);
    // Without room, or with a file that takes no more, there is nothing for the others to do: it is no item's fault.
    if (dead || error.code === 'disk-full') this.#stopAll(error);
    if (this.#failure || entry.stop?.signal.aborted || thrown instanceof HeldTooLong) {
      this.#waitAgain(entry);
      if (thrown instanceof HeldTooLong) this.#held(entry);
      return;
    }
    entry.state = 'failed';
    entry.error = error;
    this.#unsettled.delete(entry.number);
    this.#listener.item(entry.item.id).onState('failed', error);
  }

  #waitAgain(entry: Entry): void {
    entry.state = 'waiting';
    if (!entry.leaving) this.#waiting.push(entry);
    this.#listener.item(entry.item.id).onState('waiting', null);
  }

  /** What was collected of it is gone; it begins again when the end of the ZIP is its. */
  #held(entry: Entry): void {
    entry.needsLane = true;
    this.#unsettled.delete(entry.number);
    const why = new SatchelError(
      'timeout',
      'it waited too long for its place in the ZIP, and is asked for again',
    );
    this.#listener.item(entry.item.id).onRewound(0, why);
  }

  #stopAll(reason: SatchelError): void {
    this.#failure ??= reason;
    for (const { stop } of this.#runs.keys()) stop?.abort(reason);
    if (this.#runs.size === 0 && this.#pending.size === 0) this.#settle();
  }

  // ---- the end of the ZIP

  #settled({ number }: Entry): void {
    this.#unsettled.delete(number);
    this.#tools.lane.look();
  }

  #mayOpen(number: number): boolean {
    for (const other of this.#unsettled) {
      const { lane, memory } = this.#tools;
      // Those wait for the same, or for memory that only this one can give back.
      if (other !== number && !lane.isWaiting(other) && !memory.isWaiting(other)) return false;
    }
    return true;
  }

  #countWaiters(): number {
    return [...this.#runs.keys()].filter(({ number }) => this.#tools.lane.isWaiting(number)).length;
  }

  // ---- the list changes

  #listChanged(): void {
    if (this.#closing) return;
    const before = new Map(this.#entries.list.map((entry) => [entry, entry.item]));
    const { gone, replaced, wanted } = this.#entries.update(this.#tools.job.items());
    for (const entry of gone) this.#leave(entry, () => {});
    for (const entry of replaced) this.#leave(entry, () => this.#want(entry));
    for (const entry of wanted) this.#again(entry);
    for (const entry of this.#entries.list) {
      const was = before.get(entry);
      if (was && hasNewAddress(was, entry.item)) this.#readdress(entry);
      if (was) this.#tellName(entry, was);
    }
    const place = new Map(this.#entries.list.map((entry, index) => [entry, index]));
    this.#waiting = this.#waiting.filter((entry) => place.has(entry) && !entry.item.leftOut);
    for (const { item, number } of this.#entries.list) if (item.leftOut) this.#unsettled.delete(number);
    this.#waiting.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
    this.#meanwhile(this.#keepOrder());
    this.#fill();
  }

  #tellName({ item, note }: Entry, was: PackageItem): void {
    if (item.name !== was.name && note) this.#listener.item(item.id).onName(item.name ?? note.name ?? '');
  }

  /** A failed one that is to be tried again, or one that is new. */
  #again(entry: Entry): void {
    if (entry.item.startOver) this.#leave(entry, () => this.#want(entry));
    else this.#want(entry);
  }

  #want(entry: Entry): void {
    entry.state = 'waiting';
    entry.error = null;
    entry.leaving = false;
    if (!this.#tools.zip.file.region(entry.number)) this.#unsettled.add(entry.number);
    if (!this.#waiting.includes(entry)) this.#waiting.push(entry);
    this.#listener.item(entry.item.id).onState('waiting', null);
  }

  #readdress(entry: Entry): void {
    if (entry.state === 'running') entry.stop?.abort(new SatchelError('cancelled'));
    else if (entry.state === 'failed') this.#want(entry);
  }

  /** Its bytes go, as soon as nothing of it is under way; then `next`. */
  #leave(entry: Entry, next: () => void): void {
    entry.leaving = true;
    this.#waiting = this.#waiting.filter((each) => each !== entry);
    entry.stop?.abort(new SatchelError('cancelled'));
    entry.departures += 1;
    const { departures } = entry;
    // One after the other: two at once would free the place that a run between them has got.
    const gone = entry.ended.then(() => this.#takeOut(entry));
    entry.ended = gone.catch(() => {});
    this.#meanwhile(
      gone.then(() => {
        if (entry.departures === departures && this.#entries.has(entry)) next();
      }),
    );
  }

  /** The package is not over before this is. */
  #meanwhile(work: Promise<void>): void {
    const pending = work
      .catch((thrown: unknown) => this.#stopAll(asSatchelError(thrown)))
      .finally(() => {
        this.#pending.delete(pending);
        this.#fill();
      });
    this.#pending.add(pending);
  }

  /** Whoever opens what is there has the journal alone to tell the order by. */
  async #keepOrder(): Promise<void> {
    const { file } = this.#tools.zip;
    const order = this.#entries.list.map(({ number }) => number);
    const known = OrderNote.safeParse(file.note(PACKAGE_NOTES.order)).data;
    const ascending = order.every((number, index) => index === 0 || number > (order[index - 1] ?? 0));
    if (known ? String(known) !== String(order) : !ascending) await file.keepNote(PACKAGE_NOTES.order, order);
  }

  async #takeOut(entry: Entry): Promise<void> {
    this.#unsettled.delete(entry.number);
    if (entry.note?.name != null) this.#tools.names.release(entry.note.name);
    entry.note = null;
    await this.#remove(entry.number);
  }

  async #remove(number: number): Promise<void> {
    const { zip } = this.#tools;
    await zip.file.keepNote(itemKey(number), null);
    await zip.release(number);
  }
}

/** The package's own error: the first item's, and how many there are. */
function failureOf(failed: readonly Entry[], of: number): SatchelError {
  const [first] = failed as readonly [Entry];
  const error = first.error ?? new SatchelError('internal', 'an item failed');
  const { source } = first.item;
  const name =
    first.note?.name ?? first.item.name ?? (source.kind === 'url' ? withoutQuery(source.url) : source.path);
  const detail = [`${failed.length} of ${of} items failed`, name, error.detail].filter(Boolean).join(': ');
  return new SatchelError(error.code, detail, { cause: error });
}
