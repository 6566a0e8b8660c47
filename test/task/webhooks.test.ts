import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EventMessage } from '../../main/contract/events.ts';
import { deliveryDelay } from '../../main/task/deliveries.ts';
import { signatureOf } from '../../main/task/targets.ts';
import { EngineDesk } from '../kit/engine.ts';
import { FakeClock } from '../kit/fake-clock.ts';

interface Post {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: EventMessage;
}

/** Somebody who listens, and answers as it is told: with a status, or not at all. */
async function receiver(answer: (post: Post, at: number) => number | 'reset' | 'silence' = () => 204) {
  const posts: Post[] = [];
  const woken: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const event = EventMessage.parse(JSON.parse(body));
    const post = { path: request.url ?? '', headers: request.headers, body, event };
    posts.push(post);
    const status = answer(post, posts.length - 1);
    if (status === 'reset') request.socket.destroy();
    else if (status !== 'silence') response.writeHead(status).end('thanks');
    for (const wake of woken.splice(0)) wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    posts,
    url: `http://127.0.0.1:${port}/hook`,
    types: () => posts.map(({ event }) => event.event_type),
    until: async (condition: () => boolean) => {
      while (!condition()) await new Promise<void>((resolve) => void woken.push(resolve));
    },
  };
}

const rows = (desk: EngineDesk) => readFile(join(desk.dataDir, 'settings.json'), 'utf8');

