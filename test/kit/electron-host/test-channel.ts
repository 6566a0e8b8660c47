import { runInThisContext } from 'node:vm';
import { browser } from './browser.ts';
import electron from './electron.ts';
import { type Host, host } from './host.ts';
import { press } from './menu.ts';

/** What a function gets that is run in the main process for a test. */
export type MainProcess = typeof electron & {
  readonly host: Host;
  /** The user presses keys of the application menu; false when no item has them. */
  readonly press: typeof press;
};

/** A function of a test, as text, and its argument. */
export interface ToApp {
  readonly id: number;
  readonly source: string;
  readonly arg: unknown;
}

export type ToDesk =
  /** The app is ready; where Chromium's DevTools are. */
  | { readonly address: string }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

const main: MainProcess = { ...electron, host, press };

/**
 * The app is ready: whoever has forked this process is told where Chromium's DevTools are, and can run functions in it.
 * Others, as Playwright, read it on the standard error.
 */
export function listenToTests(): void {
  const { address } = browser();
  if (process.send === undefined) {
    process.stderr.write(`\nDevTools listening on ${address}\n`);
    return;
  }
  process.on('message', (asked: ToApp) => void answer(asked));
  // Without its test nobody would end it.
  process.once('disconnect', () => process.exit(1));
  // The app alone decides when there is nothing left to do.
  process.channel?.unref();
  tell({ address });
}

async function answer({ id, source, arg }: ToApp): Promise<void> {
  try {
    const run = runInThisContext(`(${source})`) as (electron: MainProcess, arg: unknown) => unknown;
    tell({ id, value: await run(main, arg) });
  } catch (thrown) {
    tell({ id, error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) });
  }
}

function tell(message: ToDesk): void {
  process.send?.(message);
}
