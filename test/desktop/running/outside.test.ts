import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { buildFirst } from '../../cli/kit.ts';
import { Content } from '../../kit/content.ts';
import { eventually, open, type Satchel, serveFiles } from './kit.ts';

buildFirst();

const MIB = 1024 * 1024;
vi.setConfig({ testTimeout: 60_000 });

/** A download that stands still in the middle, until it is let go on. */
async function running(satchel: Satchel) {
  const source = await serveFiles();
  source.serve('/a.bin', { content: new Content(5, 2 * MIB) });
  const gate = source.gate('/a.bin', MIB);
  await satchel.ask('settings.update', { connections: 1 });
  const { id } = await satchel.add(source.url('/a.bin'));
  await gate.reached;
  return { id, gate };
}

test('tray, task bar, badge and power follow what runs', async () => {
  const satchel = await open();
  const { desk } = satchel;
  const shown = () =>
    desk.evaluate(({ host, app }) => ({
      tray: host.trays[0]?.toolTip,
      blockers: [...host.blockers.values()],
      badge: app.getBadgeCount(),
      bar: host.noted('progress-bar').at(-1)?.['value'],
    }));
  await eventually(shown).toMatchObject({
    tray: 'Satchel · Nothing is being downloaded',
    blockers: [],
    bar: -1,
  });
  const { id, gate } = await running(satchel);
  await eventually(shown).toMatchObject({
    tray: expect.stringContaining('1 download · '),
    blockers: ['prevent-app-suspension'],
    badge: 1,
    bar: 0.5,
  });
  await satchel.ask('settings.update', { keepAwake: false });
  await eventually(shown).toMatchObject({ blockers: [] });

  await desk.evaluate(({ host }) => host.trays[0]?.menu?.getMenuItemById('pauseAll')?.click());
  await satchel.until(id, 'paused');
  await eventually(shown).toMatchObject({ badge: 0, bar: -1 });
  gate.release();
  await desk.evaluate(({ host }) => host.trays[0]?.menu?.getMenuItemById('resumeAll')?.click());
  await satchel.until(id, 'done');
});

test('what is done while nobody looks is told of once, and a click leads there', async () => {
  const source = await serveFiles();
  for (const name of ['a', 'b']) source.serve(`/${name}.bin`, { content: new Content(1, 10) });
  const satchel = await open();
  const { desk } = satchel;
  await desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
  // Both at once: on a machine that is busy one might end seconds after the other.
  const tasks = ['a', 'b'].map((name) => ({ url: source.url(`/${name}.bin`) }));
  await satchel.ask('tasks.addAll', { tasks });
  const [notice] = await desk.untilLogged('notification', 1);
  expect(notice).toEqual({ kind: 'notification', title: '2 downloads finished', body: '' });
  await desk.evaluate(({ host }) => void host.notifications[0]?.emit('click'));
  await eventually(() =>
    desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isFocused()),
  ).toBe(true);
});

test('a link that is copied elsewhere is mentioned when the window comes back', async () => {
  const satchel = await open();
  const { desk } = satchel;
  await satchel.ask('settings.update', { watchClipboard: true });
  const leave = () => desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.blur());
  const comeBack = () => desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.focus());
  // What is there at first counts as known.
  await leave();
  await comeBack();
  await leave();
  await desk.evaluate(({ clipboard }) => clipboard.writeText('https://copied.example/film.mp4'));
  await comeBack();
  await desk.page.getByText('https://copied.example/film.mp4').first().waitFor();
  expect(await desk.page.getByRole('dialog').count()).toBe(0);
});

test('told to quit when all is done, it asks first, and quits at once when that is wanted', async () => {
  const satchel = await open();
  const { desk } = satchel;
  await satchel.ask('settings.update', { whenDone: 'quit' });
  await desk.answer('message', { response: 1, checkboxChecked: false });
  const { gate } = await running(satchel);
  gate.release();
  expect(await desk.ended()).toBe(0);
});

