import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

afterAll(closeBrowser);

describe.each(CARRIERS)('the Add box over %s', (carrier) => {
  let window: Window;
  let source: FaultServer;

  beforeEach(async () => {
    source = await FaultServer.start();
    window = await Window.open({ carrier, folder: await tempFolder() });
  });

  afterEach(async () => {
    await window.close();
    await source.close();
  });

  async function openBox(text: string): Promise<Locator> {
    await window.page.getByRole('button', { name: 'Add', exact: true }).click();
    const box = window.page.getByRole('dialog', { name: 'Add downloads' });
    await box.getByRole('textbox', { name: 'Links' }).fill(text);
    return box;
  }

  test('a pattern stands for many; what is there already is fetched only if that is wanted', {
    timeout: 60_000,
  }, async () => {
    const contents = [1, 2, 3, 4].map((seed) => new Content(seed, 50_000));
    for (const [index, content] of contents.entries()) source.serve(`/part-${index + 1}.bin`, { content });
    await window.add(source.url('/part-2.bin'));
    await window.shows('part-2.bin', 'Done');

    const box = await openBox(source.url('/part-[1-4].bin'));
    await box.getByText('already here').waitFor();
    await box.getByRole('button', { name: 'Download 3 files' }).waitFor();
    await box.getByRole('button', { name: /What to do with part-2.bin/ }).click();
    await window.page.getByRole('option', { name: 'Keep both' }).click();
    await box.getByRole('button', { name: 'Download 4 files' }).waitFor();
    await box.getByRole('button', { name: /What to do with part-2.bin/ }).click();
    await window.page.getByRole('option', { name: 'Leave it' }).click();
    await box.getByRole('button', { name: 'Download 3 files' }).click();
    await box.waitFor({ state: 'hidden' });

    for (const [index, content] of contents.entries()) {
      const name = `part-${index + 1}.bin`;
      await window.shows(name, 'Done');
      expect(await differsAt(content, join(window.downloads, name))).toBeNull();
    }
    expect((await window.call('tasks.list', {})).tasks).toHaveLength(4);
    expect((await readdir(window.downloads)).sort()).toEqual(
      [1, 2, 3, 4].map((number) => `part-${number}.bin`),
    );
  });

  test('three links are packed into one ZIP that other programs read', { timeout: 60_000 }, async () => {
    const contents = [5, 6, 7].map((seed) => new Content(seed, 200_000));
    for (const [index, content] of contents.entries()) source.serve(`/item-${index}.bin`, { content });
    const box = await openBox(contents.map((_, index) => source.url(`/item-${index}.bin`)).join('\n'));
    await box.getByRole('switch', { name: 'Pack into one ZIP' }).check({ force: true });
    const packing = window.page.getByRole('dialog', { name: 'New package' });
    await packing.getByRole('textbox', { name: 'Name of the ZIP' }).fill('three.zip');
    await packing.getByRole('button', { name: 'Pack 3 files' }).click();
    await window.shows('three.zip', 'Done');
    const path = join(window.downloads, 'three.zip');
    await demandSound(path);
    expect(await entriesIn(path)).toEqual(
      contents.map((content, index) => [`item-${index}.bin`, content.sha256()]),
    );
  });

  test('a curl command brings its headers along, and other text adds nothing', {
    timeout: 60_000,
  }, async () => {
    source.serve('/secret.bin', { content: new Content(8, 1000) });
    const box = await openBox('there is no address in this');
    await box.getByText('No address in this text').waitFor();
    expect(await box.getByRole('button', { name: 'Download', exact: true }).isDisabled()).toBe(true);
    const command = `curl '${source.url('/secret.bin')}' -H 'X-Key: of the test' --compressed`;
    await box.getByRole('textbox', { name: 'Links' }).fill(command);
    await box.getByRole('button', { name: 'Download 1 file' }).click();
    await window.shows('secret.bin', 'Done');
    const fetched = source.requests.filter(({ path }) => path === '/secret.bin');
    expect(fetched.some(({ headers }) => headers['x-key'] === 'of the test')).toBe(true);
  });

  test('what was typed is still there when the box is opened again', { timeout: 60_000 }, async () => {
    source.serve('/typed.bin', { content: new Content(9, 1000) });
    const text = source.url('/typed.bin');
    const { keyboard } = window.page;
    const box = await openBox(text);
    await keyboard.press('Escape');
    await box.waitFor({ state: 'hidden' });
    await keyboard.press('Control+n');
    expect(await box.getByRole('textbox', { name: 'Links' }).inputValue()).toBe(text);
    const download = box.getByRole('button', { name: 'Download 1 file' });
    await expect.poll(() => download.isEnabled()).toBe(true);
    await keyboard.press('Control+Enter');
    await window.shows('typed.bin', 'Done');
    await keyboard.press('Control+n');
    expect(await box.getByRole('textbox', { name: 'Links' }).inputValue()).toBe('');
  });
});
