import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Message } from '../../main/contract/events.ts';
import { Content } from '../kit/content.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { ServerDesk } from '../kit/server.ts';

type Wire = Message & { readonly id?: string };

/** A client that keeps what it is told. */
class Client {
  readonly socket: WebSocket;
  readonly messages: Wire[] = [];
  closed: { code: number } | null = null;
  #wake: (() => void)[] = [];

  constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as Wire);
      this.#woken();
    });
    this.socket.on('close', (code) => {
      this.closed = { code };
      this.#woken();
    });
    this.socket.on('error', () => {});
    onTestFinished(() => this.socket.terminate());
  }

  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => void this.#wake.push(resolve));
  }

  get events(): string[] {
    return this.messages.flatMap((message) => (message.type === 'event' ? [message.event_type] : []));
  }

  get lastId(): string {
    return this.messages.findLast(({ id }) => id !== undefined)?.id ?? '';
  }
}

function listen(desk: ServerDesk, query = '', headers: Record<string, string> = {}): Client {
  return new Client(desk.url(`/api/v1/events${query}`), {
    authorization: `Bearer ${desk.token}`,
    ...headers,
  });
}

const SIZE = 300_000;

function serve(desk: ServerDesk, path: string): void {
  desk.source.serve(path, { content: new Content(1, SIZE) });
}

describe('a WebSocket', () => {
  test('begins with the snapshot, then tells what happens, in shape and without a gap', async () => {
    const desk = await ServerDesk.open();
    serve(desk, '/a.bin');
    const before = await desk.add('/a.bin', { paused: true });
    const client = listen(desk);
    await client.until(() => client.messages.length > 0);
    expect(client.messages[0]).toMatchObject({ type: 'snapshot', seq: 1, tasks: [{ id: before.id }] });
    await desk.json(`/api/v1/tasks/${before.id}/resume`, { method: 'POST' });
    await client.until(() => client.events.includes('task.done'));
    for (const message of client.messages) expect(Message.safeParse(message).error).toBeUndefined();
    const seqs = client.messages.flatMap((message) => (message.type === 'event' ? [] : [message.seq]));
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    const done = client.messages.findIndex(
      (message) => message.type === 'event' && message.event_type === 'task.done',
    );
    expect(client.messages[done - 1]).toMatchObject({
      type: 'progress',
      tasks: [{ taskId: before.id, status: 'done', progress: 100, received: SIZE }],
    });
  });

  test('without sign-in is refused before the upgrade, and so is one of another page', async () => {
    const desk = await ServerDesk.open();
    const status = async (headers: Record<string, string>) => {
      const socket = new WebSocket(desk.url('/api/v1/events').replace(/^http/, 'ws'), { headers });
      socket.on('error', () => {});
      const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      socket.terminate();
      return answer.statusCode;
    };
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await status({ authorization: `Bearer ${desk.token}`, origin: 'https://evil.example' })).toBe(403);
    expect(await status({ authorization: `Bearer ${desk.token}`, host: 'evil.example' })).toBe(403);
  });

  test('takes the cookie of a session, and ends with it', async () => {
    const clock = new FakeClock();
    const desk = await ServerDesk.open({}, { clock });
    const { jwt } = await desk.json<{ jwt: string }>('/api/v1/session', { json: { token: desk.token } });
    const client = new Client(desk.url('/api/v1/events'), {
      cookie: `satchel_session=${jwt}`,
      origin: desk.url(''),
    });
    await client.until(() => client.messages.length > 0);
    await desk.fetch('/api/v1/session', { method: 'DELETE', token: jwt });
    expect(client.closed).toBeNull();
    await clock.advance(15_000);
    await client.until(() => client.closed !== null);
    expect(client.closed).toEqual({ code: 4401 });
  });

  test('that does not answer any more is let go of', async () => {
    const clock = new FakeClock();
    const desk = await ServerDesk.open({}, { clock });
    const client = listen(desk);
    await client.until(() => client.messages.length > 0);
    let pings = 0;
    client.socket.on('ping', () => pings++);
    await clock.advance(15_000);
    await once(client.socket, 'ping');
    expect(client.closed).toBeNull();
    // It hears nothing from now on, and so answers nothing.
    client.socket.pause();
    await clock.advance(15_000);
    await clock.advance(15_000);
    client.socket.resume();
    await client.until(() => client.closed !== null);
    expect(client.closed).toEqual({ code: 1006 });
    expect(pings).toBeGreaterThan(0);
  });

  test('is told by its code when the server ends', async () => {
    const desk = await ServerDesk.open();
    const client = listen(desk);
    await client.until(() => client.messages.length > 0);
    await desk.close();
    await client.until(() => client.closed !== null);
    expect(client.closed).toEqual({ code: 1001 });
  });

  test('that sends what is no frame is let go of, and leaves no error in the log', async () => {
    const desk = await ServerDesk.open();
    const client = listen(desk);
    await client.until(() => client.messages.length > 0);
    // The socket below: a frame of opcode 15.
    (client.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
      Buffer.from([0x8f, 0x80, 1, 2, 3, 4]),
    );
    await client.until(() => client.closed !== null);
    expect(desk.log.some((entry) => entry.includes('WS_ERR_INVALID_OPCODE'))).toBe(true);
    expect(desk.log.filter((entry) => entry.includes('"level":"error"'))).toEqual([]);
  });

  test('that sends more than we read is let go of, and hurts nobody', async () => {
    const desk = await ServerDesk.open();
    const [rude, other] = [listen(desk), listen(desk)];
    await rude.until(() => rude.messages.length > 0);
    rude.socket.send(Buffer.alloc(9 * 1024 * 1024));
    await rude.until(() => rude.closed !== null);
    serve(desk, '/a.bin');
    await desk.add('/a.bin');
    await other.until(() => other.events.includes('task.done'));
  });
});