test('menu, tray and theme are as the settings say, in both languages', async () => {
  const satchel = await open();
  const { desk } = satchel;
  const shown = () =>
    desk.evaluate(({ Menu, nativeTheme, host }) => ({
      menu: Menu.getApplicationMenu()?.items.map(({ label }) => label),
      quit: host.trays[0]?.menu?.getMenuItemById('quit')?.label,
      theme: nativeTheme.themeSource,
    }));
  await eventually(shown).toEqual({
    menu: ['File', 'Edit', 'View', 'Downloads', 'Help'],
    quit: 'Quit Satchel',
    theme: 'system',
  });
  await satchel.ask('settings.update', { language: 'zh-CN', theme: 'dark' });
  await eventually(shown).toEqual({
    menu: ['文件', '编辑', '视图', '下载', '帮助'],
    quit: '退出 Satchel',
    theme: 'dark',
  });
  // What the system does by itself is named in that language, too.
  const labels = await desk.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items.map(({ label }) => label) ?? []),
  );
  expect(labels?.filter((label) => label !== '' && !/\p{Script=Han}/u.test(label))).toEqual([]);
});

test('a menu asks it of the window, also of one that has been put away', async () => {
  const satchel = await open();
  const { desk } = satchel;
  await satchel.ask('settings.update', { onClose: 'background' });
  await desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await eventually(() => desk.pages()).toBe(0);
  await desk.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('add')?.click());
  const page = await desk.nextPage();
  await page.getByRole('dialog', { name: 'Add downloads' }).waitFor();
});

describe('remote access', () => {
  test('opens and closes with the setting, wants its token, and gives another one', async () => {
    const satchel = await open();
    const about = async () => {
      const answer = await satchel.call('desktop.about', {});
      if (!answer.ok) throw new Error(answer.error.message);
      return answer.value.remote;
    };
    expect(await about()).toEqual({ address: null, token: null, problem: null });
    await satchel.ask('settings.update', { remoteAccess: { enabled: true, host: '127.0.0.1', port: 0 } });
    const { address, token } = await about();
    const status = async (bearer: string | null) =>
      (await fetch(`${address}/api/v1/status`, { headers: { authorization: `Bearer ${bearer}` } })).status;
    expect([await status(token), await status('wrong')]).toEqual([200, 401]);
    const instance = JSON.parse(await readFile(join(satchel.folder, 'data', 'instance.json'), 'utf8'));
    expect(instance.address).toBe(address);

    const renewed = await satchel.call('desktop.renewToken', {});
    const next = renewed.ok ? renewed.value.remote : null;
    const again = async (bearer: string | null) =>
      (await fetch(`${next?.address}/api/v1/status`, { headers: { authorization: `Bearer ${bearer}` } }))
        .status;
    expect(next?.token).not.toBe(token);
    expect([await again(next?.token ?? ''), await again(token)]).toEqual([200, 401]);

    // Whoever sets it over the network is followed, too.
    await fetch(`${next?.address}/api/v1/settings`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${next?.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ remoteAccess: { enabled: false, host: '127.0.0.1', port: 0 }, theme: 'light' }),
    });
    await eventually(about).toEqual({ address: null, token: null, problem: null });
    await expect(fetch(`${next?.address}/healthz`)).rejects.toThrow();
    expect((await satchel.call('status', {})).ok).toBe(true);
  });

  test('says why it is not there', async () => {
    const taken = await serveFiles();
    const satchel = await open();
    const port = Number(new URL(taken.origin).port);
    await satchel.ask('settings.update', { remoteAccess: { enabled: true, host: '127.0.0.1', port } });
    expect(await satchel.call('desktop.about', {})).toMatchObject({
      value: {
        remote: { address: null, token: null, problem: expect.stringContaining('listens on this port') },
      },
    });
  });
});

describe('what seals passwords', () => {
  const keeps = async (satchel: Satchel) => {
    const answer = await satchel.call('desktop.about', {});
    return answer.ok && answer.value.keepsSecrets;
  };

  test('is kept by the keyring of the system', async () => {
    const satchel = await open();
    expect(await keeps(satchel)).toBe(true);
    const sealed = join(satchel.folder, 'data', 'secret.key.sealed');
    expect((await stat(sealed)).mode & 0o777).toBe(0o600);
    await expect(access(join(satchel.folder, 'data', 'secret.key'))).rejects.toThrow('ENOENT');
  });

  test('lies in the data folder where there is none, and it says so', async () => {
    const satchel = await open({ env: { ELECTRON_HOST_NO_KEYRING: '1' } });
    expect(await keeps(satchel)).toBe(false);
    expect((await stat(join(satchel.folder, 'data', 'secret.key'))).mode & 0o777).toBe(0o600);
  });
});
