import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFirst } from '../../cli/kit.ts';
import { Content } from '../../kit/content.ts';
import { eventually, open, type Satchel, serveFiles, shared } from './kit.ts';

buildFirst();

describe('the page', () => {
  const satchel = shared();

  test('is given the bridge and nothing else of Electron or Node', async () => {
    const { desk } = satchel();
    const seen = await desk.page.evaluate(() => ({
      bridge: Object.keys(window.satchel).sort(),
      isFrozen: Object.isFrozen(window.satchel),
      names: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter(
        (name) => name in globalThis,
      ),
    }));
    expect(seen).toEqual({ bridge: ['call', 'listen', 'pathOf'], isFrozen: true, names: [] });
  });

  test('can call what is listed, and listen to what is listed', async () => {
    const { desk } = satchel();
    const errors = await desk.page.evaluate(() => {
      const tried = (run: () => unknown) => {
        try {
          run();
          return null;
        } catch (thrown) {
          return (thrown as Error).message;
        }
      };
      return [
        tried(() => window.satchel.call('ELECTRON_BROWSER_REQUIRE' as 'status', {})),
        tried(() => window.satchel.call('toString' as 'status', {})),
        tried(() => window.satchel.listen('ipc' as 'offer', () => {})),
      ];
    });
    expect(errors).toEqual(['no command ELECTRON_BROWSER_REQUIRE', 'no command toString', 'no channel ipc']);
  });

  test('hears what is told and nothing of the event that brought it', async () => {
    const { desk } = satchel();
    await desk.page.evaluate(() => {
      const heard: unknown[][] = [];
      window.satchel.listen('action', (...all: unknown[]) => heard.push(all));
      Object.assign(window, { heard });
    });
    await desk.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.send('action', 'search'),
    );
    await eventually(() => desk.page.evaluate('heard')).toEqual([['search']]);
  });

  test('has a policy as a header, and Chromium keeps it', async () => {
    const { desk } = satchel();
    const found = await desk.page.evaluate(async () => {
      const broken: string[] = [];
      const all = new Promise<void>((resolve) => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          if (broken.push(effectiveDirective) === 4) resolve();
        });
      });
      const answer = await fetch('./index.html');
      const add = (tag: 'script' | 'style', text: string) => {
        const element = document.createElement(tag);
        element.textContent = text;
        document.head.append(element);
      };
      add('script', 'window.injected = true');
      add('style', 'body { display: none }');
      const image = new Image();
      const refused = new Promise((resolve) => image.addEventListener('error', resolve));
      image.src = 'https://127.0.0.1:9/x.png';
      await refused;
      const elsewhere = await fetch('https://127.0.0.1:9/').catch(() => null);
      await all;
      return {
        policy: answer.headers.get('content-security-policy'),
        nosniff: answer.headers.get('x-content-type-options'),
        injected: 'injected' in window,
        display: getComputedStyle(document.body).display,
        elsewhere,
        broken: broken.sort(),
      };
    });
    expect(found).toMatchObject({ nosniff: 'nosniff', injected: false, elsewhere: null });
    expect(found.display).not.toBe('none');
    expect(found.broken).toEqual(['connect-src', 'img-src', 'script-src-elem', 'style-src-elem']);
    expect(found.policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(found.policy).not.toMatch(/unsafe|\*/);
  });

  test('gets the files that were built, and no others', async () => {
    const { desk } = satchel();
    const statuses = await desk.page.evaluate(async () => {
      const ask = async (path: string, init: RequestInit = {}) =>
        (await fetch(path, init).catch(() => null))?.status ?? null;
      return {
        itself: await ask('./index.html'),
        above: await ask('/..%2fmain%2findex.js'),
        encoded: await ask('/assets/%2e%2e%2f%2e%2e%2fpackage.json'),
        missing: await ask('/nothing.js'),
        folder: await ask('/assets'),
        posted: await ask('./index.html', { method: 'POST', body: 'x' }),
      };
    });
    expect(statuses).toEqual({
      itself: 200,
      above: 404,
      encoded: 404,
      missing: 404,
      folder: 404,
      posted: 404,
    });
  });

  test('is refused every permission, asked for or looked up', async () => {
    const { desk } = satchel();
    const granted = await desk.evaluate(async ({ session, BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      const names = ['notifications', 'media', 'geolocation'] as const;
      if (window === undefined) throw new Error('no window');
      return Promise.all(names.map((name) => session.defaultSession.permissionOf(name, window.webContents)));
    });
    expect(granted).toEqual(Array(3).fill({ isChecked: false, isGranted: false }));
  });

  test('leads nowhere else: no navigation, no window, no download, no webview', async () => {
    const source = await serveFiles();
    source.serve('/evil.bin', { content: new Content(1, 10) });
    const { desk } = await open();
    const before = desk.page.url();
    await desk.page.evaluate((url) => {
      const follow = (href: string, attributes: Partial<HTMLAnchorElement>) => {
        const link = Object.assign(document.createElement('a'), { href, ...attributes });
        document.body.append(link);
        link.click();
      };
      window.open(url);
      follow('data:text/plain,x', { download: 'x.txt' });
      follow(url, {});
    }, source.url('/evil.bin'));
    const blocked = await desk.untilLogged('navigation-blocked', 1);
    expect(blocked).toMatchObject([{ address: source.url('/evil.bin'), isMainFrame: true }]);
    expect(await desk.untilLogged('window-open', 1)).toMatchObject([{ action: 'deny' }]);
    expect(await desk.untilLogged('download', 1)).toMatchObject([{ isPrevented: true }]);
    expect(desk.page.url()).toBe(before);
    await eventually(() => desk.pages()).toBe(1);
    expect(source.requests).toEqual([]);
    const isAttached = await desk.evaluate(({ BrowserWindow }) => {
      const event = {
        defaultPrevented: false,
        preventDefault: () => Object.assign(event, { defaultPrevented: true }),
      };
      BrowserWindow.getAllWindows()[0]?.webContents.emit('will-attach-webview', event as never, {}, {});
      const redirected = { ...event, url: 'https://elsewhere.example/', defaultPrevented: false };
      redirected.preventDefault = () => Object.assign(redirected, { defaultPrevented: true });
      BrowserWindow.getAllWindows()[0]?.webContents.emit('will-redirect', redirected as never);
      return [event.defaultPrevented, redirected.defaultPrevented];
    });
    expect(isAttached).toEqual([true, true]);
  });
});

