import { basename } from 'node:path';
import type { SatchelError } from '../contract/errors.ts';
import { amountOf, itemById, leaveOut, recount, setAmount } from './items.ts';
import type { ItemListener, PackageListener } from './package-job.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import type { Flight, Reporting } from './run-listener.ts';
import { inThisRun } from './tracing.ts';

export interface PackageReporting extends Reporting {
  /** What fails is left out at once, instead of failing the package. */
  readonly leavesOut: boolean;
}

/** How often what has been received is remembered: it is shown after a restart, the journal alone counts. */
const REMEMBER_MS = 5000;

type State = Parameters<ItemListener['onState']>[0];

interface Wait {
  /** Milliseconds since 1970. */
  readonly retryAt: number | null;
  readonly error: SatchelError | null;
}

/** Takes down what a run of a package finds out on its way; not what it says after its end. */
export class PackageTaker implements PackageListener {
  readonly #record: TaskRecord;
  readonly #flight: Flight;
  readonly #reporting: PackageReporting;
  /** What has come of these is not remembered yet. */
  readonly #unremembered = new Set<ItemRecord>();
  #rememberedAt: number;
  /** Items that run and wait for a server. */
  readonly #waits = new Map<ItemRecord, Wait>();
  #toldRetryAt: number | null = null;

  constructor(record: TaskRecord, flight: Flight, reporting: PackageReporting) {
    this.#record = record;
    this.#flight = flight;
    this.#reporting = reporting;
    this.#rememberedAt = reporting.clock.monotonic();
  }

  // ---- the package

