import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Content } from '../kit/content.ts';
import { centreOf, dragThrough, dropOn } from '../kit/drag.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

afterAll(closeBrowser);

const trayOf = ({ page }: Window) => page.getByRole('complementary', { name: 'New package' });

describe.each(CARRIERS)('the package tray over %s', (carrier) => {
  let window: Window;
  let source: FaultServer;
  let folder: string;

  beforeEach(async () => {
    source = await FaultServer.start();
    folder = await tempFolder();
    window = await Window.open({ carrier, folder });
  });

  afterEach(async () => {
    await window.close();
    await source.close();
  });

  const tray = () => trayOf(window);
  const contents = () => tray().getByRole('treegrid');
  const entry = (name: string) => contents().getByRole('row').filter({ hasText: name });

  /** Files of this computer, some in a folder, with what is in them. */
  async function localFiles(): Promise<{ paths: string[]; sums: [string, string][] }> {
    const place = join(folder, 'mine');
    await mkdir(join(place, 'photos', 'second'), { recursive: true });
    const names = ['notes.txt', 'photos/one.jpg', 'photos/second/two.jpg'];
    const files = names.map((name, seed) => ({ name, content: new Content(90 + seed, 30_000 + seed) }));
    for (const { name, content } of files) await writeFile(join(place, name), content.slice(0, content.size));
    return {
      paths: [join(place, 'notes.txt'), join(place, 'photos')],
      sums: files.map(({ name, content }) => [name, content.sha256()]),
    };
  }

  function serve(count: number): { urls: string[]; sums: [string, string][] } {
    const files = Array.from({ length: count }, (_, n) => ({
      name: `link-${n}.bin`,
      content: new Content(n + 1, 150_000),
    }));
    for (const { name, content } of files) source.serve(`/${name}`, { content });
    return {
      urls: files.map(({ name }) => source.url(`/${name}`)),
      sums: files.map(({ name, content }) => [name, content.sha256()]),
    };
  }

  test('links and files dropped on “Pack into a ZIP” become one ZIP, by the names that they are given', {
    timeout: 90_000,
  }, async () => {
    const links = serve(3);
    const local = await localFiles();
    await dropOn(window, 'Pack into a ZIP', { links: links.urls });
    await entry('link-2.bin').waitFor();
    await dropOn(window, 'Add to the package', { files: local.paths });
    await entry('two.jpg').waitFor();
    await entry('link-1.bin').dblclick();
    const field = tray().getByRole('textbox', { name: 'New name for link-1.bin' });
    await field.fill('photos/renamed.bin');
    await field.press('Enter');
    await entry('renamed.bin').waitFor();
    await tray().getByRole('textbox', { name: 'Name of the ZIP' }).fill('mixed');
    await tray().getByRole('button', { name: 'Pack 6 files' }).click();
    await window.shows('mixed.zip', 'Done');
    expect(await tray().isVisible()).toBe(false);

    const path = join(window.downloads, 'mixed.zip');
    await demandSound(path);
    const [first, second, third] = links.sums.map(([, sum]) => sum);
    const [notes, one, two] = local.sums;
    expect(await entriesIn(path)).toEqual([
      ['link-0.bin', first],
      ['photos/renamed.bin', second],
      one,
      two,
      ['link-2.bin', third],
      notes,
    ]);
  });

  test('what is dropped on “Download” lands in the Add box, lists are read, and nothing begins by itself', {
    timeout: 60_000,
  }, async () => {
    const { urls } = serve(2);
    const list = join(folder, 'list.txt');
    await writeFile(list, `# two links\n${urls.join('\n')}\n`);
    await dropOn(window, 'Download', { files: [list] });
    const box = window.page.getByRole('dialog', { name: 'Add downloads' });
    await box.getByRole('button', { name: 'Download 2 files' }).waitFor();
    expect((await window.call('tasks.list', {})).tasks).toEqual([]);
    await window.page.keyboard.press('Escape');
    await box.waitFor({ state: 'hidden' });

    await dropOn(window, 'Download', { text: 'see https://example.org/a.iso and more' });
    await box.getByText('a.iso').first().waitFor();
    await window.page.keyboard.press('Escape');
  });

  test('while something is dragged over the window, it says what would come of it', {
    timeout: 60_000,
  }, async () => {
    const picture = join(folder, 'picture.png');
    await writeFile(picture, 'no picture');
    await dragThrough(window, { files: [picture] }, async () => {
      await window.page.getByText('1 file or folder of this computer').waitFor();
      await window.page.getByText('Files of this computer can only be packed').waitFor();
    });
    await dragThrough(window, { links: ['https://example.org/a'] }, async () => {
      await window.page.getByText('Links, each as a file of its own').waitFor();
    });
  });

  test('downloads are dragged from the list into it, and moved within it', { timeout: 60_000 }, async () => {
    const { urls, sums } = serve(3);
    await window.call('tasks.addAll', { tasks: urls.map((url) => ({ url, paused: true })) });
    await window.shows('link-2.bin', 'Paused');
    await window.page.getByRole('button', { name: 'New package' }).click();
    const { mouse } = window.page;
    const into = await centreOf(tray());
    for (const name of ['link-0.bin', 'link-1.bin', 'link-2.bin']) {
      const from = await centreOf(window.row(name).locator('bdi').first());
      await mouse.move(from.x, from.y);
      await mouse.down();
      await mouse.move(into.x, into.y, { steps: 4 });
      await mouse.up();
      await entry(name).waitFor();
    }
    const last = await centreOf(entry('link-2.bin'));
    const top = await centreOf(entry('link-0.bin'));
    await mouse.move(last.x, last.y);
    await mouse.down();
    await mouse.move(top.x, top.y - 12, { steps: 4 });
    await mouse.up();
    await tray().getByRole('button', { name: 'Pack 3 files' }).click();
    await window.shows('package.zip', 'Done');
    const [first, second, third] = sums;
    expect(await entriesIn(join(window.downloads, 'package.zip'))).toEqual([third, first, second]);
    // They had not begun: now they are in the package and nowhere else.
    expect((await window.call('tasks.list', {})).tasks.map(({ name }) => name)).toEqual(['package.zip']);
  });

  test('by keyboard alone: add, move, rename, leave out, take back, put into a folder, pack', {
    timeout: 90_000,
  }, async () => {
    const { urls, sums } = serve(4);
    const { keyboard } = window.page;
    await keyboard.press('Control+Shift+N');
    const focused = () => window.page.evaluate(() => document.activeElement?.closest('[data-tray]') !== null);
    await expect.poll(focused).toBe(true);
    await tray().getByRole('button', { name: 'Links…' }).focus();
    await keyboard.press('Enter');
    const box = window.page.getByRole('dialog', { name: 'Add links to the package' });
    await box.getByRole('textbox', { name: 'Links' }).waitFor();
    await keyboard.insertText(urls.join('\n'));
    await box.getByRole('button', { name: 'Add', exact: true }).focus();
    await keyboard.press('Enter');
    await entry('link-3.bin').waitFor();
    await contents().focus();
    await keyboard.press('End');
    await keyboard.press('Alt+ArrowUp');
    await keyboard.press('Alt+ArrowUp');
    await keyboard.press('Home');
    await keyboard.press('F2');
    await keyboard.press('Control+A');
    await keyboard.type('first.bin');
    await keyboard.press('Enter');
    await entry('first.bin').waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Delete');
    await entry('link-3.bin').waitFor({ state: 'hidden' });
    await window.page.getByRole('button', { name: 'Undo' }).click();
    await entry('link-3.bin').waitFor();
    await contents().focus();
    await keyboard.press('End');
    await keyboard.press('Shift+ArrowUp');
    await keyboard.press('Enter');
    await window.page.getByRole('menuitem', { name: 'Put into a new folder' }).press('Enter');
    await keyboard.press('Control+A');
    await keyboard.type('rest');
    await keyboard.press('Enter');
    await entry('rest').waitFor();
    await tray().getByRole('button', { name: 'Pack 4 files' }).press('Enter');
    await window.shows('package.zip', 'Done');
    // The tray has gone, and what had the focus with it.
    const inList = () => window.page.evaluate(() => document.activeElement?.getAttribute('role'));
    await expect.poll(inList).toBe('grid');
    const [first, second, third, fourth] = sums.map(([, sum]) => sum);
    expect(await entriesIn(join(window.downloads, 'package.zip'))).toEqual([
      ['first.bin', first],
      ['link-3.bin', fourth],
      ['rest/link-1.bin', second],
      ['rest/link-2.bin', third],
    ]);
  });
});

