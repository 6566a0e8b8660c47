import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';

afterAll(closeBrowser);

describe.each(CARRIERS)('a link to what is there already, over %s', (carrier) => {
  let window: Window;
  let source: FaultServer;
  const first = new Content(1, 300_000);
  const second = new Content(2, 200_000);

  beforeEach(async () => {
    source = await FaultServer.start();
    window = await Window.open({ carrier, folder: await tempFolder() });
    source.serve('/twin.bin', { content: first });
  });

  afterEach(async () => {
    await window.close();
    await source.close();
  });

  const path = (name: string) => join(window.downloads, name);
  const names = async () => (await readdir(window.downloads)).sort();
  const tasks = async () => (await window.call('tasks.list', {})).tasks;

  async function openBox(text: string): Promise<Locator> {
    await window.page.getByRole('button', { name: 'Add', exact: true }).click();
    const box = window.page.getByRole('dialog', { name: 'Add downloads' });
    await box.getByRole('textbox', { name: 'Links' }).fill(text);
    await box.getByText('already here').waitFor();
    return box;
  }

  async function choose(box: Locator, choice: string): Promise<void> {
    await box.getByRole('button', { name: /What to do with twin.bin/ }).click();
    await window.page.getByRole('option', { name: choice }).click();
  }

  async function fetchFirst(): Promise<void> {
    await window.add(source.url('/twin.bin'));
    await window.shows('twin.bin', 'Done');
  }

  test('is opened, if it is done', { timeout: 60_000 }, async () => {
    await fetchFirst();
    const box = await openBox(source.url('/twin.bin'));
    const saved = carrier === 'browser' ? window.page.waitForEvent('download') : null;
    await box.getByRole('button', { name: 'Open', exact: true }).click();
    if (saved !== null) expect(await differsAt(first, await (await saved).path())).toBeNull();
    else expect(await window.desk?.untilLogged('shell', 1)).toMatchObject([{ path: path('twin.bin') }]);
    expect(await tasks()).toHaveLength(1);
  });

  test('is gone on with, if it is paused', { timeout: 60_000 }, async () => {
    await window.call('tasks.add', { url: source.url('/twin.bin'), paused: true });
    await window.shows('twin.bin', 'Paused');
    const box = await openBox(source.url('/twin.bin'));
    await box.getByRole('button', { name: /^Resume \d/ }).click();
    await window.shows('twin.bin', 'Done');
    expect(await differsAt(first, path('twin.bin'))).toBeNull();
    expect(await tasks()).toHaveLength(1);
  });

  test('is replaced by what is there now', { timeout: 60_000 }, async () => {
    await fetchFirst();
    source.update('/twin.bin', { content: second });
    const box = await openBox(source.url('/twin.bin'));
    await choose(box, 'Replace');
    await box.getByRole('button', { name: 'Download 1 file' }).click();
    await box.waitFor({ state: 'hidden' });
    await expect.poll(async () => differsAt(second, path('twin.bin'))).toBeNull();
    expect(await names()).toEqual(['twin.bin']);
    await expect
      .poll(async () => (await tasks()).map(({ name, state }) => [name, state]))
      .toEqual([['twin.bin', 'done']]);
  });

  test('is replaced while it runs, and nothing is left of it', { timeout: 60_000 }, async () => {
    const gate = source.gate('/twin.bin', 100_000);
    await window.call('settings.update', { connections: 1 });
    await window.call('tasks.add', { url: source.url('/twin.bin') });
    await gate.reached;
    source.update('/twin.bin', { content: second });
    const box = await openBox(source.url('/twin.bin'));
    await choose(box, 'Replace');
    await box.getByRole('button', { name: 'Download 1 file' }).click();
    await box.waitFor({ state: 'hidden' });
    await window.shows('twin.bin', 'Done');
    await expect.poll(names).toEqual(['twin.bin']);
    expect(await differsAt(second, path('twin.bin'))).toBeNull();
    expect(await tasks()).toHaveLength(1);
    gate.release();
  });

  test('is fetched beside it', { timeout: 60_000 }, async () => {
    await fetchFirst();
    source.update('/twin.bin', { content: second });
    const box = await openBox(source.url('/twin.bin'));
    await choose(box, 'Keep both');
    await box.getByRole('button', { name: 'Download 1 file' }).click();
    await window.shows('twin (1).bin', 'Done');
    expect(await differsAt(first, path('twin.bin'))).toBeNull();
    expect(await differsAt(second, path('twin (1).bin'))).toBeNull();
  });
});
