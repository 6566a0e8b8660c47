import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';
import { entriesIn } from '../kit/zip-readers.ts';

const MiB = 1024 * 1024;

afterAll(closeBrowser);

describe.each(CARRIERS)('the details over %s', (carrier) => {
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

  const details = () => window.page.getByRole('complementary', { name: 'Details' });
  const openTab = (name: string) => details().getByRole('tab', { name }).click();

  test('a package with an item that fails is finished without it, and the log tells of it', {
    timeout: 60_000,
  }, async () => {
    const content = new Content(1, 100_000);
    source.serve('/good.bin', { content });
    const items = ['good.bin', 'missing.bin'].map((name) => ({ url: source.url(`/${name}`) }));
    await window.call('tasks.add', { kind: 'package', name: 'bundle.zip', items });
    await window.shows('bundle.zip', 'File not found');
    await window.choose('bundle.zip');
    await openTab('Items');
    const list = details().getByRole('grid', { name: 'Items of the package' });
    await list.getByRole('row').filter({ hasText: 'good.bin' }).filter({ hasText: 'done' }).waitFor();
    await list
      .getByRole('row')
      .filter({ hasText: 'missing.bin' })
      .filter({ hasText: 'no such file' })
      .waitFor();
    await details()
      .getByRole('button', { name: /^Finish without/ })
      .click();
    await window.shows('bundle.zip', 'Done');
    const entries = await entriesIn(join(window.downloads, 'bundle.zip'));
    expect(entries).toContainEqual(['good.bin', content.sha256()]);

    await openTab('Log');
    const log = details().getByRole('list', { name: /What happened/ });
    // Names stand in isolates, which keep their direction to themselves.
    for (const sentence of [/^Added/, /good\.bin. is in the ZIP/, /missing\.bin. failed/, /^Done\./]) {
      await log.getByText(sentence).first().waitFor();
    }
  });

  test('a file that changed on the server is fetched anew if that is wanted', {
    timeout: 60_000,
  }, async () => {
    const [old, now] = [new Content(2, 8 * MiB), new Content(3, 6 * MiB)];
    source.serve('/moving.iso', { content: old });
    const gate = source.gate('/moving.iso', 4 * MiB);
    await window.call('settings.update', { connections: 1 });
    await window.add(source.url('/moving.iso'));
    await gate.reached;
    await window.hasReceived('moving.iso', MiB);
    await window.choose('moving.iso');
    await details().getByRole('button', { name: 'Pause', exact: true }).click();
    await window.shows('moving.iso', 'Paused');
    gate.release();
    source.update('/moving.iso', { content: now });
    await details().getByRole('button', { name: 'Resume', exact: true }).click();
    await window.shows('moving.iso', 'File changed on server');
    const trouble = details().getByRole('region', { name: 'File changed on server' });
    await trouble.getByText(/is kept/).waitFor();
    await trouble.getByRole('button', { name: 'Start over' }).click();
    await window.shows('moving.iso', 'Done');
    expect(await differsAt(now, join(window.downloads, 'moving.iso'))).toBeNull();
  });

  test('a download is removed with its file if that is wanted', { timeout: 60_000 }, async () => {
    source.serve('/both.bin', { content: new Content(4, 1000) });
    await window.add(source.url('/both.bin'));
    await window.shows('both.bin', 'Done');
    await window.choose('both.bin');
    await details().getByRole('button', { name: 'Remove…' }).click();
    const question = window.page.getByRole('alertdialog');
    await question.getByRole('checkbox').check({ force: true });
    await question.getByRole('button', { name: 'Remove' }).click();
    await window.row('both.bin').waitFor({ state: 'detached' });
    const there = () =>
      access(join(window.downloads, 'both.bin')).then(
        () => true,
        () => false,
      );
    await expect.poll(there).toBe(false);
  });

  test('they show where a running download stands, and who fetches what', { timeout: 60_000 }, async () => {
    source.serve('/held.bin', { content: new Content(5, 4 * MiB) });
    const gate = source.gate('/held.bin', 2 * MiB);
    await window.call('settings.update', { connections: 1 });
    await window.add(source.url('/held.bin'));
    await gate.reached;
    await window.choose('held.bin');
    await details()
      .getByRole('img', { name: /are there, in \d+ piece/ })
      .waitFor();
    await openTab('Connections');
    await details().getByText('127.0.0.1').first().waitFor();
    gate.release();
    await window.shows('held.bin', 'Done');
    await details().getByText('No connection is open.').waitFor();
  });
});