describe.each(CARRIERS)('a package from the tray over %s', (carrier) => {
  test('is paused, killed and goes on; the tray itself is still there after a kill', {
    timeout: 120_000,
  }, async () => {
    const source = await FaultServer.start();
    const folder = await tempFolder();
    const contents = [1, 2, 3].map((seed) => new Content(seed, 3_000_000));
    for (const [index, content] of contents.entries()) source.serve(`/big-${index}.bin`, { content });
    const urls = contents.map((_, index) => source.url(`/big-${index}.bin`));

    let window = await Window.open({ carrier, folder });
    await dropOn(window, 'Pack into a ZIP', { links: urls });
    // Else it would be their preview that is held up.
    await trayOf(window).getByText('3 files, 9.00 MB').waitFor();
    const gate = source.gate('/big-1.bin', 1_000_000);
    await window.page.getByRole('button', { name: 'Pack 3 files' }).click();
    await gate.reached;
    await window.choose('package.zip');
    await window.page.keyboard.press('Space');
    await window.shows('package.zip', 'Paused');
    await dropOn(window, 'Pack into a ZIP', { links: [source.url('/next.bin')] });
    await trayOf(window).getByRole('row').filter({ hasText: 'next.bin' }).waitFor();
    await expect.poll(async () => (await window.call('tray.get', {})).text).toContain('next.bin');
    await window.kill();

    window = await Window.open({ carrier, folder });
    gate.release();
    await trayOf(window).getByRole('row').filter({ hasText: 'next.bin' }).waitFor();
    await window.choose('package.zip');
    await window.page.keyboard.press('Space');
    await window.shows('package.zip', 'Done');
    const path = join(window.downloads, 'package.zip');
    await demandSound(path);
    expect(await entriesIn(path)).toEqual(
      contents.map((content, index) => [`big-${index}.bin`, content.sha256()]),
    );
    await window.close();
    await source.close();
  });
});
