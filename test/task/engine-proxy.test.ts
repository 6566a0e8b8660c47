import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EngineDesk } from '../kit/engine.ts';
import { HttpProxy } from '../kit/proxies.ts';

async function behindProxy() {
  const proxy = await HttpProxy.start({ user: 'me', password: 'pass-word-1' });
  onTestFinished(() => proxy.close());
  const desk = await EngineDesk.open({ proxy: proxy.url('me:pass-word-1') });
  desk.serve('/a.bin');
  return { proxy, desk };
}

test('the credentials of a proxy are kept apart from the settings, over a restart', async () => {
  const { proxy, desk } = await behindProxy();
  const { settings } = await desk.call('settings.get', {});
  expect(settings.proxy).toBe(proxy.url());
  expect(await readFile(join(desk.dataDir, 'settings.json'), 'utf8')).not.toContain('pass-word-1');
  await desk.again();
  const { id } = await desk.add('/a.bin');
  await desk.reaches(id, 'done');
  expect(proxy.asked.map((asked) => asked.let)).toEqual(['in']);
});

test('they are for their proxy and for no other', async () => {
  const { proxy, desk } = await behindProxy();
  const other = await HttpProxy.start();
  onTestFinished(() => other.close());
  await desk.call('settings.update', { proxy: other.url() });
  const { id } = await desk.add('/a.bin');
  await desk.reaches(id, 'done');
  expect(proxy.asked).toEqual([]);
  expect(other.asked).toHaveLength(1);
  expect(other.asked[0]?.headers['proxy-authorization']).toBeUndefined();
});

test('what goes past the proxy when its credentials are lost is nothing at all', async () => {
  const { proxy, desk } = await behindProxy();
  await desk.close();
  await rm(join(desk.dataDir, 'secret.key'));
  await desk.start();
  const { id } = await desk.add('/a.bin');
  const status = await desk.call('status', {});
  expect(status.problems.join()).toMatch(/Nothing is fetched/);
  expect(status.counts.waiting).toBe(1);
  // What has nothing to do with the network can be changed all the same.
  await desk.call('settings.update', { jobs: 2 });
  expect((await desk.task(id)).state).toBe('waiting');
  expect(desk.server.requests).toEqual([]);
  await desk.call('settings.update', { proxy: proxy.url('me:pass-word-1') });
  await desk.reaches(id, 'done');
  expect(proxy.asked.map((asked) => asked.let)).toEqual(['in']);
});

test('a proxy that is none is refused, and the old one stays', async () => {
  const { proxy, desk } = await behindProxy();
  const error = await desk.refused('settings.update', { proxy: 'ftp://me:pass-word-2@somewhere' });
  expect(error).toMatchObject({ code: 'bad-input' });
  expect(JSON.stringify(error)).not.toContain('pass-word-2');
  const { id } = await desk.add('/a.bin');
  await desk.reaches(id, 'done');
  expect(proxy.asked).toHaveLength(1);
});
