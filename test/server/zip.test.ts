import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEngine } from '../../main/engine.ts';
import { Content } from '../kit/content.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { ServerDesk } from '../kit/server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { ZipDesk } from './zip-desk.ts';

const MIB = 1024 * 1024;
/** No range, no length: nobody knows how much there is before it is here. */
const SILENT = [{ name: 'ignore-range' }, { name: 'chunked' }] as const;
const LINKS = '/api/v1/zip/links';

describe('POST /api/v1/zip', () => {
  test('addresses and finished tasks, mixed, in order, from one stream', async () => {
    const desk = await ZipDesk.open();
    const contents = [
      desk.engine.serve('/one.bin', { seed: 1, size: 3 * MIB }),
      desk.engine.serve('/two.txt', { seed: 2, size: 10 }),
      desk.engine.serve('/three', { seed: 3, size: 500_000 }),
    ];
    const [one, three] = [await desk.done('/one.bin'), await desk.done('/three')];
    const fetched = desk.source.requests.length;
    const items = [
      { task: one },
      ...desk.items('/two.txt'),
      { task: three, name: 'in/3.bin' },
      { task: one },
    ];
    const answer = await desk.zip({ name: 'all of it', items });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="all of it.zip"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    // Nobody has said how large the second one is.
    expect(answer.headers.get('content-length')).toBeNull();
    const hashes = contents.map((content) => content.sha256());
    expect(await desk.entries(await desk.saved(answer))).toEqual([
      ['one.bin', hashes[0]],
      ['two.txt', hashes[1]],
      ['in/3.bin', hashes[2]],
      ['one (1).bin', hashes[0]],
    ]);
    expect(desk.source.requests).toHaveLength(fetched + 1);
  });

  test('a source that is cut every MiB is gone on with, in the same entry', async () => {
    const desk = await ZipDesk.open();
    const content = desk.engine.serve('/a.bin', {
      size: 8 * MIB,
      faults: [{ name: 'truncate-clean', after: MIB }],
    });
    const answer = await desk.zip({ items: [{ ...desk.items('/a.bin')[0], size: 8 * MIB }] });
    const path = await desk.saved(answer);
    expect(await desk.entries(path)).toEqual([['a.bin', content.sha256()]]);
    expect(desk.source.happened('truncate-clean')).toBe(7);
    expect(Number(answer.headers.get('content-length'))).toBe(statSync(path).size);
  });

  test('20 at once, each its own', { timeout: 60_000 }, async () => {
    const desk = await ZipDesk.open();
    const streams = Array.from({ length: 20 }, async (_, n) => {
      const content = desk.engine.serve(`/${n}.bin`, {
        ...{ seed: n, size: 2 * MIB + n },
        faults: [{ name: 'truncate', after: MIB, times: 1 }],
      });
      const answer = await desk.zip({ items: desk.items(`/${n}.bin`) });
      expect(await desk.entries(await desk.saved(answer))).toEqual([[`${n}.bin`, content.sha256()]]);
    });
    await Promise.all(streams);
    expect(desk.source.happened('truncate')).toBe(20);
  });

  test('head and first bytes are there before the first source has sent much', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: MIB });
    const gate = desk.source.gate('/a.bin', 1000);
    const answer = await desk.zip({ items: desk.items('/a.bin') });
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(Buffer.from(value ?? []).toString('latin1', 0, 4)).toBe('PK\x03\x04');
    expect(desk.source.requests[0]?.ended).toBe('open');
    gate.release();
    while (!(await reader?.read())?.done);
  });

  test('the head is there at once, also where the first bytes wait for more', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: MIB, faults: [...SILENT] });
    const gate = desk.source.gate('/a.bin', 1000);
    const answer = await desk.zip({ items: desk.items('/a.bin') });
    expect([answer.status, desk.source.requests[0]?.sent]).toEqual([200, 1000]);
    gate.release();
    await answer.arrayBuffer();
  });

  test('a client that does not read holds the sources back', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: 200 * MIB });
    desk.engine.serve('/b.bin', { seed: 2, size: 64 * MIB });
    const answer = await desk.raw({ items: desk.items('/a.bin') });
    // So long that all of the first one would be here too.
    await (await desk.zip({ items: desk.items('/b.bin') })).arrayBuffer();
    const [first] = desk.source.requests;
    expect(first?.path).toBe('/a.bin');
    expect(first?.sent).toBeGreaterThan(0);
    expect(first?.sent).toBeLessThan(40 * MIB);
    answer.destroy();
    await desk.quiet();
  });

  test('a connection is used again for the next one', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: 200_000 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let n = 0; n < 3; n++) {
      const answer = await desk.raw({ items: desk.items('/a.bin') }, { agent });
      ports.add(answer.socket.localPort);
      expect((await text(answer.setEncoding('latin1'))).length).toBeGreaterThan(200_000);
    }
    agent.destroy();
    expect(ports.size).toBe(1);
  });
});

