import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesktopDesk } from '../kit/desktop.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { openContract } from './contract-app.ts';

/** As `npm run build` has built it. */
const PRELOAD = join(import.meta.dirname, '..', '..', 'out', 'preload', 'index.cjs');

let desk: DesktopDesk;

beforeAll(async () => {
  desk = await openContract();
});
afterAll(() => desk?.close());

test('the page has what is exposed to it, frozen, and nothing else of Electron', async () => {
  const page = await desk.page.evaluate(() => {
    const names = ['require', 'process', 'ipcRenderer', 'electronHost', 'electronHostPost', 'module'];
    const isFrozen = Object.isFrozen(window.fixture);
    const own = Object.getOwnPropertyDescriptor(window, 'fixture');
    return { left: names.filter((name) => name in window), isFrozen, isWritable: own?.writable };
  });
  expect(page).toEqual({ left: [], isFrozen: true, isWritable: false });
  // It was there before the first script of the page.
  expect(await desk.page.evaluate(() => window.hadFixture)).toBe('object');
});

test('the preload script has a world of its own, and of Node what a sandbox has', async () => {
  expect(await desk.page.evaluate(() => window.fixture.world())).toEqual({
    ofPage: 'undefined',
    buffer: 'undefined',
    type: 'renderer',
    isSandboxed: true,
    isIsolated: true,
    hasEvents: false,
  });
  expect(await desk.page.evaluate(() => window.fixture.errors())).toEqual({
    fs: 'Error: module not found: node:fs',
    sendSync: 'Error: electron-host: ipcRenderer.sendSync stops the page and is not offered; use invoke',
    notOffered: 'Error: electron-host: ipcRenderer.sendToHost is not offered in a preload script',
    exposedTwice: 'Error: Cannot bind an API on top of an existing property on the window object',
  });
  const frame = desk.page.frames().find((each) => each.url().endsWith('frame.html'));
  expect(await frame?.evaluate(() => typeof window.fixture)).toBe('undefined');
});

test('the host offers all of Electron that the built preload script uses', async () => {
  const script = readFileSync(PRELOAD, 'utf8');
  expect(script.match(/require\([^)]*\)/g)).toEqual(['require("electron")']);
  const members = [...script.matchAll(/\belectron\.(\w+\.\w+)/g)].map(([, member = '']) => member);
  expect(members).toContain('contextBridge.exposeInMainWorld');
  const wrong = await desk.page.evaluate(
    (all) => window.fixture.uses(all),
    [...members, 'webFrame.routingId'],
  );
  const notOffered = 'Error: electron-host: electron.webFrame is not offered in a preload script';
  expect(wrong).toEqual([...members.map(() => 'no error'), notOffered]);
});

test('calls, callbacks, errors and promises cross between the worlds', async () => {
  const got = await desk.page.evaluate(async () => {
    const errors: unknown[] = [];
    try {
      window.fixture.fail();
    } catch (error) {
      errors.push(error instanceof Error, (error as Error).message);
    }
    await window.fixture.later().catch((error) => errors.push(error instanceof Error, error.message));
    return {
      called: window.fixture.call(({ value }, next) => next(value), 41),
      later: await window.fixture.later('x'),
      errors,
    };
  });
  expect(got).toEqual({ called: 42, later: 'x', errors: [true, 'on purpose', true, 'rejected on purpose'] });
});

test('the policy of the page is enforced, and its violations are noted', async () => {
  const outcome = await desk.page.evaluate(() => window.policy);
  expect(outcome).toEqual({ fetched: 'TypeError', evaluated: 'EvalError', stolen: undefined });
  const [noted] = await desk.untilLogged('page-log', 1);
  expect(noted?.['text']).toContain('Content Security Policy');
});

test('a page leads nowhere: navigations are asked about first, and windows and downloads are refused', async () => {
  await desk.page.evaluate(() => {
    location.href = 'http://127.0.0.1:9/elsewhere';
  });
  expect(await desk.untilLogged('navigation-blocked', 1)).toMatchObject([
    { address: 'http://127.0.0.1:9/elsewhere', isMainFrame: true },
  ]);
  await desk.page.evaluate(() => {
    const frame = document.querySelector('iframe') as HTMLIFrameElement;
    frame.src = 'app://fixture/other.html';
  });
  expect(await desk.page.getByText('Ready').isVisible()).toBe(true);

  await desk.page.evaluate(() => void window.open('https://example.com/opened'));
  await desk.page.locator('#new-window').click();
  expect(await desk.untilLogged('window-open', 2)).toMatchObject([
    { url: 'https://example.com/opened', action: 'deny' },
    { url: 'https://example.com/help', action: 'deny' },
  ]);
  expect(await desk.log('shell')).toMatchObject([
    { method: 'openExternal', url: 'https://example.com/opened' },
    { method: 'openExternal', url: 'https://example.com/help' },
  ]);

  await desk.page.locator('#download').click();
  expect(await desk.untilLogged('download', 1)).toMatchObject([
    { address: 'app://fixture/file.bin', fileName: 'file.bin', isPrevented: true },
  ]);
  await expect.poll(() => desk.pages()).toBe(1);
});

test('permissions are asked of the app', async () => {
  const answers = await desk.evaluate(({ BrowserWindow, session }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    return contents && session.defaultSession.permissionOf('notifications', contents);
  });
  expect(answers).toEqual({ isChecked: false, isGranted: false });
});

test('files that are dropped or chosen have their real paths in the preload script', async () => {
  const folder = await tempFolder();
  const [first, second] = [join(folder, 'links one.txt'), join(folder, 'b.json')];
  writeFileSync(first, 'x');
  writeFileSync(second, 'yy');
  await desk.drop('main', [first, second]);
  expect(await desk.page.evaluate(() => window.dropped)).toEqual([first, second]);
  await desk.choose('input[type=file]', [second]);
  expect(await desk.page.evaluate(() => window.dropped)).toEqual([second]);
  // Chromium itself says the same of it.
  const session = await desk.page.context().newCDPSession(desk.page);
  const expression = "document.querySelector('input[type=file]').files[0]";
  const { result } = await session.send('Runtime.evaluate', { expression });
  const { path } = await session.send('DOM.getFileInfo', { objectId: result.objectId ?? '' });
  expect(path).toBe(second);
});

test('a file that was made in the page has no path, and what is no file is refused', async () => {
  expect(await desk.page.evaluate(() => window.fixture.pathOf(new File(['q'], 'made.txt')))).toBe('');
  const asked = desk.page.evaluate(() => window.fixture.pathOf({}));
  await expect(asked).rejects.toThrow("parameter 1 is not of type 'File'");
});
