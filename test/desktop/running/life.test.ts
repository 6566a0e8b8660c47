import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../main/contract/events.ts';
import { buildFirst } from '../../cli/kit.ts';
import { Content, differsAt } from '../../kit/content.ts';
import { DesktopDesk } from '../../kit/desktop.ts';
import { tempFolder } from '../../kit/temp-folder.ts';
import { eventually, open, places, Satchel, serveFiles } from './kit.ts';

buildFirst();

const MIB = 1024 * 1024;
// Several of them start two apps, each with a browser.
vi.setConfig({ testTimeout: 60_000 });

describe('ended in the middle of a download, by', () => {
  const ends = {
    'its own Quit': (satchel: Satchel) => satchel.desk.quit(),
    SIGTERM: async ({ desk }: Satchel) => {
      process.kill(desk.pid, 'SIGTERM');
      return desk.ended();
    },
    'closing its window': async ({ desk }: Satchel) => {
      await desk.evaluate(
        ({ BrowserWindow }) => void setImmediate(() => BrowserWindow.getAllWindows()[0]?.close()),
      );
      return desk.ended();
    },
  };

  test.each(Object.keys(ends) as (keyof typeof ends)[])(
    '%s it keeps every byte, and goes on',
    async (how) => {
      const source = await serveFiles();
      const content = new Content(5, 8 * MIB);
      source.serve('/a.bin', { content });
      const gate = source.gate('/a.bin', 4 * MIB);
      const first = await open();
      await first.ask('settings.update', { connections: 1 });
      const { id, path } = await first.add(source.url('/a.bin'));
      await gate.reached;
      const received = async () => (await first.ask('tasks.get', { id })).task.received;
      await eventually(received).toBeGreaterThan(3 * MIB);
      const begun = performance.now();
      expect(await ends[how](first)).toBe(0);
      expect(performance.now() - begun).toBeLessThan(5000);
      expect(first.desk.output()).toBe('');
      // The last that an engine does which ends in good order; a process that is cut off leaves it.
      expect(await readdir(join(first.folder, 'data'))).not.toContain('instance.json');
      gate.release();
      const sent = source.sentTotal;
      const second = await Satchel.open(first.folder);
      await second.until(id, 'done');
      expect(await differsAt(content, path)).toBeNull();
      expect(source.sentTotal - sent).toBeLessThan(6 * MIB);
    },
  );
});

describe('the window', () => {
  test('goes back to where it was, and is no smaller than what is in it needs', async () => {
    const first = await open();
    await first.desk.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setBounds({ x: 40, y: 30, width: 900, height: 640 });
      window?.maximize();
    });
    await first.desk.quit();
    const kept = JSON.parse(await readFile(join(first.folder, 'data', 'window.json'), 'utf8'));
    expect(kept).toEqual({ bounds: { x: 40, y: 30, width: 900, height: 640 }, maximized: true });
    await writeFile(join(first.folder, 'data', 'window.json'), JSON.stringify({ ...kept, maximized: false }));
    const { desk } = await Satchel.open(first.folder);
    const bounds = await desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
    expect(bounds).toEqual(kept.bounds);
    const size = await desk.page.evaluate(() => [innerWidth, innerHeight]);
    expect(size).toEqual([900, 640]);
  });

  test('put away when that is wanted, it frees its page; downloads go on, and it comes back', async () => {
    const source = await serveFiles();
    const content = new Content(6, 2 * MIB);
    source.serve('/b.bin', { content });
    const gate = source.gate('/b.bin', MIB);
    const satchel = await open();
    const { desk } = satchel;
    await satchel.ask('settings.update', { onClose: 'background', connections: 1 });
    const { id, path } = await satchel.add(source.url('/b.bin'));
    await gate.reached;
    await desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await eventually(() => desk.pages()).toBe(0);
    // It says so, once; its click opens the window again.
    expect(await desk.untilLogged('notification', 1)).toMatchObject([
      { body: expect.stringContaining('go on without a window') },
    ]);
    gate.release();
    await eventually(() => differsAt(content, path).catch(() => 'not there')).toBeNull();
    await desk.evaluate(({ app }) => void app.emit('activate'));
    const page = await desk.nextPage();
    await page.waitForFunction(() => 'satchel' in window);
    await satchel.until(id, 'done', page);
  });

  test('crashed, it is drawn anew, and nothing of the downloads is lost', async () => {
    const satchel = await open();
    const { desk } = satchel;
    const { task } = await satchel.ask('tasks.add', { url: 'http://127.0.0.1:9/kept.bin', paused: true });
    const session = await desk.page.context().newCDPSession(desk.page);
    session.send('Page.crash').catch(() => {});
    await desk.page.waitForEvent('crash');
    await eventually(() =>
      desk.evaluate(({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        return contents?.isCrashed() === false
          ? contents.executeJavaScript('document.body.innerText')
          : 'crashed';
      }),
    ).toContain(task.name);
  });
});