describe('Content-Length', () => {
  test('is promised, and kept, where all sizes are known', async () => {
    const desk = await ZipDesk.open();
    const sizes = [0, 1, 65_536, 65_537, 3 * MIB];
    const paths = sizes.map((size, n) => {
      const path = `/gro%C3%9Fe%20datei.txt?${n}`;
      const headers = { 'content-disposition': 'attachment; filename=other.txt' };
      desk.engine.serve(path, { seed: n, size, headers });
      return path;
    });
    const task = await desk.done(paths[4] ?? '');
    const items = [...desk.items(...paths).map((item, n) => ({ ...item, size: sizes[n] })), { task }];
    const answer = await desk.zip({ items });
    const path = await desk.saved(answer);
    expect(Number(answer.headers.get('content-length'))).toBe(statSync(path).size);
    // The length depends on the names, so these are what the addresses say, but for the task that has its own.
    expect((await desk.entries(path)).map(([name]) => name)).toEqual([
      'große datei.txt',
      'große datei (1).txt',
      'große datei (2).txt',
      'große datei (3).txt',
      'große datei (4).txt',
      'other.txt',
    ]);
  });

  test('is not promised where it is packed, or one size is unknown', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: 100_000 });
    const [item] = desk.items('/a.bin');
    const sized = { ...item, size: 100_000 };
    for (const body of [
      { items: [sized, item] },
      { items: [sized], compress: 'auto' },
      { items: [sized], compress: 9 },
    ]) {
      const answer = await desk.zip(body);
      expect(answer.headers.get('content-length')).toBeNull();
      expect(answer.headers.get('transfer-encoding')).toBe('chunked');
      expect(await desk.entries(await desk.saved(answer))).not.toEqual([]);
    }
  });

  test.each([
    ['more', 1],
    ['fewer', -1],
  ])('a first source that says it has %s: a problem', async (_, by) => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: 100_000 });
    const size = 100_000 - by;
    const told = await desk.problem({ items: [{ ...desk.items('/a.bin')[0], size }] });
    expect(told).toBe(`502 length-mismatch: a.bin: it has 100000 bytes, not ${size}`);
    await desk.quiet();
  });

  test.each([
    ['one more, and says so', 1, []],
    ['one fewer, and says so', -1, []],
    ['one more, and says nothing', 1, SILENT],
    ['one fewer, and says nothing', -1, SILENT],
    ['many more, and says nothing', 200_000, SILENT],
  ] as const)('a later source that has %s: cut', async (_, by, faults) => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: 100_000 });
    desk.engine.serve('/b.bin', { size: 100_000 + by, faults: [...faults] });
    const [a, b] = desk.items('/a.bin', '/b.bin');
    for (const more of [{}, { compress: 'auto' }, { compress: 6 }]) {
      const items = [
        { ...a, size: 100_000 },
        { ...b, size: 100_000 },
      ];
      expect((await desk.curl({ items, ...more })).exit).not.toBe(0);
      await desk.quiet();
    }
  });
});

