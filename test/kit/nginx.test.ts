import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { Content } from './content.ts';
import { Nginx } from './nginx.ts';

describe.skipIf(!Nginx.available)('nginx', () => {
  const content = new Content(5, 300_000);
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'kit-root-'));
    await writeFile(join(root, 'a.bin'), content.slice(0, content.size));
  });
  afterAll(() => rm(root, { recursive: true }));

  test('serves a folder with ranges and ETags, and logs each response', async () => {
    const nginx = await Nginx.start({ root });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const part = await ask(nginx.url('/a.bin'), { agent, headers: { range: 'bytes=1000-1999' } });
    const whole = await ask(nginx.url('/a.bin'), { agent });
    const none = await ask(nginx.url('/none'), { agent });
    agent.destroy();
    expect([part.status, whole.status, none.status]).toEqual([206, 200, 404]);
    expect(part.body.equals(content.slice(1000, 2000))).toBe(true);
    expect(whole.body.equals(content.slice(0, content.size))).toBe(true);
    expect(whole.headers.etag).toMatch(/^"[0-9a-f]+-[0-9a-f]+"$/);
    await nginx.close();
    expect((await ask(nginx.url('/a.bin'))).failure).toBe('ECONNREFUSED');
  });

  test('the log tells ranges, statuses, bytes and connections', async () => {
    const nginx = await Nginx.start({ root, workers: 2, extra: 'location = /gone { return 410 "gone"; }' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask(nginx.url('/a.bin'), { agent, headers: { range: 'bytes=1000-1999' } });
    await ask(nginx.url('/gone'), { agent });
    // nginx handles one connection's requests in turn: with an answer to the third, two are in the log.
    await ask(nginx.url('/a.bin'), { agent });
    const [first, second] = await nginx.log();
    expect(first).toMatchObject({ range: 'bytes=1000-1999', status: 206, bytes: 1000 });
    expect(second).toMatchObject({ range: null, status: 410, bytes: 4, connection: first?.connection });
    expect(second?.requestId).not.toBe(first?.requestId);
    agent.destroy();
    await nginx.close();
  });

  test('limitRate holds a response back', async () => {
    const nginx = await Nginx.start({ root, limitRate: '200k' });
    const started = performance.now();
    const { body } = await ask(nginx.url('/a.bin'));
    const seconds = (performance.now() - started) / 1000;
    expect(body.length).toBe(300_000);
    // 293 KiB at 200 KiB/s are 1.46 s, of which nginx may be almost one second ahead.
    expect(seconds).toBeGreaterThan(0.46);
    await nginx.close();
  });

  test('a configuration that nginx refuses is an error with its words', async () => {
    await expect(Nginx.start({ root, extra: 'no_such_directive on;' })).rejects.toThrow('no_such_directive');
  });
});