describe('who comes again', () => {
  test('gets what was missed, and no snapshot', async () => {
    const desk = await ServerDesk.open();
    for (const path of ['/a.bin', '/b.bin']) serve(desk, path);
    const first = listen(desk);
    await first.until(() => first.messages.length > 0);
    await desk.add('/a.bin');
    await first.until(() => first.events.includes('task.done'));
    const since = first.lastId;
    const heard = new Set(
      first.messages.map((message) => (message.type === 'event' ? message.event_id : '')),
    );
    first.socket.terminate();
    await first.until(() => first.closed !== null);
    const meanwhile = await desk.add('/b.bin');
    const watcher = listen(desk);
    await watcher.until(() => watcher.messages.length > 0);
    while ((await desk.task(meanwhile.id)).state !== 'done') await once(watcher.socket, 'message');
    const again = listen(desk, `?since=${since}`);
    await again.until(() => again.events.includes('task.done'));
    expect(again.messages.map(({ type }) => type)).not.toContain('snapshot');
    const missed = again.messages.filter(
      (message) => message.type === 'event' && !heard.has(message.event_id),
    );
    expect(missed.map((message) => message.type === 'event' && message.event_type)).toEqual([
      'task.added',
      'task.started',
      'task.done',
    ]);
    const rows = again.messages.flatMap((message) => (message.type === 'progress' ? message.tasks : []));
    expect(rows.find(({ taskId }) => taskId === meanwhile.id)).toMatchObject({
      status: 'done',
      received: SIZE,
    });
  });

  test.each(['nonsense', '42', 'AAAAAAAA.3', '../..'])(
    'with an id that is none of ours (%s) gets a snapshot',
    async (since) => {
      const desk = await ServerDesk.open();
      const client = listen(desk, `?since=${encodeURIComponent(since)}`);
      await client.until(() => client.messages.length > 0);
      expect(client.messages[0]?.type).toBe('snapshot');
    },
  );
});

