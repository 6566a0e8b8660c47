import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTasks } from '../../main/task/open-tasks.ts';
import { signatureOf } from '../../main/task/targets.ts';
import { AddressRule } from '../../main/world/address-rule.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { createHttp } from '../../main/world/http.ts';
import { EngineDesk } from '../kit/engine.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';

/** Nobody listens there. */
const A = 'http://127.0.0.1:1/a';

function waiting({ dataDir }: EngineDesk): number {
  const open = new DatabaseSync(join(dataDir, 'satchel.db'), { readOnly: true });
  const { n } = open.prepare('SELECT count(*) AS n FROM outbox').get() as { n: number };
  open.close();
  return n;
}

describe('the list of webhooks', () => {
  test('names an address once', async () => {
    const desk = await EngineDesk.open();
    const twice = [{ url: A, events: ['task.done' as const] }, { url: A }];
    expect(await desk.refused('settings.update', { webhooks: twice })).toMatchObject({ code: 'bad-input' });
    expect((await desk.call('settings.get', {})).settings.webhooks).toEqual([]);
  });

  test('has 20 at the most, of events that there are, with nothing else in them', async () => {
    const desk = await EngineDesk.open();
    const many = Array.from({ length: 21 }, (_, n) => ({ url: `${A}${n}` }));
    const bad = [
      many,
      [{ url: A, events: [] }],
      [{ url: A, events: ['task.x'] }],
      [{ url: A, secrets: 'x' }],
    ];
    for (const webhooks of bad) {
      const error = await desk.refused('settings.update', { webhooks } as never);
      expect(error.code, JSON.stringify(webhooks)).toBe('bad-input');
    }
    await desk.call('settings.update', { webhooks: many.slice(1) });
  });

  test.each([[[]], [[{ url: '', secret: 'SECOND' }]]])(
    'that cannot be written (%j) leaves every secret as it was',
    async (wanted) => {
      const heard = Promise.withResolvers<IncomingHttpHeaders>();
      let body = '';
      const server = createServer(async (request, response) => {
        for await (const chunk of request) body += chunk;
        response.end();
        heard.resolve(request.headers);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void server.close());
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const desk = await EngineDesk.open({ webhooks: [{ url, secret: 'FIRST' }] });
      // What is to take the file's place cannot.
      const path = join(desk.dataDir, 'settings.json');
      await rm(path);
      await mkdir(join(path, 'in the way'), { recursive: true });
      await desk.refused('settings.update', { webhooks: wanted.map((each) => ({ ...each, url })) });
      await desk.add('/a.bin', { paused: true });
      const headers = await heard.promise;
      const timestamp = String(headers['x-satchel-timestamp']);
      expect(headers['x-satchel-signature']).toBe(signatureOf('FIRST', timestamp, body));
    },
  );

  test('that somebody has written a slip into forgets nothing that is to be told', async () => {
    const desk = await EngineDesk.open({ webhooks: [{ url: A, events: ['task.added'] }] });
    await desk.add('/a.bin', { paused: true });
    expect(waiting(desk)).toBe(1);
    await desk.close();
    const path = join(desk.dataDir, 'settings.json');
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace('http://127', 'htp://127'));
    await desk.start();
    expect((await desk.call('status', {})).problems.join()).toContain('webhooks');
    await desk.close();
    await writeFile(path, before);
    await desk.start();
    expect(waiting(desk)).toBe(1);
    await desk.call('settings.update', { webhooks: [] });
    expect(waiting(desk)).toBe(0);
  });
});

test('rule 30: a webhook at an address that is not public is refused, and one of earlier is not asked', async () => {
  const folder = await tempFolder();
  const source = await FaultServer.start();
  onTestFinished(() => source.close());
  const disk = new Disk();
  const open = (rule: AddressRule | null) =>
    openTasks({
      ...{ disk, clock: systemClock, random: Math.random, box: null, version: '0', rule },
      ...{ dataDir: join(folder, 'data'), downloads: join(folder, 'downloads') },
      trash: (path) => disk.remove(path),
      netrc: async () => [],
    });
  const webhooks = [{ url: source.url('/hook') }];
  const before = await open(null);
  expect(await before.call('settings.update', { proxy: 'none', webhooks })).toMatchObject({ ok: true });
  await before.close();
  const after = await open(new AddressRule());
  onTestFinished(() => after.close());
  const answer = await after.call('settings.update', { webhooks });
  expect(answer).toMatchObject({ ok: false, error: { code: 'address-refused' } });
  await after.call('tasks.add', { url: 'http://example.org/', paused: true });
  for (;;) {
    const status = await after.call('status', {});
    if (status.ok && status.value.problems.join().includes('address-refused')) break;
    await new Promise(setImmediate);
  }
  expect(source.requests).toEqual([]);
});

test('a receiver that says nothing is waited for only so long', async () => {
  const silent = createTcpServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const http = createHttp({ proxy: 'none' });
  onTestFinished(() => {
    http.close();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  const posted = http.post({
    url: `http://127.0.0.1:${port}/`,
    headers: {},
    body: Buffer.from('{}'),
    signal: new AbortController().signal,
    timeoutMs: 50,
  });
  await expect(posted).rejects.toMatchObject({ code: 'timeout' });
});
