import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { buildFirst } from '../../cli/kit.ts';
import { Content, differsAt } from '../../kit/content.ts';
import { open, serveFiles } from './kit.ts';

buildFirst();

vi.setConfig({ testTimeout: 60_000 });

/** Without it a dead connection is waited for so long. */
const PATIENCE_MS = 20_000;

test('when the computer wakes up, dead connections are not waited for', async () => {
  const content = new Content(7, 3_000_000);
  const source = await serveFiles();
  source.serve('/a.bin', { content, faults: [{ name: 'stall', after: 1_000_000, times: 1 }] });
  const satchel = await open();
  await satchel.ask('settings.update', { connections: 1 });
  const { id } = await satchel.add(source.url('/a.bin'));
  await vi.waitUntil(() => source.happened('stall') === 1, { timeout: PATIENCE_MS });
  await satchel.desk.evaluate(({ powerMonitor }) => void powerMonitor.emit('suspend'));
  const began = performance.now();
  await satchel.desk.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
  await satchel.until(id, 'done');
  expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
  expect(await differsAt(content, join(satchel.downloads, 'a.bin'))).toBeNull();
});