describe('server-sent events', () => {
  test('tell the same, each with an id to go on from', async () => {
    const desk = await ServerDesk.open();
    serve(desk, '/a.bin');
    const stop = new AbortController();
    const answer = await desk.fetch('/api/v1/events', {
      headers: { accept: 'text/event-stream' },
      signal: stop.signal,
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const heard = await hear(answer, async (all) => {
      if (all.length === 1) await desk.add('/a.bin');
      return all.some(({ data }) => data.type === 'event' && data.event_type === 'task.done');
    });
    stop.abort();
    expect(heard[0]).toMatchObject({ event: 'snapshot', data: { type: 'snapshot', seq: 1 } });
    for (const { event, id, data } of heard) {
      expect(Message.safeParse(data).error).toBeUndefined();
      expect(event).toBe(data.type);
      expect(id).toMatch(/^[\w-]+\.\d+$/);
    }
    const started = heard.find(({ data }) => data.type === 'event' && data.event_type === 'task.started');
    const again = await desk.fetch('/api/v1/events', {
      headers: { accept: 'text/event-stream', 'last-event-id': started?.id ?? '' },
    });
    const rest = await hear(again, async (all) => all.some(({ data }) => data.type === 'event'));
    expect(rest.map(({ data }) => data.type)).not.toContain('snapshot');
    expect(rest.at(-1)?.data).toMatchObject({ event_type: 'task.done' });
  });

  test('are not given to who asks for neither, nor without sign-in', async () => {
    const desk = await ServerDesk.open();
    expect(await desk.problem('/api/v1/events')).toBe('400 bad-input');
    const headers = { accept: 'text/event-stream' };
    expect(await desk.problem('/api/v1/events', { headers, token: null })).toBe('401 unauthorized');
  });
});

interface Heard {
  readonly event: string;
  readonly id: string;
  readonly data: Wire;
}

async function hear(answer: Response, enough: (all: readonly Heard[]) => Promise<boolean>): Promise<Heard[]> {
  const all: Heard[] = [];
  let text = '';
  for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const whole = text.split('\n\n');
    text = whole.pop() ?? '';
    for (const block of whole.filter((each) => !each.startsWith(':'))) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
      all.push({
        event: String(fields['event']),
        id: String(fields['id']),
        data: JSON.parse(String(fields['data'])) as Wire,
      });
      if (await enough(all)) return all;
    }
  }
  throw new Error('it ended');
}

test('a client that stalls costs the others nothing, and gets the newest state when it reads again', async () => {
  const desk = await ServerDesk.open({ rate: '1000000', burst: '1000000' });
  const fast = listen(desk);
  await fast.until(() => fast.messages.length > 0);
  // A raw socket that asks for the upgrade and then reads nothing more.
  const { hostname, port } = new URL(desk.url(''));
  const stalled = connect(Number(port), hostname);
  onTestFinished(() => void stalled.destroy());
  stalled.write(
    [
      'GET /api/v1/events HTTP/1.1',
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${desk.token}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '',
      '',
    ].join('\r\n'),
  );
  const first = (await once(stalled, 'data')) as [Buffer];
  stalled.pause();
  expect(String(first[0])).toMatch(/^HTTP\/1.1 101/);
  // Far more than its socket and ours can hold.
  const url = (n: number) => `http://127.0.0.1:9/${'x'.repeat(1500)}${n}`;
  const ROUNDS = 60;
  const PER_ROUND = 200;
  for (let round = 0; round < ROUNDS; round += 1) {
    const tasks = Array.from({ length: PER_ROUND }, (_, n) => ({
      kind: 'file',
      url: url(round * PER_ROUND + n),
      paused: true,
    }));
    await desk.fetch('/api/v1/tasks/batch', { json: { tasks } });
  }
  await fast.until(() => fast.events.length >= ROUNDS * PER_ROUND);
  expect(fast.messages.filter(({ type }) => type === 'snapshot')).toHaveLength(1);
  const frames = new Frames();
  stalled.on('data', (chunk: Buffer) => frames.add(chunk));
  stalled.resume();
  // It was told less than the others, and what it has in the end is the list as it is.
  const listed = ROUNDS * PER_ROUND;
  while (frames.tasks.size < listed) await once(stalled, 'data');
  expect(frames.snapshots).toBeGreaterThan(0);
  expect(frames.events).toBeLessThan(listed);
}, 60_000);

/** Just enough of RFC 6455 to read what a server sends unmasked. */
class Frames {
  #bytes = Buffer.alloc(0);
  readonly tasks = new Set<string>();
  events = 0;
  snapshots = 0;

  add(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const short = (this.#bytes[1] ?? 0) & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#bytes.length < head) return;
      const length =
        short < 126
          ? short
          : short === 126
            ? this.#bytes.readUInt16BE(2)
            : Number(this.#bytes.readBigUInt64BE(2));
      if (this.#bytes.length < head + length) return;
      const opcode = (this.#bytes[0] ?? 0) & 0x0f;
      if (opcode === 1) this.#take(JSON.parse(this.#bytes.toString('utf8', head, head + length)) as Wire);
      this.#bytes = this.#bytes.subarray(head + length);
    }
  }

  #take(message: Wire): void {
    if (message.type === 'event') {
      this.events += 1;
      this.tasks.add(message.payload.taskId);
      return;
    }
    if (message.type === 'snapshot') this.snapshots += 1;
    for (const task of message.tasks) this.tasks.add('id' in task ? task.id : task.taskId);
  }
}
