import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesktopDesk } from '../kit/desktop.ts';
import { openContract } from './contract-app.ts';

let desk: DesktopDesk;

beforeAll(async () => {
  desk = await openContract({ env: { LANG: 'de_AT.UTF-8', LANGUAGE: 'de_AT:en', LC_ALL: '' } });
});
afterAll(() => desk?.close());

test('a dialog gets the answer that waits for it, and is cancelled without one', async () => {
  await desk.answer('open', { canceled: false, filePaths: ['/data/one'] });
  await desk.answer('open', { canceled: false, filePaths: ['/data/two'] });
  const ask = () => desk.page.evaluate(() => window.fixture.invoke('folder'));
  expect(await ask()).toEqual({ canceled: false, filePaths: ['/data/one'] });
  expect(await ask()).toEqual({ canceled: false, filePaths: ['/data/two'] });
  expect(await ask()).toEqual({ canceled: true, filePaths: [] });
  const [first] = await desk.log('dialog');
  expect(first).toMatchObject({ method: 'showOpenDialog', options: { properties: ['openDirectory'] } });
});

test('what would stop the main process throws', async () => {
  const asked = desk.evaluate(({ dialog }) => dialog.showMessageBoxSync());
  await expect(asked).rejects.toThrow('dialog.showMessageBoxSync stops the main process');
});

test('what the host does not offer throws by its name', async () => {
  const errors = await desk.evaluate((main) => {
    const electron = process.getBuiltinModule('module').createRequire('/')('electron');
    const tries: Record<string, () => unknown> = {
      module: () => electron.autoUpdater,
      object: () => (main.app as unknown as Record<string, unknown>)['setJumpList'],
      nested: () => (main.session.defaultSession as unknown as Record<string, unknown>)['cookies'],
      static: () => (main.BrowserWindow as unknown as Record<string, unknown>)['clearPersistedState'],
      instance: () =>
        (main.BrowserWindow.getAllWindows()[0] as unknown as Record<string, unknown>)['setKiosk'],
      event: () => main.app.on('gpu-info-update', () => {}),
      option: () => new main.BrowserWindow({ kiosk: true }),
      preference: () => new main.BrowserWindow({ webPreferences: { sandbox: false } }),
      role: () => main.Menu.buildFromTemplate([{ role: 'services' }]),
    };
    return Object.fromEntries(
      Object.entries(tries).map(([name, run]) => {
        try {
          run();
          return [name, 'no error'];
        } catch (error) {
          return [name, (error as Error).message];
        }
      }),
    );
  });
  expect(errors).toEqual({
    module: 'electron-host: electron.autoUpdater is not offered',
    object: 'electron-host: app.setJumpList is not offered',
    nested: 'electron-host: session.cookies is not offered',
    static: 'electron-host: BrowserWindow.clearPersistedState is not offered',
    instance: 'electron-host: BrowserWindow.setKiosk is not offered',
    event: "electron-host: the event 'gpu-info-update' of app is not offered",
    option: 'electron-host: the option kiosk of BrowserWindow is not offered',
    preference: 'electron-host: webPreferences.sandbox: false is not offered',
    role: 'electron-host: the role services of a menu item is not offered',
  });
});

test('the page follows the theme of the app, and what the user has set in the system', async () => {
  const look = () =>
    desk.page.evaluate(() =>
      ['(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)', '(forced-colors: active)'].map(
        (query) => matchMedia(query).matches,
      ),
    );
  expect(await look()).toEqual([false, false, false]);
  await desk.setSystem({ dark: true, reducedMotion: true, forcedColors: true });
  await expect.poll(look).toEqual([true, true, true]);
  await desk.setSystem({ dark: false, reducedMotion: false, forcedColors: false });
  await expect.poll(look).toEqual([false, false, false]);
  expect(await desk.evaluate(({ press }) => [press('Ctrl+K'), press('Shift+F4')])).toEqual([false, false]);
  expect(await desk.evaluate(({ press }) => press('Ctrl+D'))).toBe(true);
  await expect.poll(look).toEqual([true, false, false]);
});

test('the items of a menu can be clicked, and roles do what they say', async () => {
  const zoom = () => desk.page.evaluate(() => [innerWidth, devicePixelRatio]);
  expect(await zoom()).toEqual([800, 1]);
  await desk.evaluate(({ press }) => press('Ctrl+Plus'));
  await expect.poll(zoom).toEqual([730, expect.closeTo(1.2 ** 0.5)]);
  const state = await desk.evaluate(({ BrowserWindow, Menu }) => {
    Menu.getApplicationMenu()?.items[0]?.submenu?.items[3]?.click();
    return BrowserWindow.getAllWindows()[0]?.isFullScreen();
  });
  expect(state).toBe(true);
});

test('a click with the right button asks for a menu, whose roles edit the text', async () => {
  await desk.page.locator('#own-menu').click({ button: 'right' });
  await desk.page.locator('#text').click({ button: 'right' });
  expect(await desk.untilLogged('popup', 1)).toMatchObject([{ labels: ['Edit'] }]);
  await desk.evaluate(({ host }) => {
    const edit = host.contextMenu?.items[0]?.submenu;
    edit?.items.find(({ role }) => role === 'selectAll')?.click();
    edit?.items.find(({ role }) => role === 'delete')?.click();
  });
  await expect.poll(() => desk.page.locator('#text').inputValue()).toBe('');
  expect(await desk.log('popup')).toHaveLength(1);
});

test('a keyring seals, and only it opens again', async () => {
  const got = await desk.evaluate(async ({ safeStorage }) => {
    const sealed = await safeStorage.encryptStringAsync('geheim');
    const { result } = await safeStorage.decryptStringAsync(sealed);
    const isHidden = !sealed.includes('geheim');
    sealed.writeUInt8(sealed.readUInt8(20) ^ 1, 20);
    const broken = await safeStorage.decryptStringAsync(sealed).catch(() => 'refused');
    const backend = safeStorage.getSelectedStorageBackend();
    return { result, isHidden, broken, backend, isThere: await safeStorage.isAsyncEncryptionAvailable() };
  });
  expect(got).toEqual({
    result: 'geheim',
    isHidden: true,
    broken: 'refused',
    backend: 'gnome_libsecret',
    isThere: true,
  });
});

test('clipboard, notifications, power and the rest of the system are models with the state of it', async () => {
  const got = await desk.evaluate(async ({ clipboard, host, Notification, powerSaveBlocker, app, net }) => {
    await clipboard.writeText('copied');
    const clicks: string[] = [];
    const notification = new Notification({ title: 'Done', body: 'a.bin' });
    notification.on('click', () => clicks.push('clicked'));
    notification.show();
    host.notifications[0]?.emit('click');
    const blocker = powerSaveBlocker.start('prevent-app-suspension');
    const held = host.blockers.size;
    powerSaveBlocker.stop(blocker);
    app.setBadgeCount(3);
    return {
      text: await clipboard.readText(),
      clicks,
      blockers: [held, host.blockers.size],
      badge: app.getBadgeCount(),
      isOnline: net.isOnline(),
      trays: host.trays.length,
    };
  });
  expect(got).toEqual({
    text: 'copied',
    clicks: ['clicked'],
    blockers: [1, 0],
    badge: 3,
    isOnline: true,
    trays: 1,
  });
});

test('the app and the page speak the languages of the system', async () => {
  const asked = await desk.evaluate(({ app }) => [app.getPreferredSystemLanguages(), app.getLocale()]);
  expect(asked).toEqual([['de-AT', 'en'], 'de-AT']);
  expect(await desk.page.evaluate(() => navigator.languages)).toEqual(['de-AT', 'en']);
});