describe('what happens', () => {
  const heard = (satchel: Satchel) =>
    satchel.desk.page.evaluate(() => (window as unknown as { heard: Message[] }).heard);

  async function watching(): Promise<Satchel> {
    const satchel = await open();
    await satchel.desk.page.evaluate(() => {
      const messages: Message[] = [];
      window.satchel.listen('message', (message) => messages.push(message));
      Object.assign(window, { heard: messages });
    });
    await satchel.call('desktop.watch', {});
    return satchel;
  }

  test('is told, a snapshot first, without gaps; watching again ends the watch before', async () => {
    const source = await serveFiles();
    source.serve('/c.bin', { content: new Content(7, 3 * MIB) });
    const satchel = await watching();
    const { id } = await satchel.add(source.url('/c.bin'));
    await satchel.until(id, 'done');
    await eventually(async () =>
      (await heard(satchel)).map((each) => (each.type === 'event' ? each.event_type : '')),
    ).toContain('task.done');
    const messages = await heard(satchel);
    expect(messages[0]?.type).toBe('snapshot');
    const seqs = messages.flatMap((each) => (each.type === 'event' ? [] : [each.seq]));
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    // The page itself has watched before: were both of them told, nothing would be without gaps.
    expect(messages.filter(({ type }) => type === 'snapshot')).toHaveLength(1);
  });

  test('is not told while nobody sees the window, and is told when it is seen again', async () => {
    const source = await serveFiles();
    source.serve('/d.bin', { content: new Content(8, MIB) });
    const satchel = await watching();
    const { desk } = satchel;
    await desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const { id } = await satchel.add(source.url('/d.bin'));
    await satchel.until(id, 'done');
    expect((await heard(satchel)).map(({ type }) => type)).toEqual(['snapshot']);
    await desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.restore());
    await eventually(async () =>
      (await heard(satchel)).map((each) => (each.type === 'event' ? each.event_type : each.type)),
    ).toContain('task.done');
  });
});

describe('a second start', () => {
  test('hands over its links to the first, and ends', async () => {
    const { desk, folder } = await open();
    await desk.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const link = `satchel://add?url=${encodeURIComponent('https://a.example/film.mp4')}`;
    const second = await DesktopDesk.run({ ...places(folder), args: [link] });
    expect(second).toEqual({ code: 0, output: '' });
    const box = desk.page.getByRole('dialog', { name: 'Add downloads' });
    await eventually(() => box.getByRole('textbox', { name: 'Links' }).inputValue()).toBe(
      'https://a.example/film.mp4',
    );
    const isSeen = await desk.evaluate(
      ({ BrowserWindow }) => !BrowserWindow.getAllWindows()[0]?.isMinimized(),
    );
    expect(isSeen).toBe(true);
  });

  test('touches nothing in the data folder', async () => {
    const { folder } = await open();
    const before = await readdir(join(folder, 'data'));
    await DesktopDesk.run(places(folder));
    expect(await readdir(join(folder, 'data'))).toEqual(before);
  });
});

test('a list that it is opened with lands in the Add box, and nothing of it begins', async () => {
  const folder = await tempFolder();
  const list = join(folder, 'links.txt');
  await writeFile(list, 'https://a.example/1.iso\nhttps://a.example/2.iso\n');
  const satchel = await Satchel.open(folder, { args: [list] });
  const box = satchel.desk.page.getByRole('dialog', { name: 'Add downloads' });
  await eventually(() => box.getByRole('textbox', { name: 'Links' }).inputValue()).toContain(
    'https://a.example/2.iso',
  );
  expect((await satchel.ask('tasks.list', {})).tasks).toEqual([]);
});

test('where another Satchel has the data folder, it says so and ends', async () => {
  const folder = await tempFolder();
  const { openEngine } = await import('../../../main/engine.ts');
  const engine = await openEngine({ dataDir: join(folder, 'data'), downloads: folder, version: '0' });
  try {
    expect(await DesktopDesk.run(places(folder))).toMatchObject({ code: 3 });
  } finally {
    await engine.close();
  }
});