describe('what fails', () => {
  test('before the first byte: a problem, and nothing of a ZIP', async () => {
    const desk = await ZipDesk.open({ retries: 0 });
    desk.engine.serve('/gone', { faults: [{ name: 'status', status: 404 }] });
    desk.engine.serve('/broken', { faults: [{ name: 'status', status: 500 }] });
    desk.engine.serve('/a');
    expect(await desk.problem({ items: desk.items('/gone', '/a') })).toMatch(/^404 not-found: gone/);
    expect(await desk.problem({ items: desk.items('/broken', '/a') })).toMatch(/^502 http-status: broken/);
    expect(desk.source.requests.map(({ path }) => path)).toEqual(['/gone', '/broken']);
  });

  test.each([[[]], [['--http1.0']], [['--http1.0', '-H', 'connection: keep-alive']]])(
    'a later one: curl %j sees it, and what it has is no ZIP',
    async (args) => {
      const desk = await ZipDesk.open({ retries: 0 });
      desk.engine.serve('/a.bin', { size: 100_000 });
      desk.engine.serve('/b.bin', { size: 200_000, faults: [{ name: 'die-at', offset: 100_000 }] });
      desk.engine.serve('/c.bin', { size: 100_000 });
      const { exit, path } = await desk.curl({ items: desk.items('/a.bin', '/b.bin', '/c.bin') }, ...args);
      expect(exit).not.toBe(0);
      expect(desk.source.happened('die-at')).toBeGreaterThan(0);
      expect(readFileSync(path).includes(Buffer.from('PK\x01\x02', 'latin1'))).toBe(false);
      await expect(desk.entries(path)).rejects.toThrow();
      await desk.quiet();
    },
  );

  test('a later one that is not there, behind what nothing was sent of yet', async () => {
    const desk = await ZipDesk.open({ retries: 0 });
    desk.engine.serve('/a', { size: 0 });
    desk.engine.serve('/b', { faults: [{ name: 'status', status: 404 }] });
    for (const args of [[], ['--http1.0']]) {
      expect((await desk.curl({ items: desk.items('/a', '/b') }, ...args)).exit).not.toBe(0);
    }
  });

  test('a source that has changed when it is gone on with', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', {
      size: 2 * MIB,
      faults: [
        { name: 'truncate-clean', after: MIB, times: 1 },
        { name: 'changed-etag', when: ({ n }) => n > 1 },
        { name: 'changed-last-modified', when: ({ n }) => n > 1 },
      ],
    });
    const answer = await desk.zip({ items: desk.items('/a.bin') });
    await expect(answer.arrayBuffer()).rejects.toThrow();
    expect(desk.source.happened('changed-etag')).toBeGreaterThan(0);
    await desk.quiet();
  });

  test('a file of a task that changes while it is read', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: 32 * MIB });
    const id = await desk.done('/a.bin');
    const { path } = await desk.engine.task(id);
    const changes = [
      () => appendFileSync(path, 'x'),
      () => truncateSync(path, 32 * MIB),
      () => utimesSync(path, 1e9, 1e9),
      () => {
        const { mtimeMs } = statSync(path);
        appendFileSync(path, 'x');
        utimesSync(path, 1, (Math.floor(mtimeMs) + 0.5) / 1000);
      },
      () => truncateSync(path, MIB),
    ];
    for (const change of changes) {
      const answer = await desk.raw({ items: [{ task: id }] });
      expect(Number(answer.headers['content-length'])).toBeGreaterThan(MIB);
      change();
      await expect(text(answer.setEncoding('latin1'))).rejects.toThrow();
    }
  });

  test.each([
    ['no items', { items: [] }, '400 bad-input: items: wants at least one item'],
    ['nothing', {}, /^400 bad-input: items: /],
    ['an unknown key', { items: [{ url: 'http://a/', path: '/etc/passwd' }] }, /^400 bad-input: items.0: /],
    ['both', { items: [{ url: 'http://a/', task: 'x' }] }, '400 bad-input: items.0: wants a url or a task'],
    ['neither', { items: [{ name: 'x' }] }, '400 bad-input: items.0: wants a url or a task'],
    ['a size of a task', { items: [{ task: 'x', size: 1 }] }, /^400 bad-input: items.0: headers and size/],
    ['half a byte', { items: [{ url: 'http://a/', size: 1.5 }] }, /^400 bad-input: items.0.size: /],
    ['a level', { items: [{ url: 'http://a/' }], compress: 10 }, /^400 bad-input: compress: /],
    ['a file', { items: [{ url: 'file:///etc/passwd' }] }, /^400 bad-url: items.0: /],
    ['no task', { items: [{ task: '../../x' }] }, /^404 not-found: items.0: /],
    [
      'a header that is ours',
      { items: [{ url: 'http://a/', headers: { Host: 'secret' } }] },
      "400 bad-input: items.0: the header Host is Satchel's own to send",
    ],
    [
      'a header that is two',
      { items: [{ url: 'http://a/', headers: { 'x-y': 'a\r\nHost: secret' } }] },
      '400 bad-input: items.0: the header x-y has a control character in its value',
    ],
    [
      'more bytes than there are numbers',
      { items: Array(3).fill({ url: 'http://a/', size: Number.MAX_SAFE_INTEGER }) },
      /^400 bad-input: items: /,
    ],
  ])('%s: refused before anything is asked for', async (_, body, said) => {
    const desk = await ZipDesk.open();
    for (const path of ['/api/v1/zip', LINKS]) expect(await desk.problem(body, path)).toMatch(said);
    expect(desk.source.requests).toHaveLength(0);
  });

  test('a task that is not done, or whose file is gone', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin');
    const { id } = await desk.engine.add('/a.bin', { paused: true });
    expect(await desk.problem({ items: [{ task: id }] })).toMatch(/^409 bad-transition: items.0: .*paused/);
    const done = await desk.done('/a.bin');
    const { path } = await desk.engine.task(done);
    unlinkSync(path);
    expect(await desk.problem({ items: [{ task: done }] })).toMatch(/^404 not-found: items.0: .*a.bin/);
  });

  test('50,001 items are too many, 8 MiB of text too much', async () => {
    const desk = await ZipDesk.open();
    const items = Array(50_001).fill({ url: 'http://127.0.0.1:1/' });
    expect(await desk.problem({ items })).toMatch(/^400 bad-input: .*50000/);
    const url = `http://127.0.0.1:1/${'x'.repeat(8 * MIB)}`;
    expect(await desk.problem({ items: [{ url }] })).toMatch(/^413 bad-input/);
  });

  test('what lets us in is in no answer', async () => {
    const desk = await ZipDesk.open({ retries: 0 });
    desk.engine.serve('/a', { faults: [{ name: 'status', status: 404 }] });
    const url = desk.source.url('/a?token=SECRET').replace('//', '//me:SECRET@');
    const headers = { 'x-key': 'SECRET' };
    expect(await desk.problem({ items: [{ url, headers }] })).not.toContain('SECRET');
    const sent = desk.source.requests[0]?.headers;
    expect([sent?.['x-key'], sent?.authorization]).toEqual(['SECRET', `Basic ${btoa('me:SECRET')}`]);
  });
});

