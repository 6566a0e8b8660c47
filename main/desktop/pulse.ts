import type { EventMessage, Message, ProgressRow } from '../contract/events.ts';
import type { Task, TaskState } from '../contract/task.ts';
import type { Engine } from '../engine.ts';

/** How everything stands. Sizes are bytes, the speed bytes per second. */
export interface Totals {
  readonly running: number;
  readonly waiting: number;
  readonly failed: number;
  readonly speed: number;
  /** Of what runs, from 0 to 1; null while nobody knows how much it is. */
  readonly share: number | null;
}

interface Known {
  readonly state: TaskState;
  readonly received: number;
  readonly total: number | null;
  readonly speed: number;
}

/** What the desktop itself has to know of the tasks: how many, how fast, and what has just ended. */
export class Pulse {
  readonly #known = new Map<string, Known>();
  readonly #onEvent: (event: EventMessage) => void;

  constructor(onEvent: (event: EventMessage) => void) {
    this.#onEvent = onEvent;
  }

  /** Listens from now on; gives what ends it. */
  follow(engine: Pick<Engine, 'subscribe'>): () => void {
    const subscription = engine.subscribe((message) => this.take(message));
    return () => subscription.close();
  }

  take(message: Message): void {
    switch (message.type) {
      case 'snapshot':
        for (const task of message.tasks) this.#known.set(task.id, knownOf(task, task.state));
        return;
      case 'progress':
        for (const row of message.tasks) this.#known.set(row.taskId, knownOf(row, row.status));
        return;
      case 'event':
        this.#takeEvent(message);
    }
  }

  #takeEvent(event: EventMessage): void {
    const { taskId } = event.payload;
    if (event.event_type === 'task.removed') this.#known.delete(taskId);
    // Its row comes a moment later: until then it must not look as if nothing ran.
    if (event.event_type === 'task.started') {
      const known = this.#known.get(taskId) ?? { received: 0, total: null, speed: 0 };
      this.#known.set(taskId, { ...known, state: 'running' });
    }
    this.#onEvent(event);
  }

  totals(): Totals {
    const counts = { running: 0, waiting: 0, failed: 0, paused: 0, done: 0 };
    let [received, total, speed] = [0, 0, 0];
    let isKnown = true;
    for (const task of this.#known.values()) {
      counts[task.state] += 1;
      if (task.state !== 'running') continue;
      speed += task.speed;
      received += task.received;
      total += task.total ?? 0;
      isKnown &&= task.total !== null;
    }
    const { running, waiting, failed } = counts;
    const share = running > 0 && isKnown && total > 0 ? Math.min(1, received / total) : null;
    return { running, waiting, failed, speed, share };
  }
}

function knownOf({ received, total, speed }: Task | ProgressRow, state: TaskState): Known {
  return { state, received, total, speed };
}
