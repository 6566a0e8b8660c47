import type { EventMessage } from '../contract/events.ts';
import type { Clock, Timer } from '../world/clock.ts';

/** Several downloads that end within so long are one notice. */
const TOGETHER_MS = 2000;

export interface Ending {
  readonly taskId: string;
  readonly name: string;
}

/** `single` is the one that it was, where it was only one. */
export interface EndingNotice {
  readonly kind: 'done' | 'failed';
  readonly count: number;
  readonly single: Ending | null;
}

export interface EndingsOptions {
  readonly clock: Clock;
  readonly isWanted: () => boolean;
  /** Whoever looks at the window sees it there, and is not told. */
  readonly isLooking: () => boolean;
  readonly tell: (notice: EndingNotice) => void;
}

/** Collects what has ended, and tells of it together. */
export class Endings {
  readonly #options: EndingsOptions;
  readonly #waiting: Record<EndingNotice['kind'], Ending[]> = { done: [], failed: [] };
  #timer: Timer | null = null;

  constructor(options: EndingsOptions) {
    this.#options = options;
  }

  take({ event_type, payload }: EventMessage): void {
    if (event_type !== 'task.done' && event_type !== 'task.failed') return;
    if (!this.#options.isWanted()) return;
    const kind = event_type === 'task.done' ? 'done' : 'failed';
    this.#waiting[kind].push({ taskId: payload.taskId, name: String(payload['name'] ?? '') });
    this.#timer ??= this.#options.clock.after(TOGETHER_MS, () => this.#flush());
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #flush(): void {
    this.#timer = null;
    const { isLooking, tell } = this.#options;
    const isTold = !isLooking();
    for (const kind of ['done', 'failed'] as const) {
      const ended = this.#waiting[kind].splice(0);
      const [single = null] = ended;
      if (single === null || !isTold) continue;
      tell({ kind, count: ended.length, single: ended.length === 1 ? single : null });
    }
  }
}
