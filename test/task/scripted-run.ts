import { SatchelError } from '../../main/contract/errors.ts';
import type { FileResult, RunListener } from '../../main/task/file-job.ts';
import type { TaskRecord } from '../../main/task/record.ts';
import type { FakeClock } from '../kit/fake-clock.ts';

const TOTAL = 1000;
const LEND_MS = 5000;
const UNWELL = new SatchelError('network', 'reset');

type Do = (run: ScriptedRun, amount: number) => void;

const STEPS = {
  place: ({ listener, record }) => {
    listener.onPlace({ folder: record.dir, name: `${record.id}.bin`, journalId: record.id });
    void listener.onBegun().catch(() => {});
  },
  facts: (run) => run.facts(run.received),
  'facts with less': (run) => run.facts(Math.floor(run.received / 2)),
  phase: ({ listener }, amount) => listener.onPhase(amount % 2 === 0 ? 'fetching' : 'verifying'),
  bytes: ({ listener, received }, amount) => listener.onJournaled(Math.min(amount % 300, TOTAL - received)),
  wait: (run, amount) => run.wait(amount % LEND_MS),
  'wait long': (run, amount) => run.wait(LEND_MS + 1 + amount),
  'wait for nobody knows': (run) => run.wait(null),
  'go on': (run) => run.goOn(),
  deliver: ({ listener }) => listener.onDelivering(),
  rewind: ({ listener, received }) => listener.onRewound(Math.floor(received / 3), UNWELL),
  finish: (run) => void run.finish(),
  skip: (run, amount) => run.skip(amount % 10),
  fail: (run) => run.reject(new SatchelError('not-found')),
  'no room': (run) => run.reject(new SatchelError('disk-full', run.record.dir)),
  obey: (run) => {
    if (run.signal.aborted) run.reject(run.signal.reason);
  },
} satisfies Record<string, Do>;

export type RunStep = keyof typeof STEPS;
const OFTEN: readonly RunStep[] = ['bytes', 'bytes', 'facts with less', 'finish', 'obey', 'obey', 'obey'];
/** To be picked from, with those that happen often more than once. */
export const RUN_STEPS = [...(Object.keys(STEPS) as RunStep[]), ...OFTEN];

/**
 * A run that does what it is told, and nothing by itself: it does not even heed being stopped, and it goes on talking to
 * its listener after its end.
 */
export class ScriptedRun {
  readonly record: TaskRecord;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
  readonly ended: Promise<FileResult>;
  /** Counts the runs of its task. */
  readonly number: number;
  live = true;
  /** Between the last byte and the answer that it may end. */
  finishing = false;
  /** That its file is in place was answered to be remembered. */
  remembered = false;
  readonly #clock: FakeClock;
  readonly #end = Promise.withResolvers<FileResult>();
  /** When it began to wait without a break. */
  #waitsSince: number | null = null;
  #lentAt = Number.POSITIVE_INFINITY;
  wantsBack = false;

  constructor(record: TaskRecord, listener: RunListener, signal: AbortSignal, clock: FakeClock) {
    this.record = record;
    this.number = record.run;
    this.listener = listener;
    this.signal = signal;
    this.#clock = clock;
    this.ended = this.#end.promise.finally(() => {
      this.live = false;
    });
  }

  /** Its slot is another's at present. */
  get lent(): boolean {
    return this.#clock.now() >= this.#lentAt;
  }

  do(step: RunStep, amount: number): void {
    STEPS[step](this, amount);
  }

  /** What has arrived, as far as the task knows. */
  get received(): number {
    return this.record.items[0]?.received ?? 0;
  }

  reject(error: SatchelError): void {
    this.#end.reject(error);
  }

  /** The file was there already; it may be another's, and shorter. */
  skip(bytes: number): void {
    this.#end.resolve({ path: `${this.record.dir}/another.bin`, bytes, already: true });
  }

  facts(received: number): void {
    this.listener.onFacts({ received, total: TOTAL, resumable: true, etag: '"1"' });
  }

  wait(ms: number | null): void {
    const now = this.#clock.now();
    const until = ms === null ? null : now + ms;
    if (this.wantsBack) return;
    this.#waitsSince ??= now;
    const long = ms !== null && ms > LEND_MS;
    this.#lentAt = Math.min(this.#lentAt, long ? now : this.#waitsSince + LEND_MS);
    this.listener.onWaiting(until, UNWELL);
  }

  goOn(): void {
    if (this.#waitsSince === null || this.wantsBack) return;
    const back = this.listener.goOn();
    const here = () => {
      this.wantsBack = false;
      this.#waitsSince = null;
      this.#lentAt = Number.POSITIVE_INFINITY;
    };
    if (back === null) {
      here();
      return;
    }
    this.wantsBack = true;
    void back.then(here);
  }

  /** As run-file does: the file is in place, that is remembered, then it is told. */
  async finish(): Promise<void> {
    if (this.finishing || !this.live) return;
    this.finishing = true;
    const path = `${this.record.dir}/${this.record.id}.bin`;
    try {
      await this.listener.onInPlace({ path, bytes: TOTAL, modified: 0 });
      this.remembered = true;
      this.#end.resolve({ path, bytes: TOTAL, already: false });
    } catch (error) {
      this.#end.reject(error);
    }
  }
}