describe('a client that goes away', () => {
  test('while bytes come: every fetch ends at once', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: 4 * MIB, faults: [{ name: 'stall', after: 3.5 * MIB }] });
    desk.engine.serve('/b.bin', { size: 100 * MIB });
    const stop = new AbortController();
    const answer = await desk.zip({ items: desk.items('/a.bin', '/b.bin') }, { signal: stop.signal });
    const reading = answer.arrayBuffer().catch(() => {});
    // The second one was asked ahead: both are open.
    await desk.source.once(({ path }) => path === '/b.bin');
    expect(desk.source.requests.map(({ ended }) => ended)).toEqual(['open', 'open']);
    stop.abort();
    await desk.quiet();
    expect(desk.source.requests.map(({ ended }) => ended)).toEqual([
      'aborted-by-client',
      'aborted-by-client',
    ]);
    await reading;
  });

  test('before the first source has answered', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { faults: [{ name: 'no-answer' }] });
    const stop = new AbortController();
    const asked = desk.zip({ items: desk.items('/a.bin') }, { signal: stop.signal }).catch(() => {});
    await desk.source.once(({ path }) => path === '/a.bin');
    stop.abort();
    await desk.quiet();
    expect(desk.source.requests.map(({ ended }) => ended)).toEqual(['aborted-by-client']);
    await asked;
  });

  test('while a source is waited for that will be tried again', async () => {
    const desk = await ZipDesk.open({ retries: 100 });
    desk.engine.serve('/a.bin', { size: MIB, faults: [{ name: 'die-at', offset: 600_000 }] });
    const stop = new AbortController();
    const answer = await desk.zip({ items: desk.items('/a.bin') }, { signal: stop.signal });
    await desk.source.until(() => desk.source.happened('die-at') === 2);
    stop.abort();
    await expect(answer.arrayBuffer()).rejects.toThrow();
    await desk.quiet();
    const asked = desk.source.requests.length;
    // Nothing is left that would ask again, be it in a minute: the engine has nothing to wait for.
    await desk.engine.close();
    expect(desk.source.requests).toHaveLength(asked);
    await desk.engine.start();
  });

  test('the engine closes: the client sees that it is cut', async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin', { size: 4 * MIB, faults: [{ name: 'stall', after: 2 * MIB }] });
    const answer = await desk.zip({ items: desk.items('/a.bin') });
    await desk.engine.close();
    await expect(answer.arrayBuffer()).rejects.toThrow();
    await desk.quiet();
    expect(await desk.problem({ items: desk.items('/a.bin') })).toMatch(/^503 not-running/);
    await desk.engine.start();
  });
});