describe('a command', () => {
  test('is answered with a value, whatever is asked', async () => {
    const satchel = await open();
    expect(await satchel.refusal('tasks.get', { id: 'none' })).toBe('not-found');
    expect(await satchel.refusal('tasks.get', { id: 7 })).toBe('bad-input');
    expect(await satchel.refusal('desktop.open', { id: 'none', more: 1 })).toBe('bad-input');
    expect(await satchel.refusal('desktop.copy', null)).toBe('bad-input');
    expect(await satchel.refusal('desktop.openLink', { url: 'x'.repeat(10_000) })).toBe('bad-input');
    expect(satchel.desk.output()).toBe('');
  });

  test('of another window, and of another page in ours, is refused', async () => {
    const satchel = await open();
    const { desk } = satchel;
    await desk.evaluate(
      ({ BrowserWindow }, preload) => {
        const other = new BrowserWindow({ webPreferences: { preload, sandbox: true } });
        void other.loadURL('app://satchel/index.html');
      },
      join(import.meta.dirname, '..', '..', '..', 'out', 'preload', 'index.cjs'),
    );
    const other = await desk.nextPage();
    await other.waitForFunction(() => 'satchel' in window);
    expect(await satchel.refusal('status', {}, other)).toBe('forbidden');
    expect(await satchel.refusal('desktop.about', {}, other)).toBe('forbidden');
    await other.close();

    // The guards are out of the way here: the door alone refuses.
    await desk.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      void contents?.loadURL('about:blank');
    });
    await desk.page.waitForURL('about:blank');
    await desk.page.waitForFunction(() => 'satchel' in window);
    expect(await satchel.refusal('status', {})).toBe('forbidden');
  });
});

describe('outside of the window', () => {
  const opened = shared();

  test.each(['http://a.example/', 'file:///etc/passwd', 'javascript:alert(1)', 'smb://x/y', 'nonsense'])(
    '%s is not opened',
    async (url) => {
      expect(await opened().refusal('desktop.openLink', { url })).toBe('bad-url');
      expect(await opened().desk.log('shell')).toEqual([]);
    },
  );

  test('a link of the web is opened in the browser', async () => {
    const satchel = opened();
    expect(await satchel.call('desktop.openLink', { url: 'https://a.example/x' })).toMatchObject({
      ok: true,
    });
    expect(await satchel.desk.log('shell')).toEqual([
      { kind: 'shell', method: 'openExternal', url: 'https://a.example/x' },
    ]);
  });

  async function finished(satchel: Satchel, name: string): Promise<{ id: string; path: string }> {
    const source = await serveFiles();
    source.serve(`/${name}`, { content: new Content(3, 1000) });
    const { id, path } = await satchel.add(source.url(`/${name}`));
    await satchel.until(id, 'done');
    return { id, path };
  }

  test('a finished file is opened by its task, and by nothing else', async () => {
    const satchel = await open();
    const { id, path } = await finished(satchel, 'film.mp4');
    expect(await satchel.call('desktop.open', { id })).toEqual({ ok: true, value: {} });
    expect(await satchel.desk.log('shell')).toMatchObject([{ method: 'openPath', path }]);
    expect(await satchel.refusal('desktop.open', { id: path })).toBe('not-found');
    const paused = (await satchel.ask('tasks.add', { url: 'http://127.0.0.1:9/x', paused: true })).task;
    await writeFile(paused.path, 'not ours');
    expect(await satchel.refusal('desktop.open', { id: paused.id })).toBe('bad-transition');
    expect(await satchel.desk.log('shell')).toHaveLength(1);
  });

  test('a program is opened only when the user says so', async () => {
    const satchel = await open();
    const { desk } = satchel;
    const { id, path } = await finished(satchel, 'setup.AppImage');
    await desk.answer('message', { response: 1, checkboxChecked: false });
    await satchel.call('desktop.open', { id });
    expect(await desk.log('shell')).toEqual([]);
    await desk.answer('message', { response: 0, checkboxChecked: false });
    await satchel.call('desktop.open', { id });
    expect(await desk.log('shell')).toMatchObject([{ method: 'openPath', path }]);
    const [asked] = await desk.log('dialog');
    expect(asked).toMatchObject({
      method: 'showMessageBox',
      options: { detail: expect.stringContaining('setup.AppImage'), defaultId: 1, cancelId: 1 },
    });
  });

  test('its folder shows the file or, as long as there is none, the partial one', async () => {
    const satchel = await open();
    const { id, path } = await finished(satchel, 'film.mp4');
    await satchel.call('desktop.showInFolder', { id });
    const paused = (await satchel.ask('tasks.add', { url: 'http://127.0.0.1:9/x.iso', paused: true })).task;
    expect(await satchel.refusal('desktop.showInFolder', { id: paused.id })).toBe('not-found');
    await writeFile(`${paused.path}.part`, '');
    await satchel.call('desktop.showInFolder', { id: paused.id });
    expect(await satchel.desk.log('shell')).toMatchObject([{ path }, { path: `${paused.path}.part` }]);
  });
});
