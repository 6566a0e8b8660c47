import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import type { CommandInput, CommandName } from '../main/contract/commands.ts';
import { ROUTES } from '../main/contract/routes.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../test/kit/chromium.ts';
import { DesktopDesk } from '../test/kit/desktop.ts';
import { Served } from './serving.ts';

/** A window with the engine behind it. */
export interface Opened {
  readonly page: Page;
  /** Asks the engine, not by way of what is measured. */
  call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<unknown>;
  /** Loads the page from its beginning. */
  readonly load: () => Promise<void>;
  close(): Promise<void>;
}

export async function inBrowser(): Promise<Opened> {
  const served = await Served.start();
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGUMENTS] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, locale: 'en-US' });
  await context.request.post(`${served.address}/api/v1/session`, { data: { token: 'bench' } });
  const page = await context.newPage();
  return {
    page,
    call: (command, input) => {
      const [route] = [ROUTES[command]].flat();
      return served.call(route?.method ?? 'GET', route?.path ?? '', input);
    },
    load: async () => void (await page.goto(served.address)),
    close: async () => {
      await browser.close();
      await served.close();
    },
  };
}

export async function onDesktop(): Promise<Opened> {
  const home = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'satchel-bench-'));
  mkdirSync(join(home, 'Downloads'));
  const desk = await DesktopDesk.launch({ dataDir: join(home, 'data'), home });
  const { page } = desk;
  await page.setViewportSize({ width: 1280, height: 760 });
  return {
    page,
    call: (command, input) =>
      page.evaluate(
        async ([name, given]) => {
          const bridge = globalThis as unknown as {
            satchel: { call(name: unknown, input: unknown): Promise<{ ok: boolean }> };
          };
          const answer = await bridge.satchel.call(name, given);
          if (!answer.ok) throw new Error(JSON.stringify(answer));
          return answer;
        },
        [command, input] as const,
      ),
    load: async () => void (await page.reload()),
    close: async () => {
      await desk.quit();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
