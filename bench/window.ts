// `node bench/window.ts [browser|desktop] [MINUTES]`: the window with 10,000 tasks of which 50 are running, each with a
// real connection: what it costs on the thread of its page. MINUTES of use between the first and the last heap.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { median, table } from './measure.ts';
import { inBrowser, type Opened, onDesktop } from './window-carriers.ts';
import { messagesPerSecond } from './window-messages.ts';

const TASKS = 10_000;
const RUNNING = 50;
const LOADS = 5;
const WATCH_MS = 30_000;
const SCROLL_PIXELS = 24_000;
const SCROLL_SPEED = 3000;

const words = process.argv.slice(2);
const minutes = Number(words.find((word) => /^[\d.]+$/.test(word)) ?? 10);
const open = words.includes('desktop') ? onDesktop : inBrowser;

/** Kept by the page itself from its first moment on. */
interface Seen {
  /** Ms after navigation began until rows were on the screen. */
  painted: number | null;
  /** Beginnings and lengths, ms. */
  readonly long: { readonly at: number; readonly ms: number }[];
}

declare const seen: Seen;

const SEE = `globalThis.seen = { painted: null, long: [] };
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) seen.long.push({ at: startTime, ms: duration });
}).observe({ type: 'longtask', buffered: true });
const look = () => {
  if (document.querySelector('[data-task]') === null) return requestAnimationFrame(look);
  // The frame that has the rows ends before a task that is posted in the one after it.
  requestAnimationFrame(() => setTimeout(() => { seen.painted = performance.now(); }));
};
requestAnimationFrame(look);`;

async function fill(opened: Opened): Promise<() => void> {
  const source = fork(join(import.meta.dirname, 'window-child.ts'));
  const [port] = (await once(source, 'message')) as [number];
  const url = (name: string) => `http://127.0.0.1:${port}/${name}.bin`;
  await opened.call('settings.update', { proxy: 'none', jobs: RUNNING, connections: 1, perHost: 64 });
  const names = Array.from({ length: TASKS }, (_, n) => `file-${String(n).padStart(5, '0')}`);
  const tasks = names.map((name, n) => ({ url: url(name), paused: n >= RUNNING }));
  await opened.call('tasks.addAll', { tasks });
  return () => source.send('end');
}

/** Loads the page so often, and gives how long it took until the list was there. */
async function loads({ page, load }: Opened): Promise<number[]> {
  const all: number[] = [];
  for (let round = 0; round < LOADS; round += 1) {
    await load();
    await page.waitForFunction(() => seen.painted !== null, null, { timeout: 60_000 });
    all.push(await page.evaluate(() => seen.painted ?? Number.NaN));
  }
  return all;
}

/** Tasks of more than 50 ms since then (ms of the page's clock), as text. */
async function longSince(page: Page, from: number): Promise<string> {
  const long = await page.evaluate((at) => seen.long.filter((each) => each.at >= at), from);
  if (long.length === 0) return 'none';
  return `${long.length}, longest ${Math.max(...long.map(({ ms }) => ms)).toFixed(0)} ms`;
}

const nowIn = (page: Page) => page.evaluate(() => performance.now());

/** Frames per second while it scrolls, and the longest time between two, ms. */
async function scroll(page: Page, session: CDPSession, down: boolean): Promise<{ fps: number; gap: number }> {
  const frames = page.evaluate(async () => {
    const times: number[] = [];
    const until = performance.now() + 6000;
    while (performance.now() < until) {
      times.push(await new Promise<number>((resolve) => requestAnimationFrame(resolve)));
    }
    return times;
  });
  const distance = down ? -SCROLL_PIXELS : SCROLL_PIXELS;
  const gesture = { x: 500, y: 400, yDistance: distance, speed: SCROLL_SPEED } as const;
  await session.send('Input.synthesizeScrollGesture', { ...gesture, gestureSourceType: 'mouse' });
  const times = await frames;
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const whole = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return { fps: (gaps.length / whole) * 1000, gap: Math.max(...gaps) };
}

/** What somebody does who has nothing else to do. */
async function oneTurn(page: Page, session: CDPSession, turn: number): Promise<void> {
  await scroll(page, session, turn % 2 === 0);
  await page.keyboard.press('Control+f');
  await page.keyboard.type(`file-0${turn % 10}`, { delay: 50 });
  await page.locator('[data-task]').first().waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.getByRole('searchbox').fill('');
  await page.locator('[data-task] bdi').first().click();
  for (const tab of await page.getByRole('tab').all()) await tab.click();
  for (const name of ['Running', 'Paused', 'All']) {
    await page
      .getByRole('button', { name: new RegExp(`^${name}`) })
      .first()
      .click();
  }
  await page.keyboard.press('Control+n');
  await page.getByRole('textbox', { name: 'Links' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** MiB that are in use when all garbage is gone. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 1024 ** 2;
}

async function measure(opened: Opened): Promise<string[][]> {
  const { page } = opened;
  const painted = await loads(opened);
  const session = await page.context().newCDPSession(page);
  const loaded = await page.evaluate(() => seen.painted ?? 0);
  const told = await messagesPerSecond(page, session, WATCH_MS);
  const watching = await longSince(page, loaded);
  const scrollAt = await nowIn(page);
  const scrolled = [await scroll(page, session, true), await scroll(page, session, false)];
  const scrolling = await longSince(page, scrollAt);
  const heaps = [await heapOf(session)];
  const useAt = await nowIn(page);
  for (let turn = 0; (await nowIn(page)) - useAt < minutes * 60_000; turn += 1) {
    await oneTurn(page, session, turn);
    heaps.push(await heapOf(session));
  }
  const used = await longSince(page, useAt);
  return [
    ['list painted after navigation began, median ms', median(painted).toFixed(0)],
    ['the slowest of them, ms', Math.max(...painted).toFixed(0)],
    ['messages a second', told.messages.toFixed(1)],
    ['rows in them a second', told.rows.toFixed(0)],
    ['KiB a second', told.kib.toFixed(1)],
    [`tasks over 50 ms while it is watched, ${WATCH_MS / 1000} s`, watching],
    ['frames a second while it scrolls', scrolled.map(({ fps }) => fps.toFixed(1)).join(', ')],
    ['longest time between two frames, ms', scrolled.map(({ gap }) => gap.toFixed(0)).join(', ')],
    ['tasks over 50 ms while it scrolls', scrolling],
    [`tasks over 50 ms in ${minutes} min of use`, used],
    ['JS heap before the use, MiB', (heaps[0] ?? 0).toFixed(1)],
    ['JS heap after it, MiB', (heaps.at(-1) ?? 0).toFixed(1)],
    ['the most in between, MiB', Math.max(...heaps).toFixed(1)],
  ];
}

const opened = await open();
try {
  await opened.page.addInitScript(SEE);
  const end = await fill(opened);
  // The first seconds are those of 50 beginnings.
  await sleep(5000);
  const rows = await measure(opened);
  console.log(`\n### The window, ${TASKS} tasks of which ${RUNNING} are running, ${open.name}\n`);
  console.log(table(['what', 'figure'], rows));
  end();
} finally {
  await opened.close();
}
