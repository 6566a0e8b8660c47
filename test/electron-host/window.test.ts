import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesktopDesk } from '../kit/desktop.ts';
import { openContract } from './contract-app.ts';

let desk: DesktopDesk;

beforeAll(async () => {
  desk = await openContract();
});
afterAll(() => desk?.close());

test('the page is as large as its window', async () => {
  const size = () => desk.page.evaluate(() => [innerWidth, innerHeight]);
  expect(await size()).toEqual([800, 600]);
  const events = await desk.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const heard: string[] = [];
    for (const name of ['move', 'resize'] as const) window?.on(name, () => heard.push(name));
    window?.setBounds({ width: 640, height: 480 });
    return heard;
  });
  expect(events).toEqual(['resize']);
  await expect.poll(size).toEqual([640, 480]);
});

test('a window that fills the screen keeps the bounds that it goes back to', async () => {
  const bounds = await desk.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.maximize();
    return [window?.getBounds(), window?.getNormalBounds()];
  });
  expect(bounds).toMatchObject([
    { width: 1920, height: 1040 },
    { width: 640, height: 480 },
  ]);
  await expect.poll(() => desk.page.evaluate(() => innerWidth)).toBe(1920);
  await desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.unmaximize());
  await expect.poll(() => desk.page.evaluate(() => innerWidth)).toBe(640);
});

test('of a window that is closed or destroyed no page is left', async () => {
  for (const end of ['close', 'destroy'] as const) {
    await desk.evaluate(() => void globalThis.open('app://fixture/index.html'));
    const page = await desk.nextPage();
    expect(await desk.pages()).toBe(2);
    const gone = page.waitForEvent('close');
    await desk.evaluate(({ BrowserWindow }, how) => BrowserWindow.getAllWindows()[1]?.[how](), end);
    await gone;
    expect(await desk.pages()).toBe(1);
  }
});

test('a page goes where the app lets it, and its preload script with it', async () => {
  await desk.page.evaluate(() => {
    location.href = 'index.html?again';
  });
  await desk.page.waitForURL('**/index.html?again');
  expect(await desk.page.evaluate(() => window.fixture.invoke('echo', 1n))).toBe(1n);
  const address = await desk.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getURL(),
  );
  expect(address).toBe('app://fixture/index.html?again');
});