  onPhase(phase: Parameters<PackageListener['onPhase']>[0]): void {
    if (this.#flying) this.#reporting.report({ type: 'phase', phase });
  }

  onPlace(place: Parameters<PackageListener['onPlace']>[0]): void {
    if (!this.#flying) return;
    this.#record.place = place;
    this.#record.dir = place.folder;
    this.#touch();
    this.#reporting.tellIfChanged();
  }

  async onBegun(): Promise<void> {
    if (!this.#flying || !this.#record.startOver) return;
    this.#record.startOver = false;
    this.#touch();
    // A crash after its end must not find it about to begin: it would be fetched once more, beside itself.
    await this.#reporting.keeper.kept();
  }

  async onInPlace(finished: Parameters<PackageListener['onInPlace']>[0]): Promise<void> {
    if (!this.#flying) return;
    Object.assign(this.#record, { finished, replacing: null, name: basename(finished.path) });
    this.#touch();
    this.#reporting.tellIfChanged();
    await this.#reporting.keeper.kept();
  }

  onFetch(segments: Parameters<PackageListener['onFetch']>[0]): void {
    if (this.#flying) this.#flight.live.segments = segments;
  }

  onControl(control: Parameters<PackageListener['onControl']>[0]): void {
    const flight = this.#flight;
    if (!this.#flying) return;
    flight.control = inThisRun(control);
    // It has looked at the list before that changed; and is not ready to be told within this call.
    if (flight.listDue) queueMicrotask(() => control.listChanged());
    flight.listDue = false;
  }

  takeSlot(): ReturnType<PackageListener['takeSlot']> {
    return this.#flying ? (this.#flight.slots?.take() ?? null) : null;
  }

  // ---- its items

  item(id: string): ItemListener {
    const known =
      <Args extends unknown[]>(take: (item: ItemRecord, ...args: Args) => void) =>
      (...args: Args): void => {
        // The package may have a later run, or have left the list; the item may be out of the package.
        const item = this.#flying ? itemById(this.#record, id) : undefined;
        if (item) take(item, ...args);
      };
    return {
      onState: known((item, state: State, error: SatchelError | null) => this.#entered(item, state, error)),
      onName: known((item, name: string) => {
        item.name = name;
        this.#touch(item);
      }),
      onFacts: known((item, { received, total, resumable, etag }: FactsOf) => {
        const fallen = received < item.received;
        Object.assign(item, { resumable, etag });
        setAmount(this.#record, item, { received, total });
        if (fallen) this.#tellRewound(item);
        this.#touch(item);
      }),
      onJournaled: known((item, bytes: number) => this.#journaled(item, bytes)),
      onWaiting: known((item, retryAt: number | null, error: SatchelError | null) => {
        this.#reporting.onWait(error);
        item.error = error?.report() ?? null;
        this.#waits.set(item, { retryAt, error });
        this.#lookAtWaits();
      }),
      onDelivering: known((item) => {
        if (!this.#waits.delete(item)) return;
        item.error = null;
        this.#lookAtWaits();
      }),
      onRewound: known((item, received: number, reason: SatchelError) => {
        setAmount(this.#record, item, { received });
        this.#touch(item);
        this.#tellRewound(item, reason);
      }),
    };
  }

  #entered(item: ItemRecord, told: State, error: SatchelError | null): void {
    // No room is nobody's fault: the package waits for it, or fails, as a whole.
    const state = told === 'failed' && error?.code === 'disk-full' ? 'waiting' : told;
    const ends = state === 'failed' || (state === 'done' && item.state !== 'done');
    const { atWork } = this.#flight;
    item.state = state;
    item.error = state === 'failed' ? (error?.report() ?? null) : null;
    if (state === 'running') atWork.add(item);
    else atWork.delete(item);
    if (state === 'running' || state === 'done') item.startOver = false;
    this.#waits.delete(item);
    this.#touch(item);
    if (ends) this.#tellEnd(item);
    this.#lookAtWaits();
  }

  #tellEnd(item: ItemRecord): void {
    const { tell, leavesOut } = this.#reporting;
    const { id: itemId, name, error } = item;
    if (item.state === 'done') {
      tell('item.done', { itemId, name });
      return;
    }
    if (leavesOut) {
      leaveOut(item);
      recount(this.#record);
    }
    tell('item.failed', { itemId, name, error });
    if (leavesOut) this.#flight.control?.listChanged();
  }

  #journaled(item: ItemRecord, bytes: number): void {
    setAmount(this.#record, item, { received: item.received + bytes });
    this.#flight.live.got(bytes);
    this.#unremembered.add(item);
    const now = this.#reporting.clock.monotonic();
    if (now - this.#rememberedAt < REMEMBER_MS) return;
    this.#rememberedAt = now;
    this.#touch(...this.#unremembered);
    this.#unremembered.clear();
  }

  #tellRewound({ id: itemId }: ItemRecord, reason?: SatchelError): void {
    const { received } = amountOf(this.#record);
    const why = reason ? { reason: reason.report() } : {};
    this.#reporting.tell('task.rewound', { received, itemId, ...why });
  }

  /** The package waits when all that runs of it does. */
  #lookAtWaits(): void {
    const { live, atWork } = this.#flight;
    const { report, tell } = this.#reporting;
    if (this.#record.state !== 'running') return;
    if (atWork.size === 0 || this.#waits.size < atWork.size) {
      this.#toldRetryAt = null;
      if (live.retryAt !== null || this.#record.error !== null) report({ type: 'deliver' });
      return;
    }
    const { retryAt, error } = firstOf([...this.#waits.values()]);
    const wait = { retryAt, error: error?.report() ?? null };
    report({ type: 'wait', ...wait });
    if (retryAt === null || retryAt === this.#toldRetryAt) return;
    this.#toldRetryAt = retryAt;
    const when = new Date(retryAt).toISOString();
    tell('task.retrying', { retryAt: when, ...(wait.error ? { error: wait.error } : {}) });
  }

  get #flying(): boolean {
    return this.#reporting.flying();
  }

  #touch(...items: readonly ItemRecord[]): void {
    this.#reporting.keeper.touch(this.#record, items);
  }
}

type FactsOf = Parameters<ItemListener['onFacts']>[0];

/** The one that is over first, as far as that is known of any. */
function firstOf(waits: readonly Wait[]): Wait {
  const at = ({ retryAt }: Wait) => retryAt ?? Number.POSITIVE_INFINITY;
  return waits.reduce((first, wait) => (at(wait) < at(first) ? wait : first));
}
