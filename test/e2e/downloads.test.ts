import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';

const MiB = 1024 * 1024;

afterAll(closeBrowser);

describe.each(CARRIERS)('in the window over %s', (carrier) => {
  let source: FaultServer;
  let window: Window;

  async function begin(): Promise<string> {
    source = await FaultServer.start();
    const folder = await tempFolder();
    window = await Window.open({ carrier, folder });
    return folder;
  }

  afterEach(async () => {
    await window.close();
    await source.close();
  });

  test('three links that are pasted are downloaded', { timeout: 40_000 }, async () => {
    await begin();
    const contents = [1, 2, 3].map((seed) => new Content(seed, 300_000 + seed));
    for (const [index, content] of contents.entries()) source.serve(`/file-${index}.bin`, { content });
    await window.add(contents.map((_, index) => source.url(`/file-${index}.bin`)).join('\n'));
    for (const [index, content] of contents.entries()) {
      await window.shows(`file-${index}.bin`, 'Done');
      expect(await differsAt(content, join(window.downloads, `file-${index}.bin`))).toBeNull();
    }
  });

  test('one is paused and resumed, and nothing is fetched twice', { timeout: 40_000 }, async () => {
    await begin();
    const content = new Content(4, 8 * MiB);
    source.serve('/movie.mp4', { content });
    const gate = source.gate('/movie.mp4', 2 * MiB);
    await window.call('settings.update', { connections: 1 });
    await window.add(source.url('/movie.mp4'));
    await gate.reached;
    await window.hasReceived('movie.mp4', MiB);
    await window.choose('movie.mp4');
    await window.page.keyboard.press('Space');
    await window.shows('movie.mp4', 'Paused', 'by you');
    gate.release();
    await window.choose('movie.mp4');
    await window.page.keyboard.press('Space');
    await window.shows('movie.mp4', 'Done');
    expect(await differsAt(content, join(window.downloads, 'movie.mp4'))).toBeNull();
    const asked = source.requests.map(({ range, sent, ended }) => `${range} ${sent} ${ended}`);
    expect(asked).toContainEqual(expect.stringMatching(/^bytes=[1-9]/));
  });

  test('killed in the middle, it goes on where it was', { timeout: 60_000 }, async () => {
    const folder = await begin();
    const content = new Content(5, 24 * MiB);
    source.serve('/disk.iso', { content });
    const gate = source.gate('/disk.iso', 20 * MiB);
    await window.call('settings.update', { connections: 1 });
    await window.add(source.url('/disk.iso'));
    await gate.reached;
    await window.hasReceived('disk.iso', 8 * MiB);
    await window.kill();
    gate.release();
    const before = source.requests.length;
    window = await Window.open({ carrier, folder });
    await window.shows('disk.iso', 'Done');
    expect(await differsAt(content, join(window.downloads, 'disk.iso'))).toBeNull();
    const resumed = source.requests.slice(before).map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]));
    expect(Math.min(...resumed)).toBeGreaterThan(8 * MiB - 1);
  });

  test('a file that is not there says so, and a new link mends it', { timeout: 40_000 }, async () => {
    await begin();
    const content = new Content(6, 100_000);
    source.serve('/there.pdf', { content });
    await window.add(source.url('/gone.pdf'));
    await window.shows('gone.pdf', 'File not found');
    await window.choose('gone.pdf');
    await window.page
      .getByRole('button', { name: /new link/i })
      .first()
      .click();
    const dialog = window.page.getByRole('dialog', { name: 'New link' });
    await dialog.getByRole('textbox').fill(source.url('/there.pdf'));
    await dialog.getByRole('button').last().click();
    await window.grid.getByRole('row').filter({ hasText: 'Done' }).first().waitFor();
    const [task] = (await window.call('tasks.list', {})).tasks;
    expect(await differsAt(content, task?.path ?? '')).toBeNull();
  });

  test('what is removed leaves the list, and its file too if that is wanted', {
    timeout: 40_000,
  }, async () => {
    await begin();
    source.serve('/keep.txt', { content: Buffer.from('kept') });
    await window.add(source.url('/keep.txt'));
    await window.shows('keep.txt', 'Done');
    await window.choose('keep.txt');
    await window.page.keyboard.press('Delete');
    const dialog = window.page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await window.row('keep.txt').waitFor({ state: 'detached' });
    expect(await readFile(join(window.downloads, 'keep.txt'), 'utf8')).toBe('kept');
  });

  test('several links become one ZIP', { timeout: 60_000 }, async () => {
    await begin();
    const names = ['a.txt', 'b.txt', 'c.txt'];
    for (const name of names) source.serve(`/${name}`, { content: Buffer.from(`${name} `.repeat(1000)) });
    const { page } = window;
    await page.getByRole('button', { name: 'New package' }).click();
    const tray = page.getByRole('complementary', { name: 'New package' });
    await tray.getByRole('button', { name: 'Links…' }).click();
    const box = page.getByRole('dialog', { name: 'Add links to the package' });
    const links = names.map((name) => source.url(`/${name}`)).join('\n');
    await box.getByRole('textbox', { name: 'Links' }).fill(links);
    await box.getByRole('button', { name: 'Add', exact: true }).click();
    await tray.getByRole('textbox', { name: 'Name of the ZIP' }).fill('bundle.zip');
    await tray.getByRole('button', { name: /^Pack 3/ }).click();
    await window.shows('bundle.zip', 'Done');
    expect((await stat(join(window.downloads, 'bundle.zip'))).size).toBeGreaterThan(300);
  });
});