describe('names', () => {
  test.each([
    ['a\r\nSet-Cookie: x=1', 'attachment; filename="aSet-Cookie_ x=1.zip"'],
    ['../../etc/passwd', 'attachment; filename=.._.._etc_passwd.zip'],
    ['say "cheese"\\', 'attachment; filename="say _cheese__.zip"'],
    ['\u202egpj.exe', 'attachment; filename=gpj.exe.zip'],
    ['CON', 'attachment; filename=CON_.zip'],
    ['文件.ZIP', 'attachment; filename="??.ZIP"; filename*=UTF-8\'\'%E6%96%87%E4%BB%B6.ZIP'],
  ])('of the ZIP: %j', async (name, disposition) => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a');
    const answer = await desk.zip({ name, items: desk.items('/a') });
    await answer.arrayBuffer();
    expect([answer.headers.get('content-disposition'), answer.headers.get('set-cookie')]).toEqual([
      disposition,
      null,
    ]);
  });

  test('of entries', async () => {
    const desk = await ZipDesk.open();
    const wanted = [
      '../../a',
      '/etc/passwd',
      'C:\\x\\y',
      'a\r\nb',
      '\u202etxt.exe',
      'A',
      'nul.txt',
      'x/../y',
    ];
    const items = wanted.map((name, n) => {
      desk.engine.serve(`/${n}`, { size: 10 });
      return { url: desk.source.url(`/${n}`), name };
    });
    const said = ['_/_/a', 'etc/passwd', 'C__x_y', 'ab', 'txt.exe', 'A', 'nul_.txt', 'x/_/y'];
    const sized = items.map((item) => ({ ...item, size: 10 }));
    for (const list of [items, sized]) {
      const path = await desk.saved(await desk.zip({ items: list }));
      expect((await desk.entries(path)).map(([name]) => name)).toEqual(said);
    }
  });
});

describe('in the whole server', () => {
  test('a ZIP wants sign-in, its link does not; both have the headers of every answer', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(1, 100_000) });
    const json = { items: [{ url: desk.source.url('/a.bin'), headers: { 'x-key': 'SECRET' } }] };
    for (const path of ['/api/v1/zip', LINKS]) {
      expect(await desk.problem(path, { json, token: null })).toBe('401 unauthorized');
    }
    const { url } = await desk.json<{ url: string }>(LINKS, { json });
    for (const answer of [
      await desk.fetch('/api/v1/zip', { json }),
      await desk.fetch(url, { token: null }),
    ]) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/zip']);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-request-id')).not.toBeNull();
      expect(answer.headers.get('ratelimit')).not.toBeNull();
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100_000);
    }
    expect(await desk.problem(url, { token: null })).toBe('404 not-found');
    const log = desk.log.join('');
    expect([log.includes('SECRET'), log.includes(url)]).toEqual([false, false]);
    expect(log).toContain('/zip/:id');
  });

  test('it stops in time while one is streamed, and the client sees that it is cut', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', {
      content: new Content(1, 4 * MIB),
      faults: [{ name: 'stall', after: 2 * MIB }],
    });
    const json = { items: [{ url: desk.source.url('/a.bin') }] };
    const answer = await desk.fetch('/api/v1/zip', { json });
    await Promise.all([desk.close(), expect(answer.arrayBuffer()).rejects.toThrow()]);
    await desk.source.until(() => desk.source.requests.every(({ ended }) => ended !== 'open'));
    await desk.start();
  });
});

