import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesktopDesk } from '../kit/desktop.ts';
import { openContract } from './contract-app.ts';
import { electronUses, type Use } from './electron-uses.ts';

const BUILT = join(import.meta.dirname, '..', '..', 'out', 'main');

/** What is only handed to and fro: nothing of the host is behind it. */
const VALUES = /(Details|Event|Options|Params|ReturnValue|__type)$/;

/** There is none but on macOS, in Electron as in the host. */
const ON_MAC = 'Dock';

let desk: DesktopDesk;

beforeAll(async () => {
  desk = await openContract();
});
afterAll(() => desk?.close());

/** Those that fail when they are tried on a real object of the host. */
function notOffered(uses: readonly Use[]): Promise<Use[]> {
  return desk.evaluate((main, asked) => {
    const [window] = main.BrowserWindow.getAllWindows();
    const objects: Record<string, object | undefined> = {
      App: main.app,
      BrowserWindow: window,
      'typeof BrowserWindow': main.BrowserWindow,
      Clipboard: main.clipboard,
      Dialog: main.dialog,
      Display: main.screen.getPrimaryDisplay(),
      IpcMain: main.ipcMain,
      Menu: main.Menu.buildFromTemplate([]),
      'typeof Menu': main.Menu,
      NativeImage: main.nativeImage.createEmpty(),
      'typeof NativeImage': main.nativeImage,
      NativeTheme: main.nativeTheme,
      Notification: new main.Notification(),
      'typeof Notification': main.Notification,
      PowerMonitor: main.powerMonitor,
      PowerSaveBlocker: main.powerSaveBlocker,
      Protocol: main.protocol,
      SafeStorage: main.safeStorage,
      Screen: main.screen,
      Session: main.session.defaultSession,
      'typeof Session': main.session,
      Shell: main.shell,
      Tray: main.host.trays[0],
      WebContents: window?.webContents,
      WebFrameMain: window?.webContents.mainFrame,
    };
    const isOffered = ({ type, member, event }: Use): boolean => {
      const object = objects[type];
      if (object === undefined || !Reflect.has(object, member)) return false;
      if (event === null) return true;
      const listener = () => {};
      try {
        const emitter = object as NodeJS.EventEmitter;
        emitter.on(event, listener).off(event, listener);
        return true;
      } catch {
        return false;
      }
    };
    return asked.filter((use) => !isOffered(use));
  }, uses);
}

test('the host offers every member and event of Electron that the desktop uses', async () => {
  const uses = electronUses().filter(({ type }) => !VALUES.test(type) && type !== ON_MAC);
  expect(uses).toContainEqual({ type: 'BrowserWindow', member: 'once', event: 'ready-to-show' });
  expect(uses).toContainEqual({ type: 'typeof Session', member: 'defaultSession', event: null });
  const planted: Use[] = [
    { type: 'App', member: 'setJumpList', event: null },
    { type: 'WebContents', member: 'on', event: 'paint' },
    { type: 'TouchBar', member: 'escapeItem', event: null },
  ];
  expect(await notOffered([...uses, ...planted])).toEqual(planted);
});

test('the host offers every part of Electron that the built program imports', async () => {
  const names = readdirSync(BUILT)
    .filter((file) => file.endsWith('.js'))
    .flatMap((file) => importsOf(readFileSync(join(BUILT, file), 'utf8')));
  expect(names).toContain('BrowserWindow');
  const missing = (wanted: readonly string[]) =>
    desk.evaluate((main, asked) => asked.filter((name) => !Reflect.has(main, name)), wanted);
  expect(await missing([...names, 'autoUpdater'])).toEqual(['autoUpdater']);
});

/** `app` and `Menu` of `import { app, Menu as Menu$1 } from "electron"`. */
function importsOf(script: string): string[] {
  const imports = script.matchAll(/import\s*\{([^}]*)\}\s*from\s*["']electron(?:\/main|\/common)?["']/g);
  return [...imports].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim().split(' ')[0] ?? ''),
  );
}
