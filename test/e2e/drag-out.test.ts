import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Content } from '../kit/content.ts';
import { centreOf, dragFrom, interceptDrag } from '../kit/drag.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, type Carrier, closeBrowser, Window } from '../kit/window.ts';

afterAll(closeBrowser);

let window: Window;
let source: FaultServer;
let contents: readonly Content[];

async function open(carrier: Carrier): Promise<void> {
  source = await FaultServer.start();
  window = await Window.open({ carrier, folder: await tempFolder() });
  contents = [1, 2, 3].map((seed) => new Content(seed, 100_000 + seed));
  for (const [index, content] of contents.entries()) source.serve(`/file-${index}.bin`, { content });
  const urls = contents.map((_, index) => source.url(`/file-${index}.bin`));
  await window.call('tasks.addAll', {
    tasks: urls.map((url, index) => ({ url, paused: index === 2, position: index })),
  });
  await window.shows('file-0.bin', 'Done');
  await window.shows('file-1.bin', 'Done');
  await window.shows('file-2.bin', 'Paused');
}

const nameOf = (name: string) => window.row(name).locator('bdi').first();
const pathOf = (name: string) => join(window.downloads, name);

async function chooseFirstTwo(): Promise<void> {
  await window.choose('file-0.bin');
  await nameOf('file-1.bin').click({ modifiers: ['Control'] });
}

async function order(): Promise<string[]> {
  return (await window.call('tasks.list', {})).tasks.map(({ name }) => name);
}

afterEach(async () => {
  await window.close();
  await source.close();
});

describe('a finished download dragged out of a browser', () => {
  beforeEach(() => open('browser'));

  async function fetched(address: string): Promise<string> {
    const bytes = await window.page.evaluate(async (url) => {
      const response = await fetch(url);
      return [...new Uint8Array(await response.arrayBuffer())];
    }, address);
    return createHash('sha256').update(Buffer.from(bytes)).digest('hex');
  }

  test('is an address that gives its bytes to whoever has signed in', { timeout: 60_000 }, async () => {
    const data = await interceptDrag(window.page, nameOf('file-1.bin'));
    const [, type, name, address = ''] = /^([^:]*):([^:]*):(.*)$/.exec(data.get('downloadurl') ?? '') ?? [];
    expect({ type, name }).toEqual({ type: 'application/octet-stream', name: 'file-1.bin' });
    expect(await fetched(address)).toBe(contents[1]?.sha256());
    expect(data.get('text/uri-list')).toBe(address);
    const [task] = (await window.call('tasks.list', {})).tasks.filter((each) => each.name === 'file-1.bin');
    expect(JSON.parse(data.get('application/x-satchel-tasks') ?? '')).toEqual([task?.id]);
  });

  test('takes along what is selected with it, as far as that is done', { timeout: 60_000 }, async () => {
    await chooseFirstTwo();
    await nameOf('file-2.bin').click({ modifiers: ['Control'] });
    const data = await interceptDrag(window.page, nameOf('file-1.bin'));
    const addresses = data.get('text/uri-list')?.split('\r\n') ?? [];
    const sums = await Promise.all(addresses.map(fetched));
    expect(sums).toEqual([contents[1]?.sha256(), contents[0]?.sha256()]);
  });

  test('is taken from the icon of its details too', { timeout: 60_000 }, async () => {
    await window.choose('file-0.bin');
    const handle = window.page.getByTitle('Drag this to another program to hand the file over');
    const data = await interceptDrag(window.page, handle);
    expect(data.get('downloadurl')).toContain(':file-0.bin:');
  });
});

describe('a finished download dragged out of the desktop', () => {
  beforeEach(() => open('desktop'));

  const dragged = async () => (await window.desk?.log('start-drag'))?.map(({ files }) => files);

  test('is its file, with those of the others that are selected', { timeout: 60_000 }, async () => {
    await dragFrom(window.page, nameOf('file-0.bin'));
    await window.desk?.untilLogged('start-drag', 1);
    await chooseFirstTwo();
    await dragFrom(window.page, nameOf('file-0.bin'));
    await window.desk?.untilLogged('start-drag', 2);
    expect(await dragged()).toEqual([[pathOf('file-0.bin')], [pathOf('file-0.bin'), pathOf('file-1.bin')]]);
  });

  test('is refused where it is not done, or no longer there', { timeout: 60_000 }, async () => {
    const { tasks } = await window.call('tasks.list', {});
    const start = (id: string) =>
      window.page.evaluate(
        (each) => (globalThis as never as DesktopPage).satchel.call('desktop.startDrag', { ids: [each] }),
        id,
      );
    const unfinished = tasks.find(({ name }) => name === 'file-2.bin')?.id ?? '';
    expect(await start(unfinished)).toMatchObject({ ok: false, error: { code: 'bad-transition' } });
    await rm(pathOf('file-0.bin'));
    await dragFrom(window.page, nameOf('file-0.bin'));
    await window.page.getByText('File not found').first().waitFor();
    expect(await dragged()).toEqual([]);
  });
});

interface DesktopPage {
  readonly satchel: { call(name: string, input: unknown): Promise<unknown> };
}

describe.each(CARRIERS)('a row over %s', (carrier) => {
  beforeEach(() => open(carrier));

  test('that is not done is moved in the list by the pointer', { timeout: 60_000 }, async () => {
    const { mouse } = window.page;
    const from = await centreOf(nameOf('file-2.bin'));
    const to = await centreOf(nameOf('file-0.bin'));
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y - 25, { steps: 4 });
    await mouse.up();
    await expect.poll(order).toEqual(['file-2.bin', 'file-0.bin', 'file-1.bin']);
  });
});

describe('a finished download', () => {
  beforeEach(() => open('browser'));

  test('is dropped elsewhere in the list, or on the tray', { timeout: 60_000 }, async () => {
    const { mouse, page } = { mouse: window.page.mouse, page: window.page };
    const drag = async (to: { x: number; y: number }) => {
      const from = await centreOf(nameOf('file-0.bin'));
      await mouse.move(from.x, from.y);
      await mouse.down();
      await mouse.move(to.x, to.y, { steps: 4 });
      await mouse.up();
    };
    const last = await centreOf(nameOf('file-2.bin'));
    await drag({ x: last.x, y: last.y + 25 });
    await expect.poll(order).toEqual(['file-1.bin', 'file-2.bin', 'file-0.bin']);
    await page.getByRole('button', { name: 'New package' }).click();
    const tray = page.getByRole('complementary', { name: 'New package' });
    await tray.getByRole('heading').waitFor();
    await drag(await centreOf(tray));
    await tray.getByRole('row').filter({ hasText: 'file-0.bin' }).waitFor();
  });
});
