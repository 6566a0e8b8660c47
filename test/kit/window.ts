import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';
import { commandRoutes } from '../../main/contract/routes.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath } from './chromium.ts';
import type { DesktopDesk } from './desktop.ts';

export const CARRIERS = ['browser', 'desktop'] as const;
export type Carrier = (typeof CARRIERS)[number];

const ROOT = join(import.meta.dirname, '..', '..');
const TOKEN = 'a-token-for-tests';

export interface WindowOptions {
  readonly carrier: Carrier;
  /** Everything of this Satchel lies in here: data, downloads; opened again, it is the same Satchel. */
  readonly folder: string;
}

/** What is behind a window: an engine in a process of its own, which can be killed. */
interface Behind {
  readonly page: Page;
  readonly downloads: string;
  /** Null in a browser. */
  readonly desk: DesktopDesk | null;
  /** What has gone wrong in the page since it began. */
  readonly problems: string[];
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** A window of the built Satchel in a real Chromium, on either carrier, in words that flows are told in. */
export class Window {
  readonly carrier: Carrier;
  readonly page: Page;
  readonly downloads: string;
  /** The app behind it; null in a browser. */
  readonly desk: DesktopDesk | null;
  readonly #behind: Behind;

  private constructor(carrier: Carrier, behind: Behind) {
    this.carrier = carrier;
    this.page = behind.page;
    this.downloads = behind.downloads;
    this.desk = behind.desk;
    this.#behind = behind;
    this.page.setDefaultTimeout(10_000);
  }

  /** Resolves when the list is there. */
  static async open({ carrier, folder }: WindowOptions): Promise<Window> {
    await mkdir(folder, { recursive: true });
    const behind = carrier === 'browser' ? await inBrowser(folder) : await onDesktop(folder);
    const window = new Window(carrier, behind);
    // An empty list has no grid, but a button to fill it.
    const empty = window.page.getByRole('main').getByRole('button');
    await window.grid.or(empty).first().waitFor();
    return window;
  }

  get grid(): Locator {
    return this.page.getByRole('grid');
  }

  /** The row of a download, by its name. */
  row(name: string): Locator {
    return this.grid.getByRole('row').filter({ hasText: name });
  }

  /** Clicks its name: over the middle of a row lie its buttons. */
  async choose(name: string): Promise<void> {
    await this.row(name).locator('bdi').first().click();
  }

  /** Waits until the row says all of this. */
  async shows(name: string, ...texts: readonly (string | RegExp)[]): Promise<void> {
    let row = this.row(name);
    for (const hasText of texts) row = row.filter({ hasText });
    await row.first().waitFor();
  }

  /**
   * Waits until at least so many bytes have come of it. That a server has sent them is not enough: they may lie in the
   * kernel, on the way to a preview even.
   */
  async hasReceived(name: string, bytes: number): Promise<void> {
    const received = async () => {
      const { tasks } = await this.call('tasks.list', {});
      return tasks.find((task) => task.name === name)?.received ?? 0;
    };
    await expect.poll(received).toBeGreaterThanOrEqual(bytes);
  }

  /** Pastes into the Add box, and presses its main button. */
  async add(text: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Add', exact: true }).click();
    const box = this.page.getByRole('dialog', { name: 'Add downloads' });
    await box.getByRole('textbox', { name: 'Links' }).fill(text);
    const button = box.getByRole('button', { name: /^(Download|Add) \d/ });
    await button.click();
    await box.waitFor({ state: 'hidden' });
  }

