import { join } from 'node:path';
import type { ErrorReport, SatchelError } from '../contract/errors.ts';
import type { ProgressRow } from '../contract/events.ts';
import type { Task, TaskPhase, TaskState } from '../contract/task.ts';
import { percent } from '../progress/coalesce.ts';
import { Meter } from '../progress/meter.ts';
import type { LiveSegment } from '../transfer/crew.ts';
import type { Clock } from '../world/clock.ts';

/** What a file task looks like from outside, at this moment. */
export class FileView {
  readonly id: string;
  readonly url: string;
  readonly #clock: Clock;
  readonly #checksum: string | null;
  readonly #position: number;
  readonly #createdAt: number;
  readonly #meter: Meter;
  #startedAt: number | null = null;
  #finishedAt: number | null = null;
  name: string;
  folder: string;
  state: TaskState = 'waiting';
  phase: TaskPhase | null = null;
  received = 0;
  /** Bytes of this run alone. */
  fetched = 0;
  total: number | null = null;
  resumable: boolean | null = null;
  error: ErrorReport | null = null;
  /** Milliseconds since 1970. */
  retryAt: number | null = null;
  segments: () => readonly LiveSegment[] = () => [];

  constructor(options: {
    readonly id: string;
    readonly url: string;
    readonly name: string;
    readonly folder: string;
    readonly checksum: string | null;
    readonly position: number;
    readonly clock: Clock;
  }) {
    this.id = options.id;
    this.url = options.url;
    this.name = options.name;
    this.folder = options.folder;
    this.#checksum = options.checksum;
    this.#position = options.position;
    this.#clock = options.clock;
    this.#createdAt = options.clock.now();
    this.#meter = new Meter(options.clock.monotonic());
  }

  start(): void {
    this.state = 'running';
    this.#startedAt = this.#clock.now();
  }

  got(bytes: number): void {
    this.received += bytes;
    this.fetched += bytes;
    this.#meter.add(bytes, this.#clock.monotonic());
  }

  end(state: 'done' | 'failed' | 'paused', error: SatchelError | null): void {
    this.state = state;
    this.phase = null;
    this.retryAt = null;
    this.error = error?.report() ?? null;
    this.segments = () => [];
    if (state !== 'paused') this.#finishedAt = this.#clock.now();
  }

  get path(): string {
    return join(this.folder, this.name);
  }

  get #running(): { speed: number; etaSeconds: number | null; connections: number } {
    if (this.state !== 'running') return { speed: 0, etaSeconds: null, connections: 0 };
    const now = this.#clock.monotonic();
    const remaining = this.total === null ? null : this.total - this.received;
    const { length: connections } = this.segments();
    return {
      speed: Math.round(this.#meter.speed(now)),
      etaSeconds: this.#meter.etaSeconds(remaining, now),
      connections,
    };
  }

  row(): ProgressRow {
    return {
      taskId: this.id,
      status: this.state,
      progress: percent(this.received, this.total, this.state === 'done'),
      received: this.received,
      total: this.total,
      ...this.#running,
      retryAt: isoTime(this.retryAt),
      error: this.error,
    };
  }

  task(): Task {
    const { name, state, received, total, resumable, error } = this;
    const { progress, speed, etaSeconds, connections } = this.row();
    return {
      id: this.id,
      kind: 'file',
      name,
      dir: this.folder,
      path: this.path,
      state,
      phase: this.phase,
      received,
      total,
      progress,
      speed,
      etaSeconds,
      connections,
      priority: 0,
      position: this.#position,
      limitRate: null,
      resumable,
      error,
      createdAt: new Date(this.#createdAt).toISOString(),
      startedAt: isoTime(this.#startedAt),
      finishedAt: isoTime(this.#finishedAt),
      items: [
        {
          id: this.id,
          url: this.url,
          name,
          state,
          received,
          total,
          resumable,
          checksum: this.#checksum,
          error,
        },
      ],
      segments: this.segments().map((segment) => ({
        itemId: this.id,
        ...segment,
        speed: Math.round(segment.speed),
      })),
    };
  }
}

function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
