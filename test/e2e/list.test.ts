import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';

afterAll(closeBrowser);

describe.each(CARRIERS)('the list over %s', (carrier) => {
  let window: Window;
  let source: FaultServer;
  let folder: string;

  beforeEach(async () => {
    folder = await tempFolder();
    source = await FaultServer.start();
    window = await Window.open({ carrier, folder });
  });

  afterEach(async () => {
    await window.close();
    await source.close();
  });

  /** Paused tasks that nobody fetches. */
  async function addPaused(names: readonly string[]): Promise<void> {
    const tasks = names.map((name) => ({ url: source.url(`/${name}`), paused: true }));
    await window.tell('tasks.addAll', { tasks });
  }

  const names = () => window.grid.locator('[data-task] bdi').allInnerTexts();

  test('the order changes by keys, and is kept', { timeout: 60_000 }, async () => {
    await addPaused(['one.bin', 'two.bin', 'three.bin']);
    await window.choose('three.bin');
    await window.page.keyboard.press('Alt+ArrowUp');
    const first = async () => (await names()).filter((name) => name.endsWith('.bin'));
    await expect.poll(first).toEqual(['one.bin', 'three.bin', 'two.bin']);
    await window.close();
    window = await Window.open({ carrier, folder });
    await window.shows('two.bin');
    expect(await first()).toEqual(['one.bin', 'three.bin', 'two.bin']);
  });

  test('a search finds what it is to find, in the list and in the history', { timeout: 60_000 }, async () => {
    source.serve('/alpha.txt', { content: Buffer.from('a') });
    await window.add(source.url('/alpha.txt'));
    await window.shows('alpha.txt', 'Done');
    await addPaused(['beta.bin', '会议记录.docx']);
    await window.shows('beta.bin');
    const search = window.page.getByRole('searchbox', { name: 'Search downloads' });
    await window.page.keyboard.press('Control+f');
    await window.page.keyboard.type('会议');
    await window.row('beta.bin').waitFor({ state: 'detached' });
    expect(await window.grid.locator('[data-task]').count()).toBe(1);
    await search.fill('');
    await window.page.keyboard.press('Control+y');
    await window.shows('alpha.txt', 'Done');
  });

  test('ten thousand are all there', { timeout: 90_000 }, async () => {
    await addPaused(
      Array.from({ length: 10_000 }, (_, number) => `n-${String(number).padStart(5, '0')}.bin`),
    );
    await window.page.reload();
    await window.row('n-00000.bin').waitFor({ timeout: 30_000 });
    const rows = () => window.grid.getAttribute('aria-rowcount');
    await expect.poll(rows, { timeout: 20_000 }).toBe('10001');
    await window.choose('n-00000.bin');
    await window.page.keyboard.press('End');
    await window.shows('n-09999.bin');
    expect(await window.grid.locator('[data-task]').count()).toBeLessThan(60);
    await window.page.keyboard.press('Control+a');
    await window.page
      .getByText('10000 downloads')
      .or(window.page.getByText('10,000 downloads'))
      .first()
      .waitFor();
  });
});
