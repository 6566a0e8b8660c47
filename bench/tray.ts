// `node bench/tray.ts [browser|desktop]`: a package of 500 things in the tray, dragged about, beside a list of 1,000.
import type { Page } from 'playwright-core';
import { table } from './measure.ts';
import { inBrowser, onDesktop } from './window-carriers.ts';

const ENTRIES = 500;
const TASKS = 1000;
const DRAGS = 12;
const STEPS = 40;

declare const seen: { at: number; ms: number }[];

const SEE = `globalThis.seen = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) seen.push({ at: startTime, ms: duration });
}).observe({ type: 'longtask', buffered: true });`;

function trayText(): string {
  const entries = Array.from({ length: ENTRIES }, (_, n) => {
    const name = `part-${Math.floor(n / 25)}/file-${String(n).padStart(4, '0')}.flac`;
    return {
      key: `k${n}`,
      name,
      size: 1_000_000 + n,
      sent: null,
      source: { kind: 'file', path: `/music/${name}` },
    };
  });
  return JSON.stringify({ isOpen: true, name: 'many', compress: 'auto', entries });
}

async function longIn(page: Page, work: () => Promise<void>): Promise<string> {
  const from = await page.evaluate(() => performance.now());
  await work();
  const long = await page.evaluate((at) => seen.filter((each) => each.at >= at).map(({ ms }) => ms), from);
  return long.length === 0 ? 'none' : `${long.length}, longest ${Math.max(...long).toFixed(0)} ms`;
}

/** From one row of the tray to another, in steps, as a hand does it. */
async function drag(page: Page, turn: number): Promise<void> {
  const box = await page.locator('[role=treegrid]').boundingBox();
  if (box === null) throw new Error('there is no tray');
  const x = box.x + box.width / 2;
  const [from, to] = [box.y + 45 + (turn % 5) * 60, box.y + box.height - 40 - (turn % 3) * 60];
  await page.mouse.move(x, from);
  await page.mouse.down();
  await page.mouse.move(x, to, { steps: STEPS });
  await page.mouse.move(x, from + 90, { steps: STEPS });
  await page.mouse.up();
}

/** Rows of the list over the tray and away again; the last time they are let go there. */
async function dragFromList(page: Page): Promise<void> {
  const row = await page.locator('[data-task] bdi').first().boundingBox();
  const tray = await page.locator('[role=treegrid]').boundingBox();
  if (row === null || tray === null) throw new Error('there is no row, or no tray');
  await page.mouse.move(row.x + 20, row.y + 8);
  await page.mouse.down();
  for (let turn = 0; turn < DRAGS; turn += 1) {
    await page.mouse.move(tray.x + 100, tray.y + 200, { steps: STEPS });
    await page.mouse.move(row.x + 60, row.y + 200, { steps: STEPS });
  }
  await page.mouse.move(tray.x + 100, tray.y + 100, { steps: STEPS });
  await page.mouse.up();
}

const open = process.argv.includes('desktop') ? onDesktop : inBrowser;
const opened = await open();
try {
  const { page, call, load } = opened;
  const url = (n: number) => `http://127.0.0.1:1/task-${n}.bin`;
  const tasks = Array.from({ length: TASKS }, (_, n) => ({ url: url(n), paused: true }));
  await call('tasks.addAll', { tasks });
  await call('tray.put', { text: trayText() });
  await page.addInitScript(SEE);
  await load();
  await page.locator('[role=treegrid] [role=row][aria-level]').first().waitFor();
  await page.locator('[data-task]').first().waitFor();
  await page.waitForTimeout(2000);
  const within = await longIn(page, async () => {
    for (let turn = 0; turn < DRAGS; turn += 1) await drag(page, turn);
  });
  const fromList = await longIn(page, () => dragFromList(page));
  console.log(`\n### The tray with ${ENTRIES} things, ${open.name}\n`);
  console.log(
    table(
      ['what', 'tasks over 50 ms'],
      [
        [`${DRAGS} drags within it, dropped each time`, within],
        [`a row of the list over it ${DRAGS} times, then dropped`, fromList],
      ],
    ),
  );
} finally {
  await opened.close();
}
