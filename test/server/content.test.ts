import { mkdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServerDesk } from '../kit/server.ts';
import { bytesOf, finished, SIZE } from './finished-file.ts';

describe('a finished file', () => {
  test('comes whole, with all that is needed to go on with it', async () => {
    const { get, bytes, task, desk, path } = await finished();
    const answer = await get();
    expect(answer.status).toBe(200);
    expect(await bytesOf(answer)).toEqual(bytes);
    const headers = Object.fromEntries(answer.headers);
    expect(headers).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': String(SIZE),
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename=${basename(task.path)}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'last-modified': new Date(Math.floor((await stat(task.path)).mtimeMs / 1000) * 1000).toUTCString(),
    });
    expect(headers['etag']).toMatch(/^"[0-9a-z-]+"$/);
    const head = await get({}, { method: 'HEAD' });
    const varying = ['date', 'x-request-id', 'ratelimit', 'connection', 'keep-alive'];
    const fixed = (all: Headers) => [...all].filter(([key]) => !varying.includes(key));
    expect(fixed(head.headers)).toEqual(fixed(answer.headers));
    expect(await bytesOf(head)).toHaveLength(0);
    expect(await desk.problem(path, { token: null })).toBe('401 unauthorized');
  });

  test('of no bytes comes too', async () => {
    const { get } = await finished({ size: 0 });
    const answer = await get();
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '0']);
    expect(await bytesOf(answer)).toHaveLength(0);
    expect((await get({ range: 'bytes=0-' })).status).toBe(416);
    expect((await get({ range: 'bytes=-5' })).status).toBe(200);
  });

  test('comes in parts, as they are asked for', async () => {
    const { get, bytes } = await finished();
    const part = await get({ range: 'bytes=100-199' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${SIZE}`]);
    expect(await bytesOf(part)).toEqual(bytes.subarray(100, 200));
    const last = await get({ range: 'bytes=-5' });
    expect(await bytesOf(last)).toEqual(bytes.subarray(SIZE - 5));
    const beyond = await get({ range: `bytes=${SIZE}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${SIZE}`]);
    expect((await get({ range: 'bytes=oops' })).status).toBe(200);
    // RFC 9110 §14.2: only GET knows ranges.
    const head = await get({ range: 'bytes=100-199' }, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(SIZE)]);
    expect(head.headers.get('content-range')).toBeNull();
  });

  test('comes in any parts, as many as are asked for', async () => {
    const { get, bytes } = await finished({ size: 5000 });
    const position = fc.nat(6000);
    const spec = fc.oneof(
      fc.tuple(position, fc.nat(400)).map(([start, more]) => `${start}-${start + more}`),
      position.map((start) => `${start}-`),
      position.map((count) => `-${count}`),
    );
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(spec, { minLength: 1, maxLength: 6 }), async (specs) => {
        const answer = await get({ range: `bytes=${specs.join(', ')}` });
        const wanted = slicesOf(specs, bytes);
        seen.add(answer.status);
        const sum = wanted.reduce((all, { length }) => all + length, 0);
        if (wanted.length === 0) {
          expect(answer.status).toBe(416);
          return;
        }
        const body = await bytesOf(answer);
        expect(answer.headers.get('content-length')).toBe(String(body.length));
        if (sum > bytes.length) {
          expect(answer.status).toBe(200);
          expect(body.equals(bytes)).toBe(true);
          return;
        }
        expect(answer.status).toBe(206);
        const parts = partsOf(answer.headers, body);
        expect(parts.map(({ range }) => range)).toEqual(wanted.map(({ range }) => range));
        for (const [index, part] of parts.entries()) {
          expect(wanted[index]?.slice.equals(part.bytes)).toBe(true);
        }
      }),
      {
        numRuns: 60,
        examples: [
          [['0-9', '20-29', '-5']],
          [['100-199']],
          [['6000-', '-0']],
          [['0-', '0-']],
          [['-5', '6000-']],
        ],
      },
    );
    expect([...seen].sort()).toEqual([200, 206, 416]);
  });

  test('is told from another by its validators', async () => {
    const { get, task, bytes } = await finished();
    await utimes(task.path, 1_700_000_000, 1_700_000_000);
    const etag = (await get({}, { method: 'HEAD' })).headers.get('etag') ?? '';
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await get({ 'if-match': '"other"' })).status).toBe(412);
    expect((await get({ range: 'bytes=0-9', 'if-range': etag })).status).toBe(206);
    // As long as before, and of the same time, which anybody can set.
    const { ctimeNs } = await stat(task.path, { bigint: true });
    const changed = Buffer.from(bytes);
    changed[5] = (changed[5] ?? 0) ^ 1;
    await writeFile(task.path, changed);
    // Clocks of file systems may go by ticks of 10 ms.
    do await utimes(task.path, 1_700_000_000, 1_700_000_000);
    while ((await stat(task.path, { bigint: true })).ctimeNs === ctimeNs);
    const other = await get({ range: 'bytes=0-9', 'if-range': etag });
    expect(other.status).toBe(200);
    expect(await bytesOf(other)).toEqual(changed);
    expect((await get({ 'if-none-match': etag })).status).toBe(200);
  });

  test('is told from another by its date, too', async () => {
    const { get, task } = await finished();
    const hourAgo = Math.floor(Date.now() / 1000) - 3600;
    await utimes(task.path, hourAgo, hourAgo);
    const date = (await get({}, { method: 'HEAD' })).headers.get('last-modified') ?? '';
    expect(date).toBe(new Date(hourAgo * 1000).toUTCString());
    const range = 'bytes=0-9';
    const earlier = new Date((hourAgo - 1) * 1000).toUTCString();
    const unchanged = await get({ 'if-modified-since': date });
    expect([unchanged.status, unchanged.headers.get('last-modified')]).toEqual([304, date]);
    expect((await get({ 'if-modified-since': earlier })).status).toBe(200);
    expect((await get({ 'if-unmodified-since': date })).status).toBe(200);
    expect((await get({ 'if-unmodified-since': earlier })).status).toBe(412);
    expect((await get({ range, 'if-range': date })).status).toBe(206);
    expect((await get({ range, 'if-range': earlier })).status).toBe(200);
    // RFC 9110 §8.8.2.1: never later than the answer.
    await utimes(task.path, hourAgo, hourAgo + 86_400);
    const future = (await get({}, { method: 'HEAD' })).headers;
    expect(Date.parse(future.get('last-modified') ?? '')).toBeLessThanOrEqual(
      Date.parse(future.get('date') ?? ''),
    );
  });
});

describe('what is refused', () => {
  test('with a problem, which is not to be taken for the file', async () => {
    const { desk, path } = await finished();
    for (const [headers, problem] of [
      [{ 'if-match': '"other"' }, '412 source-changed'],
      [{ range: `bytes=${SIZE}-` }, '416 bad-input'],
    ] as const) {
      expect(await desk.problem(path, { headers })).toBe(problem);
      const answer = await desk.fetch(path, { headers });
      expect([answer.headers.get('etag'), answer.headers.get('content-disposition')]).toEqual([null, null]);
    }
  });

  test('a task that is not done, one that is not there, and a file that is gone', async () => {
    const { desk, task, path } = await finished();
    const paused = await desk.add('/a.bin', { paused: true });
    expect(await desk.problem(`/api/v1/tasks/${paused.id}/content`)).toBe('409 bad-transition');
    expect(await desk.problem('/api/v1/tasks/nobody/content')).toBe('404 not-found');
    expect(await desk.problem('/api/v1/tasks/..%2f..%2fetc%2fpasswd/content')).toBe('404 not-found');
    await rm(task.path);
    expect(await desk.problem(path)).toBe('404 not-found');
    await mkdir(task.path);
    expect(await desk.problem(path)).toBe('404 not-found');
  });

  test('a link that leads out of the folder of the downloads, wherever it is', async () => {
    const { desk, task, path } = await finished();
    const secret = join(desk.folder, 'secret');
    await writeFile(secret, 'secret');
    await rm(task.path);
    await symlink(secret, task.path);
    expect(await desk.problem(path)).toBe('403 path-unsafe');
    // And one within it is no way around.
    await rm(task.path);
    await rename(desk.downloads, `${desk.downloads}-away`);
    await symlink(desk.folder, desk.downloads);
    await writeFile(join(desk.folder, basename(task.path)), 'outside');
    expect(await desk.problem(path)).toBe('403 path-unsafe');
  });
});

test.each([
  ['quotes "and" more.bin', 'filename="quotes _and_ more.bin"'],
  ['новый файл.bin', "filename*=UTF-8''%D0%BD%D0%BE%D0%B2%D1%8B%D0%B9%20%D1%84%D0%B0%D0%B9%D0%BB.bin"],
  ['a\r\nSet-Cookie: x=1.bin', 'filename="aSet-Cookie_ x=1.bin"'],
  ['invoice\u202egpj.exe', 'filename=invoicegpj.exe'],
])('the name %j is told without harm', async (name, expected) => {
  const { get } = await finished({ name, size: 10 });
  const answer = await get();
  expect(answer.headers.get('content-disposition')).toContain(expected);
  expect(answer.headers.get('set-cookie')).toBeNull();
});

test('the page at / says what is there, and its address needs no sign-in', async () => {
  const desk = await ServerDesk.open();
  const page = await desk.fetch('/', { token: null });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await page.text()).toContain('/api/v1/docs');
  for (const path of ['/../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/.env', '//etc/passwd']) {
    expect((await desk.fetch(path, { token: null })).status, path).toBe(401);
  }
});

/** What each of the ranges is of the file, as one would cut it out; none where nothing of it is there. */
function slicesOf(specs: readonly string[], bytes: Buffer) {
  return specs.flatMap((spec) => {
    const [first = '', last = ''] = spec.split('-');
    const [from, to] =
      first === '' ? [-Number(last), Number.POSITIVE_INFINITY] : [Number(first), Number(last || 1e9) + 1];
    const slice =
      first === '' && last === '0' ? Buffer.alloc(0) : bytes.subarray(from, Math.min(to, bytes.length));
    const start = from < 0 ? Math.max(0, bytes.length + from) : from;
    const range = `bytes ${start}-${start + slice.length - 1}/${bytes.length}`;
    return slice.length === 0 ? [] : [{ slice, range, length: slice.length }];
  });
}

/** One part or several, whichever way they come. */
function partsOf(headers: Headers, body: Buffer) {
  const range = headers.get('content-range');
  return range === null ? partsIn(body, headers.get('content-type') ?? '') : [{ range, bytes: body }];
}

/** The parts of a multipart/byteranges body. */
function partsIn(body: Buffer, contentType: string) {
  const [, boundary = ''] = /^multipart\/byteranges; boundary=(\w+)$/.exec(contentType) ?? [];
  const parts: { range: string; bytes: Buffer }[] = [];
  let at = body.indexOf(`--${boundary}\r\n`);
  while (at >= 0) {
    const bodyAt = body.indexOf('\r\n\r\n', at) + 4;
    const head = body.toString('latin1', at, bodyAt);
    const range = /Content-Range: (.*)\r\n/.exec(head)?.[1] ?? '';
    const [, start = 0, end = 0] = (/bytes (\d+)-(\d+)/.exec(range) ?? []).map(Number);
    const length = end - start + 1;
    parts.push({ range, bytes: body.subarray(bodyAt, bodyAt + length) });
    const next = bodyAt + length;
    expect(body.toString('latin1', next, next + boundary.length + 4)).toBe(`\r\n--${boundary}`);
    const more = body.toString('latin1', next + boundary.length + 4, next + boundary.length + 6) === '\r\n';
    at = more ? next + 2 : -1;
    if (!more) expect(body.toString('latin1', next + boundary.length + 4)).toBe('--\r\n');
  }
  return parts;
}