describe('where others than this user may ask', () => {
  const open = async () => {
    const folder = await tempFolder();
    const downloads = join(folder, 'downloads');
    mkdirSync(downloads);
    const dataDir = join(folder, 'data');
    const engine = await openEngine({ dataDir, downloads, version: '0', publicOnly: true, confined: true });
    onTestFinished(() => engine.close());
    return engine;
  };

  test.each([
    'http://127.0.0.1:1/x',
    'http://2130706433/x',
    'http://[::1]/x',
    'http://[::ffff:10.0.0.1]/x',
    'http://169.254.169.254/latest',
    'http://localhost/x',
  ])('%s is refused before anything is fetched', async (url) => {
    const engine = await open();
    const items = [{ url: 'http://example.org/' }, { url }];
    const error = { code: 'address-refused', detail: expect.stringMatching(/^items.1: /) };
    await expect(engine.prepareZip({ items })).rejects.toMatchObject(error);
  });
});

describe('a link', () => {
  const made = async (desk: ZipDesk, body: Record<string, unknown>) => {
    const answer = await desk.post(LINKS, body);
    expect(answer.status).toBe(201);
    return (await answer.json()) as { url: string; expiresAt: string };
  };

  test('is good once, for whoever has it; looking at its head does not use it up', async () => {
    const desk = await ZipDesk.open({ clock: new FakeClock() });
    const content = desk.engine.serve('/a.bin', { size: 300_000 });
    const items = [{ ...desk.items('/a.bin')[0], size: 300_000 }];
    const { url, expiresAt } = await made(desk, { name: 'x', items });
    expect(url).toMatch(/^\/zip\/[\w-]{43}$/);
    expect(expiresAt).toBe('2026-11-22T10:05:00.000Z');
    for (let n = 0; n < 2; n++) {
      const head = await fetch(desk.origin + url, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-disposition')]).toEqual([
        200,
        'attachment; filename=x.zip',
      ]);
    }
    expect(desk.source.requests).toHaveLength(0);
    const answers = await Promise.all([fetch(desk.origin + url), fetch(desk.origin + url)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404]);
    const [whole] = answers.filter(({ status }) => status === 200);
    const path = await desk.saved(whole as Response);
    expect(await desk.entries(path)).toEqual([['a.bin', content.sha256()]]);
    expect(Number(whole?.headers.get('content-length'))).toBe(statSync(path).size);
    expect((await fetch(desk.origin + url)).status).toBe(404);
    expect((await fetch(desk.origin + url, { method: 'HEAD' })).status).toBe(404);
    expect((await fetch(`${desk.origin}/zip/${'A'.repeat(43)}`)).status).toBe(404);
  });

  test('is over after five minutes', async () => {
    const clock = new FakeClock();
    const desk = await ZipDesk.open({ clock });
    desk.engine.serve('/a.bin');
    const [early, late] = [
      await made(desk, { items: desk.items('/a.bin') }),
      await made(desk, { items: desk.items('/a.bin') }),
    ];
    await clock.advance(299_999);
    expect((await fetch(desk.origin + early.url)).status).toBe(200);
    await clock.advance(1);
    expect((await fetch(desk.origin + late.url)).status).toBe(404);
  });

  test('the oldest of more than 1,000 is gone', { timeout: 60_000 }, async () => {
    const desk = await ZipDesk.open();
    desk.engine.serve('/a.bin');
    const urls: string[] = [];
    for (let n = 0; n < 1001; n++) urls.push((await made(desk, { items: desk.items('/a.bin') })).url);
    const status = async (url: string | undefined) =>
      (await fetch(`${desk.origin}${url}`, { method: 'HEAD' })).status;
    expect([await status(urls[0]), await status(urls[1]), await status(urls[1000])]).toEqual([404, 200, 200]);
    expect(new Set(urls).size).toBe(1001);
  });

  test('large ones make room for each other', async () => {
    const desk = await ZipDesk.open();
    const items = [{ url: `http://127.0.0.1:1/${'x'.repeat(7 * MIB)}` }];
    const urls: string[] = [];
    for (let n = 0; n < 10; n++) urls.push((await made(desk, { items })).url);
    const status = async (url: string | undefined) =>
      (await fetch(`${desk.origin}${url}`, { method: 'HEAD' })).status;
    expect([await status(urls[0]), await status(urls[1]), await status(urls[9])]).toEqual([404, 200, 200]);
  });
});
