import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectAccessible } from '../kit/axe.ts';
import { Content } from '../kit/content.ts';
import { centreOf } from '../kit/drag.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

afterAll(closeBrowser);

const NAMES = ['a.bin', 'photos/b.bin', 'photos/c.bin', 'd.bin'];

describe.each(CARRIERS)('items of a package by hand over %s', (carrier) => {
  let window: Window;
  let source: FaultServer;
  let folder: string;
  let contents: readonly Content[];

  beforeEach(async () => {
    source = await FaultServer.start();
    folder = await tempFolder();
    window = await Window.open({ carrier, folder });
    contents = NAMES.map((_, seed) => new Content(seed + 1, 50_000 + seed));
    for (const [index, content] of contents.entries()) source.serve(`/${index}.bin`, { content });
  });

  afterEach(async () => {
    await window.close();
    await source.close();
  });

  const details = () => window.page.getByRole('complementary', { name: 'Details' });
  const tree = () => details().getByRole('treegrid', { name: 'Items of the package' });
  const row = (name: string) => tree().getByRole('row').filter({ hasText: name });
  const sumOf = (index: number) => contents[index]?.sha256() ?? '';

  async function openPackage(): Promise<string> {
    const items = NAMES.map((name, index) => ({ url: source.url(`/${index}.bin`), name }));
    const { task } = await window.call('tasks.add', {
      kind: 'package',
      name: 'set.zip',
      items,
      paused: true,
    });
    await window.shows('set.zip', 'Paused');
    await window.choose('set.zip');
    await details().getByRole('tab', { name: 'Items' }).click();
    await row('a.bin').waitFor();
    return task.id;
  }

  const order = async (id: string) =>
    (await window.call('tasks.get', { id })).task.items.map(({ name }) => name);

  async function pack(id: string): Promise<[string, string][]> {
    await window.call('tasks.resume', { id });
    await window.shows('set.zip', 'Done');
    const path = join(window.downloads, 'set.zip');
    await demandSound(path);
    return (await entriesIn(path)) as [string, string][];
  }

  test('are moved, renamed, taken out and folded by keyboard, and what happens is said', {
    timeout: 90_000,
  }, async () => {
    const id = await openPackage();
    const { keyboard } = window.page;
    await tree().focus();
    await keyboard.press('End');
    await keyboard.press('Alt+ArrowUp');
    await window.page
      .getByRole('status')
      .filter({ hasText: /d\.bin.* is now 2 of 4/ })
      .waitFor();
    expect(await order(id)).toEqual(['a.bin', 'd.bin', 'photos/b.bin', 'photos/c.bin']);

    await keyboard.press('Home');
    await keyboard.press('F2');
    const box = window.page.getByRole('dialog', { name: 'Rename an item' });
    await box.waitFor();
    await keyboard.press('Control+A');
    await keyboard.type('photos/first.bin');
    await keyboard.press('Enter');
    await box.waitFor({ state: 'hidden' });
    await row('first.bin').waitFor();
    await expect.poll(() => tree().evaluate((grid) => grid === document.activeElement)).toBe(true);

    // Its folder is the first line now, and is folded from within.
    await keyboard.press('ArrowLeft');
    await keyboard.press('ArrowLeft');
    await row('first.bin').waitFor({ state: 'hidden' });
    const opened = row('photos').getAttribute('aria-expanded');
    expect(await opened).toBe('false');
    await keyboard.press('ArrowRight');
    await row('first.bin').waitFor();
    await expectAccessible(window.page, 'items');

    await keyboard.press('End');
    await keyboard.press('Delete');
    await window.page.getByRole('button', { name: 'Take it out' }).press('Enter');
    await row('d.bin').waitFor({ state: 'hidden' });
    await expect.poll(() => tree().getAttribute('aria-activedescendant')).not.toBeNull();
    expect(await pack(id)).toEqual([
      ['photos/first.bin', sumOf(0)],
      ['photos/b.bin', sumOf(1)],
      ['photos/c.bin', sumOf(2)],
    ]);
  });

  test('are dragged to another place, and into a folder', { timeout: 90_000 }, async () => {
    const id = await openPackage();
    const { mouse } = window.page;
    const drag = async (from: string, to: string, below: number) => {
      const start = await centreOf(row(from));
      const end = await centreOf(row(to));
      await mouse.move(start.x, start.y);
      await mouse.down();
      await mouse.move(end.x, end.y + below, { steps: 4 });
      await mouse.up();
    };
    await drag('c.bin', 'a.bin', -12);
    await expect.poll(() => order(id)).toEqual(['c.bin', 'a.bin', 'photos/b.bin', 'd.bin']);
    await drag('d.bin', 'photos', 0);
    await expect.poll(() => order(id)).toEqual(['c.bin', 'a.bin', 'photos/b.bin', 'photos/d.bin']);
    await details().getByRole('button', { name: 'By folders' }).click();
    await details().getByRole('grid', { name: 'Items of the package' }).getByText('photos/d.bin').waitFor();
    expect(await pack(id)).toEqual([
      ['c.bin', sumOf(2)],
      ['a.bin', sumOf(0)],
      ['photos/b.bin', sumOf(1)],
      ['photos/d.bin', sumOf(3)],
    ]);
  });

  test('that failed are left out by keyboard, what is there is opened, and the focus stays', {
    timeout: 90_000,
  }, async () => {
    const items = ['/0.bin', '/gone.bin', '/1.bin'].map((path) => ({ url: source.url(path) }));
    await window.call('tasks.add', { kind: 'package', name: 'set.zip', items });
    await window.shows('set.zip', 'File not found');
    await window.choose('set.zip');
    await details().getByRole('tab', { name: 'Items' }).click();
    const { keyboard } = window.page;
    const grid = details().getByRole('grid', { name: 'Items of the package' });
    const press = async (name: RegExp) => {
      await details().getByRole('button', { name }).focus();
      await keyboard.press('Enter');
    };
    await press(/^Make a ZIP/);
    await window.page
      .getByText(/^2 items are in/)
      .first()
      .waitFor();
    expect(await entriesIn(join(window.downloads, 'set (so far).zip'))).toEqual(
      expect.arrayContaining([
        ['0.bin', sumOf(0)],
        ['1.bin', sumOf(1)],
      ]),
    );
    await press(/^Finish without/);
    await window.shows('set.zip', 'Done');
    await expect.poll(() => grid.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await entriesIn(join(window.downloads, 'set.zip'))).toEqual(
      expect.arrayContaining([
        ['0.bin', sumOf(0)],
        ['1.bin', sumOf(1)],
      ]),
    );
  });

  test('whose links are dead are files of this computer instead', { timeout: 90_000 }, async () => {
    const local = new Content(9, 70_000);
    const path = join(folder, 'mine.bin');
    await writeFile(path, local.slice(0, local.size));
    const items = [
      { url: source.url('/0.bin'), name: 'in/good.bin' },
      { url: source.url('/gone.bin'), name: 'in/gone.bin' },
    ];
    await window.call('tasks.add', { kind: 'package', name: 'set.zip', items });
    await window.shows('set.zip', 'File not found');
    await window.choose('set.zip');
    await details().getByRole('tab', { name: 'Items' }).click();
    await window.desk?.answer('open', { canceled: false, filePaths: [path] });
    await tree().focus();
    await window.page.keyboard.press('End');
    await window.page.keyboard.press('Enter');
    const entry = window.page.getByRole('menuitem', { name: 'A file of this computer instead…' });
    await entry.waitFor();
    const chooser = carrier === 'browser' ? window.page.waitForEvent('filechooser') : null;
    await entry.press('Enter');
    await (await chooser)?.setFiles(path);
    await window.shows('set.zip', 'Done');
    expect(await entriesIn(join(window.downloads, 'set.zip'))).toEqual([
      ['in/good.bin', sumOf(0)],
      ['in/gone.bin', local.sha256()],
    ]);
  });
});
