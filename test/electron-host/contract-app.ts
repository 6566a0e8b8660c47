import { join } from 'node:path';
import { DesktopDesk } from '../kit/desktop.ts';

export const FIXTURES = join(import.meta.dirname, '..', 'kit', 'electron-host', 'fixtures');
export const CONTRACT = join(FIXTURES, 'contract');

/** What the page of the fixture is given by its preload script. */
export interface Fixture {
  invoke(channel: string, value?: unknown): Promise<unknown>;
  say(...args: unknown[]): void;
  received(): unknown[][];
  pathOf(file: unknown): string;
  call(run: (given: { value: number }, next: (given: number) => number) => unknown, value: number): unknown;
  fail(): void;
  later(value?: unknown): Promise<unknown>;
  world(): Record<string, unknown>;
  uses(members: readonly string[]): string[];
  errors(): Record<string, string>;
}

/** What the main process of the fixture has seen. */
export interface Seen {
  readonly instances: { argv: string[]; folder: string; data: { args: string[]; at: Date } }[];
  readonly gone: { reason: string; exitCode: number }[];
  readonly navigations: { name: string; url: string; isMainFrame: boolean }[];
  readonly events: string[];
  readonly sent: { from: string; args: unknown[] }[];
}

declare global {
  interface Window {
    readonly fixture: Fixture;
    readonly hadFixture: string;
    readonly ofPage: string;
    readonly dropped: string[];
    readonly policy: Promise<{ fetched: string; evaluated: unknown; stolen?: boolean }>;
    stolen?: boolean;
  }
  var seen: Seen;
  var staysOpen: boolean | undefined;
  var release: (value: unknown) => void;
}

/** The fixture, when its page can be seen. */
export async function openContract(options: { env?: Record<string, string>; home?: string } = {}) {
  const desk = await DesktopDesk.launch({ main: CONTRACT, ...options });
  await desk.page.getByText('Ready').waitFor();
  return desk;
}
