import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DesktopDesk } from '../kit/desktop.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CONTRACT, FIXTURES, openContract } from './contract-app.ts';

async function contract(options: Parameters<typeof openContract>[0] = {}): Promise<DesktopDesk> {
  const desk = await openContract(options);
  onTestFinished(() => desk.close());
  return desk;
}

test('a second start gives its arguments to the first, and ends', async () => {
  const home = await tempFolder();
  const desk = await contract({ home });
  const second = await DesktopDesk.run({ main: CONTRACT, home, args: ['satchel://add?url=x'] });
  expect(second).toMatchObject({ code: 0, output: expect.not.stringContaining('before-quit') });
  const instances = () => desk.evaluate(() => globalThis.seen.instances);
  await expect.poll(instances).toEqual([
    {
      argv: expect.arrayContaining(['satchel://add?url=x']),
      folder: process.cwd(),
      data: { args: ['satchel://add?url=x'], at: new Date(7) },
    },
  ]);
  // One that was killed holds nothing any more.
  await desk.kill();
  const next = await contract({ home });
  expect(await next.evaluate(({ app }) => app.hasSingleInstanceLock())).toBe(true);
});

test('quitting asks, closes the windows, asks once more and ends', async () => {
  const desk = await contract();
  expect(await desk.quit()).toBe(0);
  expect(desk.output().trim().split('\n')).toEqual(['before-quit', 'will-quit', 'quit']);
});

test('closing the last window ends the app, unless the app or the window refuses', async () => {
  const desk = await contract();
  const [isVisible, events] = await desk.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.once('close', (event: { preventDefault(): void }) => {
      event.preventDefault();
      window.hide();
    });
    window?.close();
    return [window?.isVisible(), globalThis.seen.events];
  });
  expect(isVisible).toBe(false);
  expect(events).toEqual(['ready-to-show', 'show', 'close', 'hide']);

  await desk.evaluate(({ BrowserWindow }) => {
    globalThis.staysOpen = true;
    BrowserWindow.getAllWindows()[0]?.close();
  });
  await expect.poll(() => desk.pages()).toBe(0);
  await desk.evaluate(() => void globalThis.open('app://fixture/index.html'));
  const page = await desk.nextPage();
  await page.getByText('Ready').waitFor();

  await desk.evaluate(({ BrowserWindow }) => {
    globalThis.staysOpen = false;
    BrowserWindow.getAllWindows()[0]?.close();
  });
  expect(await desk.ended()).toBe(0);
  const said = desk.output().trim().split('\n');
  expect(said).toEqual(['window-all-closed', 'window-all-closed', 'before-quit', 'will-quit', 'quit']);
});

test('a renderer that crashes is reported, and its window can be loaded again', async () => {
  const desk = await contract();
  const session = await desk.page.context().newCDPSession(desk.page);
  session.send('Page.crash').catch(() => {});
  await expect
    .poll(() => desk.evaluate(() => globalThis.seen.gone))
    .toEqual([{ reason: 'crashed', exitCode: 5 }]);
  await desk.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    const loaded = new Promise<void>((resolve) => contents?.once('did-finish-load', () => resolve()));
    contents?.reload();
    await loaded;
  });
  const page = await desk.reconnect();
  expect(await page.evaluate(() => window.fixture.invoke('trusted'))).toBe('app://fixture');
});

test('killed, neither the app nor its browser is left', async () => {
  const desk = await contract();
  const pid = await desk.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  );
  expect([isAlive(desk.pid), isAlive(pid)]).toEqual([true, true]);
  await desk.kill();
  expect([isAlive(desk.pid), isAlive(pid)]).toEqual([false, false]);
});

/** One that is dead, but that nobody has waited for, has no command line any more. */
function isAlive(pid = 0): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}

test('an app in CommonJS, a page that is a file, and a preload script that fails', async () => {
  const home = await tempFolder();
  const env = { ELECTRON_HOST_NO_KEYRING: '1' };
  const desk = await DesktopDesk.launch({ main: join(FIXTURES, 'commonjs', 'main.cjs'), home, env });
  onTestFinished(() => desk.close());
  await desk.page.getByText('A page of a file').waitFor();
  expect(desk.page.url()).toMatch(/^file:/);
  expect(await desk.untilLogged('preload-error', 1)).toMatchObject([{ message: 'the preload script fails' }]);
  const keyring = await desk.evaluate(async ({ safeStorage }) => [
    await safeStorage.isAsyncEncryptionAvailable(),
    safeStorage.getSelectedStorageBackend(),
    await safeStorage.encryptStringAsync('x').catch((error: Error) => error.message),
  ]);
  expect(keyring).toEqual([false, 'basic_text', 'Encryption is not available']);
  expect(readdirSync(home)).toContain('Downloads');
});
