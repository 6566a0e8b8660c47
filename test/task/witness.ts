import { type EventMessage, type EventType, Message, type ProgressRow } from '../../main/contract/events.ts';
import type { TaskState } from '../../main/contract/task.ts';

type Known = TaskState | 'new' | 'gone';

/** CONTRACT of states, as events tell it: from which states an event may come, and where it leads. */
const MOVES: Partial<Record<EventType, { readonly from: readonly Known[]; readonly to: Known }>> = {
  'task.added': { from: ['gone'], to: 'new' },
  'task.started': { from: ['new', 'waiting'], to: 'running' },
  'task.paused': { from: ['new', 'waiting', 'running'], to: 'paused' },
  'task.resumed': { from: ['new', 'paused', 'failed', 'done'], to: 'waiting' },
  'task.done': { from: ['running'], to: 'done' },
  'task.failed': { from: ['running'], to: 'failed' },
  'task.removed': { from: ['new', 'waiting', 'running', 'paused', 'done', 'failed'], to: 'gone' },
};
const LAST_ROW_FIRST: readonly EventType[] = ['task.done', 'task.failed', 'task.paused'];

export interface WitnessOptions {
  readonly broken: (promise: string) => void;
  /**
   * Where the task stands at this moment, for a listener that is told at once; null: it is told late, and then its rows
   * may be newer than the last event.
   */
  readonly stateOf: ((id: string) => TaskState | undefined) | null;
  /** Of every event, once it was judged. */
  readonly onEvent?: (event: EventMessage) => void;
}

type Row = Pick<ProgressRow, 'received' | 'progress' | 'status'>;

/** A listener that holds what it is told against the promises about messages. */
export class Witness {
  readonly #options: WitnessOptions;
  readonly states = new Map<string, Known>();
  readonly rows = new Map<string, Row>();
  readonly #rewound = new Set<string>();
  #seq = 0;
  snapshots = 0;

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  readonly send = (given: Message): void => {
    const parsed = Message.safeParse(given);
    if (!parsed.success) this.#options.broken(`not a message: ${parsed.error.message}`);
    else if (parsed.data.type === 'event') this.#event(parsed.data);
    else this.#numbered(parsed.data);
  };

  #numbered(message: Exclude<Message, EventMessage>): void {
    this.#seq += 1;
    if (message.seq !== this.#seq) this.#options.broken(`seq ${message.seq} instead of ${this.#seq}`);
    if (message.type === 'snapshot') {
      this.snapshots += 1;
      for (const { id, state, received, progress } of message.tasks) {
        this.states.set(id, state);
        this.rows.set(id, { received, progress, status: state });
      }
      return;
    }
    for (const row of message.tasks) this.#row(row);
  }

  #row({ taskId, status, progress, received }: ProgressRow): void {
    const { broken, stateOf } = this.#options;
    const last = this.rows.get(taskId);
    if ((progress === 100) !== (status === 'done')) broken(`progress ${progress} while ${status}`);
    if (stateOf !== null) {
      if (last && received < last.received && !this.#rewound.has(taskId)) {
        broken(`${taskId}: received fell from ${last.received} to ${received} without task.rewound`);
      }
      if (last && received >= last.received && this.states.get(taskId) === 'gone') {
        broken(`${taskId}: a row after it was removed`);
      }
    }
    this.#rewound.delete(taskId);
    this.rows.set(taskId, { received, progress, status });
  }

  #event(event: EventMessage): void {
    const { broken, stateOf, onEvent } = this.#options;
    const { event_type: type, payload } = event;
    const id = payload.taskId;
    const at = this.states.get(id) ?? 'gone';
    const move = MOVES[type];
    if (!move) {
      if (at === 'gone') broken(`${id}: ${type} of a task that is not there`);
      if (type === 'task.retrying' && at !== 'running') broken(`${id}: ${type} while ${at}`);
      if (type === 'task.rewound') this.#rewound.add(id);
    } else {
      if (!move.from.includes(at)) broken(`${id}: ${type} while ${at}`);
      const to = move.to === 'new' && stateOf !== null ? (stateOf(id) ?? 'gone') : move.to;
      this.states.set(id, to);
      if (stateOf !== null && LAST_ROW_FIRST.includes(type) && this.rows.get(id)?.status !== move.to) {
        broken(`${id}: ${type} before its last row`);
      }
      if (
        stateOf !== null &&
        move.to !== 'new' &&
        stateOf(id) !== (move.to === 'gone' ? undefined : move.to)
      ) {
        broken(`${id}: ${type} while it is ${stateOf(id)}`);
      }
      if (move.to === 'gone') this.rows.delete(id);
    }
    onEvent?.(event);
  }
}