  /** Asks the engine, as another program would. Throws where it refuses. */
  async call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<CommandAnswer<N>> {
    const answer = await this.page.evaluate(
      ([name, given, routes]) => engineCall(name as string, given, routes as never),
      [command, input, this.#routes],
    );
    return answer as CommandAnswer<N>;
  }

  /** The same without the answer: ten thousand tasks are long on their way out of a page. */
  async tell<N extends CommandName>(command: N, input: CommandInput<N>): Promise<void> {
    await this.page.evaluate(
      async ([name, given, routes]) => void (await engineCall(name as string, given, routes as never)),
      [command, input, this.#routes],
    );
  }

  get #routes(): WireRoutes | null {
    return this.carrier === 'browser' ? routesOf() : null;
  }

  /** The process that has the engine is killed, with no time for anything. */
  kill(): Promise<void> {
    return this.#behind.kill();
  }

  /** What a test has brought about itself: it comes, and is forgotten. */
  async expectProblems(like: RegExp): Promise<void> {
    const { problems } = this.#behind;
    await expect.poll(() => problems.some((problem) => like.test(problem))).toBe(true);
    problems.splice(0, problems.length, ...problems.filter((problem) => !like.test(problem)));
  }

  /** Ends it in good order; nothing may have gone wrong in the page. */
  async close(): Promise<void> {
    await this.#behind.close();
    expect(this.#behind.problems).toEqual([]);
  }
}

/** Of a request that the server refused, which is no error of the page. */
const REFUSED = /^Failed to load resource: the server responded with a status of/;

/** Errors that nobody caught, what the page's policy forbade, boxes of the browser's own; more as they come. */
function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !REFUSED.test(message.text())) problems.push(message.text());
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return problems;
}

type WireRoutes = Record<string, { method: string; path: string }>;

declare function engineCall(name: string, input: unknown, routes: WireRoutes | null): Promise<unknown>;

/** Runs in the page: over whatever carries it there. */
const CALL_SOURCE = `globalThis.engineCall = async (name, input, routes) => {
  if (routes === null) {
    const answer = await globalThis.satchel.call(name, input);
    if (!answer.ok) throw new Error(JSON.stringify(answer.error));
    return answer.value;
  }
  const { method, path } = routes[name];
  const rest = { ...input };
  const filled = path.replace(/:(\\w+)/g, (_, key) => { const value = rest[key]; delete rest[key]; return encodeURIComponent(value); });
  const query = method === 'GET' || method === 'DELETE' ? '?' + new URLSearchParams(rest) : '';
  const body = query === '' ? { body: JSON.stringify(rest), headers: { 'content-type': 'application/json' } } : {};
  const response = await fetch('/api/v1' + filled + query, { method, ...body });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text === '' ? {} : JSON.parse(text);
};`;

function routesOf(): WireRoutes {
  return Object.fromEntries(
    [...commandRoutes()].map(({ command, method, path }) => [command, { method, path }]),
  );
}

async function inBrowser(folder: string): Promise<Behind> {
  const downloads = join(folder, 'downloads');
  await mkdir(downloads, { recursive: true });
  const server = await startServer(folder, downloads);
  const browser = await sharedBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, locale: 'en-US' });
  await signIn(context, server.address);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await page.addInitScript(CALL_SOURCE);
  await page.goto(server.address);
  return {
    page,
    downloads,
    desk: null,
    problems,
    kill: async () => {
      await server.end('SIGKILL');
      await context.close();
    },
    close: async () => {
      await context.close();
      await server.end('SIGTERM');
    },
  };
}

async function signIn(context: BrowserContext, address: string): Promise<void> {
  const response = await context.request.post(`${address}/api/v1/session`, { data: { token: TOKEN } });
  expect(response.status()).toBe(200);
}

let browser: Promise<Browser> | null = null;

/** One for all windows of a test file: each has a context of its own in it. */
function sharedBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] });
  return browser;
}

/** To be called when a test file is done. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = null;
}

interface Server {
  readonly address: string;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

async function startServer(folder: string, downloads: string): Promise<Server> {
  const program = join(ROOT, 'out', 'main', 'cli.js');
  const places = ['--data-dir', join(folder, 'data'), '--downloads', downloads];
  const access = ['--port', '0', '--token', TOKEN, '--allow-private', '--rate', '1000', '--burst', '2000'];
  const args = [program, 'serve', ...places, ...access, '--log-level', 'silent'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await addressOf(child);
  return {
    address,
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

/** The first line that it prints says where it is. */
async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /http:\S+(?=\/$)/.exec(line)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error('the server ended before it said where it is');
}

async function onDesktop(folder: string): Promise<Behind> {
  const home = join(folder, 'home');
  const downloads = join(home, 'Downloads');
  await mkdir(downloads, { recursive: true });
  const { DesktopDesk } = await import('./desktop.ts');
  const desk = await DesktopDesk.launch({ dataDir: join(folder, 'data'), home });
  const problems = problemsOf(desk.page);
  await desk.page.addInitScript(CALL_SOURCE);
  await desk.page.evaluate(CALL_SOURCE);
  return {
    page: desk.page,
    downloads,
    desk,
    problems,
    kill: () => desk.kill(),
    close: async () => {
      // The page had begun before Playwright listened to it.
      const early = await desk.log('page-error');
      problems.push(...early.map((entry) => JSON.stringify(entry)));
      await desk.quit();
    },
  };
}
