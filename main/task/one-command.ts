import type { Message } from '../contract/events.ts';
import type { Clock } from '../world/clock.ts';
import { Manager, type ManagerOptions } from './manager.ts';
import type { TaskRecord } from './record.ts';

export interface OneCommandOptions
  extends Omit<ManagerOptions, 'clock' | 'memory' | 'discard' | 'waitsForRoom' | 'run'> {
  readonly clock: Clock;
  /** Left out where there are packages only. */
  readonly run?: ManagerOptions['run'];
  /** Aborted: what runs is stopped and kept, and nothing more is begun. */
  readonly signal: AbortSignal;
  readonly send: (message: Message) => void;
  /** Whoever is told hears that they were added; true unless said otherwise. */
  readonly announces?: boolean;
}

/** Runs the tasks of one command line to their ends, and remembers nothing of them. Never rejects; failures are events. */
export async function runTasks(records: readonly TaskRecord[], options: OneCommandOptions): Promise<void> {
  const { signal, send, announces = true, ...rest } = options;
  const manager = new Manager({
    run: () => Promise.reject(new TypeError('not a package')),
    ...rest,
    memory: null,
    discard: async () => {},
    waitsForRoom: false,
  });
  manager.load(records);
  const told = manager.subscribe(send);
  if (announces) manager.announce(records);
  const interrupt = () => manager.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  if (signal.aborted) interrupt();
  else manager.open();
  await manager.idle();
  signal.removeEventListener('abort', interrupt);
  told.close();
  await manager.close();
}
