import { SatchelError } from '../contract/errors.ts';

/** Exit status of a program ended by a signal: 128 + its number. */
const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What a stop may take; whoever has told it to end waits no longer, and nothing is lost by it. */
const LONGEST_STOP_MS = 4500;

export interface Stop {
  /** Aborted, with `cancelled`, by the first signal. */
  readonly signal: AbortSignal;
  /** Resolves then. */
  readonly aborted: Promise<void>;
  /** What to exit with, once it is aborted. */
  readonly status: () => number | null;
  readonly release: () => void;
}

/** Lets a command end in order when it is told to end. */
export function stopOnSignals(): Stop {
  const stop = new AbortController();
  let status: number | null = null;
  const onSignal = (name: NodeJS.Signals) => {
    status ??= STATUS[name as keyof typeof STATUS];
    stop.abort(new SatchelError('cancelled'));
  };
  for (const name of Object.keys(STATUS)) process.on(name, onSignal);
  const release = () => {
    for (const name of Object.keys(STATUS)) process.off(name, onSignal);
  };
  const { signal } = stop;
  const aborted = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  return { signal, aborted, status: () => status, release };
}

/** Lets `close` end in order what runs, as long as that does not take too long. */
export async function stopInTime(close: () => Promise<void>): Promise<void> {
  const late = setTimeout(() => process.exit(1), LONGEST_STOP_MS);
  await close();
  clearTimeout(late);
}