describe('a webhook', () => {
  test('is told of everything, in order, each as its envelope, signed', async () => {
    const { posts, url, types, until } = await receiver();
    const desk = await EngineDesk.open({ webhooks: [{ url, secret: 'TOPSECRET' }] });
    desk.serve('/a.bin');
    const { id } = await desk.add('/a.bin', { paused: true });
    await desk.call('tasks.resume', { id });
    await desk.reaches(id, 'done');
    await desk.call('tasks.remove', { id });
    await until(() => types().includes('task.removed'));
    expect(types()).toEqual(['task.added', 'task.resumed', 'task.started', 'task.done', 'task.removed']);
    const told = desk.messages.filter((message) => message.type === 'event');
    expect(posts.map(({ event }) => event)).toEqual(told);
    for (const { headers, body, event } of posts) {
      expect(headers['content-type']).toBe('application/json');
      expect(headers['x-satchel-event']).toBe(event.event_type);
      expect(headers['x-satchel-delivery']).toBe(event.event_id);
      const timestamp = String(headers['x-satchel-timestamp']);
      expect(headers['x-satchel-signature']).toBe(signatureOf('TOPSECRET', timestamp, body));
    }
  });

  test('is told of many tasks in the one order in which listeners are', async () => {
    const { posts, url, until } = await receiver();
    const desk = await EngineDesk.open({ webhooks: [{ url }] });
    const told = () => desk.messages.filter((message) => message.type === 'event');
    const paths = Array.from({ length: 15 }, (_, n) => `/${n}.bin`);
    for (const path of paths) desk.serve(path, { size: 1000 });
    for (const path of paths) await desk.add(path);
    await desk.until(
      () => told().filter((event) => event.event_type === 'task.done').length === paths.length,
    );
    await until(() => posts.length === told().length);
    expect(posts.map(({ event }) => event)).toEqual(told());
  });

  test('is told of what it wants only, and of nothing that came before it', async () => {
    const { url, types, until } = await receiver();
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const first = await desk.add('/a.bin');
    await desk.reaches(first.id, 'done');
    await desk.call('settings.update', { webhooks: [{ url, events: ['task.done', 'task.removed'] }] });
    const second = await desk.add('/a.bin');
    await desk.reaches(second.id, 'done');
    await desk.call('tasks.remove', { id: second.id });
    await until(() => types().length >= 2);
    expect(types()).toEqual(['task.done', 'task.removed']);
  });

  test('has a secret that nobody is shown, that stays with its address, and can be taken away', async () => {
    const { posts, url, until } = await receiver();
    const desk = await EngineDesk.open({ webhooks: [{ url, secret: 'TOPSECRET', events: ['task.added'] }] });
    const shown = await desk.call('settings.get', {});
    expect(shown.settings.webhooks).toEqual([{ url, events: ['task.added'] }]);
    expect(await rows(desk)).not.toContain('TOPSECRET');
    for (const name of await readdir(desk.dataDir)) {
      expect(await readFile(join(desk.dataDir, name), 'latin1'), name).not.toContain('TOPSECRET');
    }
    await desk.again();
    await desk.call('settings.update', { webhooks: [{ url, events: ['task.added'] }] });
    await desk.add('/a.bin', { paused: true });
    await until(() => posts.length === 1);
    expect(posts[0]?.headers['x-satchel-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
    await desk.call('settings.update', { webhooks: [{ url, events: ['task.added'], secret: null }] });
    await desk.add('/b.bin', { paused: true });
    await until(() => posts.length === 2);
    expect(posts[1]?.headers['x-satchel-signature']).toBeUndefined();
  });

  test.each([
    ['ftp://example.org/', 'url'],
    ['http://user:pw@example.org/', 'url'],
    ['nonsense', 'url'],
  ])('at %s is refused', async (url, where) => {
    const desk = await EngineDesk.open();
    const error = await desk.refused('settings.update', { webhooks: [{ url }] });
    expect(error).toMatchObject({ code: 'bad-input', detail: expect.stringContaining(where) as string });
  });
});

describe('one that cannot be told', () => {
  test.each(['reset', 500, 302] as const)(
    '(%s) is tried again, later each time, and is told the same in the same order',
    async (how) => {
      const clock = new FakeClock();
      const { posts, url, until } = await receiver((_, at) => (at < 3 ? how : 200));
      const desk = await EngineDesk.open({ webhooks: [{ url, events: ['task.added'] }] }, { clock });
      const started = clock.monotonic();
      const waits: number[] = [];
      await desk.add('/a.bin', { paused: true });
      await desk.add('/b.bin', { paused: true });
      let seen = 0;
      await desk.until(() => {
        if (posts.length > seen) waits.push(clock.monotonic() - started);
        seen = posts.length;
        return posts.length >= 5;
      });
      await until(() => posts.length >= 5);
      const ids = posts.map(({ event }) => event.event_id);
      expect(new Set(ids.slice(0, 4)).size).toBe(1);
      expect(ids[4]).not.toBe(ids[0]);
      expect(new Set(posts.slice(0, 4).map(({ body }) => body)).size).toBe(1);
      // At least half a second, one, two: with no chance in it, the shorter halves.
      expect((waits[3] ?? 0) - (waits[0] ?? 0)).toBeGreaterThanOrEqual(500 + 1000 + 2000);
      expect((await desk.call('status', {})).problems).toEqual([]);
    },
  );

  test('is told after a restart what it was not told before', async () => {
    let down = true;
    const { posts, url, until } = await receiver(() => (down ? 503 : 200));
    const desk = await EngineDesk.open({ webhooks: [{ url, events: ['task.added', 'task.removed'] }] });
    const { id } = await desk.add('/a.bin', { paused: true });
    await desk.call('tasks.remove', { id });
    await until(() => posts.length > 0);
    while (!(await desk.call('status', {})).problems.join().includes('answers 503'))
      await new Promise(setImmediate);
    await desk.close();
    const before = posts.length;
    down = false;
    await desk.start();
    await until(() => posts.length >= before + 2);
    expect(posts.slice(before).map(({ event }) => event.event_type)).toEqual(['task.added', 'task.removed']);
  });

  test('because it is gone is given up for that event, and told of the next', async () => {
    const { posts, url, until } = await receiver((_, at) => (at === 0 ? 410 : 200));
    const desk = await EngineDesk.open({ webhooks: [{ url, events: ['task.added'] }] });
    await desk.add('/a.bin', { paused: true });
    await desk.add('/b.bin', { paused: true });
    await until(() => posts.length === 2);
    expect(new Set(posts.map(({ event }) => event.event_id)).size).toBe(2);
  });

  test('and was taken away is forgotten, with all that it was still to be told', async () => {
    const { posts, url, until } = await receiver(() => 500);
    const desk = await EngineDesk.open({ webhooks: [{ url, events: ['task.added'] }] });
    await desk.add('/a.bin', { paused: true });
    await until(() => posts.length === 1);
    await desk.call('settings.update', { webhooks: [] });
    await desk.call('settings.update', { webhooks: [{ url, events: ['task.removed'] }] });
    const { tasks } = await desk.call('tasks.list', {});
    await desk.call('tasks.remove', { id: tasks[0]?.id ?? '' });
    await until(() => posts.length === 2);
    expect(posts[1]?.event.event_type).toBe('task.removed');
  });

  test('holds up neither another webhook nor the downloads', async () => {
    const silent = await receiver(() => 'silence');
    const { url, types, until } = await receiver();
    const desk = await EngineDesk.open({ webhooks: [{ url: silent.url }, { url }] });
    desk.serve('/a.bin');
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    await until(() => types().includes('task.done'));
    expect(silent.posts).toHaveLength(1);
  });
});

test('the wait doubles from a second to ten minutes, half of it by chance', () => {
  expect([1, 2, 3, 4].map((tries) => deliveryDelay(tries, 0))).toEqual([500, 1000, 2000, 4000]);
  expect(deliveryDelay(1, 1)).toBe(1000);
  expect(deliveryDelay(100, 1)).toBe(600_000);
});

describe('the program that is run when a download is done', () => {
  const settings = async (desk: EngineDesk, onDone: unknown) => {
    await desk.close();
    const path = join(desk.dataDir, 'settings.json');
    const there = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...there, onDone }));
    await desk.start();
  };
  const script = async (desk: EngineDesk, text: string) => {
    const path = join(desk.folder, 'script.mjs');
    await writeFile(path, text);
    return path;
  };
  /** Until the file is there whole: it is the program that makes it. */
  const made = async (path: string) => {
    for (;;) {
      const text = await readFile(path, 'utf8').catch(() => '');
      if (text.endsWith('\n')) return text;
      await new Promise(setImmediate);
    }
  };
  const SAY = `import { writeFileSync, renameSync } from 'node:fs';
const [, , out, ...words] = process.argv;
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('SATCHEL_')));
writeFileSync(out, JSON.stringify({ words, env }) + '\\n');\n`;

  test('gets names as they are, word by word: no shell looks at them', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const out = join(desk.folder, 'out');
    const path = await script(desk, SAY);
    const command = [
      process.execPath,
      path,
      out,
      '{name}',
      '--file={path}',
      '{id}',
      '$(touch /tmp/never); `x` {nothing}',
    ];
    await settings(desk, { command, timeoutSeconds: 20 });
    const name = "$(reboot); 'a' && {id} {path}.bin";
    const { id } = await desk.add('/a.bin', { name });
    const done = await desk.reaches(id, 'done');
    const said = JSON.parse(await made(out)) as { words: string[]; env: Record<string, string> };
    expect(said.words).toEqual([done.name, `--file=${done.path}`, id, '$(touch /tmp/never); `x` {nothing}']);
    expect(said.env).toEqual({ SATCHEL_TASK_ID: id, SATCHEL_NAME: done.name, SATCHEL_PATH: done.path });
    expect(await desk.files()).toEqual([done.name]);
  });

  test('that takes too long is ended, and said to be', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const path = await script(desk, `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`);
    await settings(desk, { command: [process.execPath, path], timeoutSeconds: 0.3 });
    await desk.add('/a.bin');
    for (;;) {
      const { problems } = await desk.call('status', {});
      if (problems.join().includes('took longer than 0.3 s')) break;
      await new Promise(setImmediate);
    }
  });

  test('that is not there harms nothing', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    await settings(desk, { command: ['/no/such/program'] });
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    for (;;) {
      const { problems } = await desk.call('status', {});
      if (problems.join().includes('cannot be started: ENOENT')) break;
      await new Promise(setImmediate);
    }
  });

  test('cannot be set over any door', async () => {
    const desk = await EngineDesk.open();
    const onDone = { command: ['/bin/sh', '-c', 'reboot'] };
    expect(await desk.refused('settings.update', { onDone } as never)).toMatchObject({ code: 'bad-input' });
    expect((await desk.call('settings.get', {})).settings.onDone).toBeNull();
  });
});
