import { SatchelError } from '../contract/errors.ts';

/** Exit status of a program ended by a signal: 128 + its number. */
const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

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
