import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { download } from '../kit/download.ts';
import type { Fault } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { MIB, misbehave, PATH, scene } from './scene.ts';

describe('rule 5: a part must be the part that was asked for', () => {
  const lies: Fault[] = [
    { name: 'wrong-content-range-start' },
    { name: 'wrong-content-range-total' },
    { name: 'missing-content-range' },
    { name: 'bad-unit' },
  ];

  test.each(lies)('$name once is asked for again', async (lie) => {
    const at = await scene();
    await at.getPart(100_000);
    misbehave(at, { ...lie, times: 1 });
    const { result, rewinds } = at.get();
    await result;
    await at.demandWhole();
    expect(at.server.happened(lie.name)).toBe(1);
    expect(rewinds).toEqual([]);
    expect(
      at
        .asked()
        .slice(-2)
        .map(({ range }) => range),
    ).toEqual(['bytes=100000-199999', 'bytes=100000-199999']);
  });

  test.each(lies)('$name again: one connection, from zero, range-ignored', async (lie) => {
    const at = await scene();
    await at.getPart(100_000);
    misbehave(at, lie);
    const { result, rewinds } = at.get();
    await result;
    await at.demandWhole();
    expect(at.server.happened(lie.name)).toBe(2);
    expect(rewinds.map(({ code }) => code)).toEqual(['range-ignored']);
    expect(at.asked().at(-1)?.range).toBeNull();
  });

  test('content-range-beyond: an answer that goes further than asked is not used', async () => {
    const at = await scene({ size: 12 * MIB, bytesPerSecond: 8 * MIB });
    const when = ({ start }: { start: number | null }) => start !== null && start > 0;
    misbehave(at, { name: 'content-range-beyond', times: 1, when });
    await at.get({ connections: 4 }).result;
    await at.demandWhole();
    expect(at.server.happened('content-range-beyond')).toBe(1);
    const [, refused] = at.asked();
    expect(at.asked().filter(({ range }) => range === refused?.range)).toHaveLength(2);
  });

  test('a shorter end is fine: the rest is asked for', async () => {
    const at = await scene({ faults: [{ name: 'shorter-range', length: 60_000 }] });
    const { result, waits, rewinds } = at.get();
    await result;
    await at.demandWhole();
    expect(at.server.happened('shorter-range')).toBeGreaterThanOrEqual(3);
    expect({ waits, rewinds }).toEqual({ waits: [], rewinds: [] });
    const starts = at.asked().map(({ range }) => range?.split('=')[1]?.split('-')[0]);
    expect(starts).toEqual(['0', '60000', '120000', '180000']);
  });
});

describe('rule 6: validators on every answer', () => {
  test.each([
    ['another Last-Modified', { etag: null }, { name: 'changed-last-modified' }],
    ['another Last-Modified beside a weak ETag', { etag: 'W/"1"' }, { name: 'changed-last-modified' }],
    ['no validators any more', {}, { name: 'no-validators' }],
  ] as const)('%s is source-changed', async (_, resource, fault) => {
    const at = await scene(resource);
    await at.getPart(100_000);
    misbehave(at, fault);
    await expect(at.get().result).rejects.toMatchObject({ code: 'source-changed' });
    expect(at.server.happened(fault.name)).toBeGreaterThan(0);
    await at.demandPart(100_000);
  });

  test('another length is source-changed', async () => {
    const at = await scene({ etag: null, lastModified: null });
    await at.getPart(100_000);
    at.server.update(PATH, { content: at.content.slice(0, 150_000) });
    const { result, received } = at.get();
    await expect(result).rejects.toMatchObject({ code: 'source-changed' });
    expect(at.asked().at(-1)?.status).toBe(206);
    expect(received()).toBe(100_000);
    await at.demandPart(100_000);
  });

  test('a host that heeds no If-Range is seen through', async () => {
    const at = await scene({ etag: '"old"' });
    await at.getPart(100_000);
    at.server.update(PATH, { content: at.content.withEvery(1000, 1), etag: '"new"' });
    misbehave(at, { name: 'unheeded-if-range' });
    await expect(at.get().result).rejects.toMatchObject({ code: 'source-changed' });
    expect(at.server.happened('unheeded-if-range')).toBe(1);
    await at.demandPart(100_000);
  });

  test('without any validator the length alone has to do', async () => {
    const at = await scene({ etag: null, lastModified: null });
    await at.getPart(100_000);
    await at.get().result;
    await at.demandWhole();
    expect(at.asked().at(-1)?.range).toBe('bytes=100000-199999');
  });

  test('If-Range is sent with a strong ETag only', async () => {
    for (const [etag, expected] of [
      ['"v1"', '"v1"'],
      ['W/"v1"', null],
      [null, null],
    ] as const) {
      const at = await scene({ etag });
      await at.getPart(100_000);
      await at.get().result;
      await at.demandWhole();
      expect(at.asked().map(({ ifRange }) => ifRange)).toEqual([null, expected]);
    }
  });
});

describe('rule 7: a whole file where a part was asked for', () => {
  test('to If-Range is asked once more without it, and the host is remembered', async () => {
    const at = await scene({ faults: [{ name: 'ignore-if-range' }] });
    await at.getPart(50_000);
    await at.getPart(100_000);
    const { result, rewinds } = at.get();
    await result;
    await at.demandWhole();
    expect(at.server.happened('ignore-if-range')).toBe(1);
    expect(rewinds).toEqual([]);
    expect(at.asked().map(({ ifRange, status }) => [ifRange !== null, status])).toEqual([
      [false, 206],
      [true, 200],
      [false, 206],
      [false, 206],
    ]);
  });

  test('without If-Range: one connection, from zero, and the user is told', async () => {
    const at = await scene();
    await at.getPart(100_000);
    misbehave(at, { name: 'ignore-range' });
    const { result, rewinds } = at.get({ connections: 8 });
    await result;
    await at.demandWhole();
    expect(at.server.happened('ignore-range')).toBeGreaterThan(0);
    expect(rewinds.map(({ code }) => code)).toEqual(['range-ignored']);
    expect(at.server.peakOpenRequests).toBe(1);
  });

  test('to the first request is the download', async () => {
    const at = await scene({ faults: [{ name: 'ignore-range' }] });
    const { result, rewinds } = at.get();
    await result;
    await at.demandWhole();
    expect(at.asked()).toHaveLength(1);
    expect(rewinds).toEqual([]);
  });

  test.each([[[{ name: 'no-416-total' }]], [[]]] as [Fault[]][])(
    'a 416 to the first is asked again without range: %j',
    async (faults) => {
      const at = await scene({ size: 0, faults });
      await at.get().result;
      await at.demandWhole();
      expect(at.asked().map(({ status, range }) => [status, range])).toEqual([
        [416, 'bytes=0-'],
        [200, null],
      ]);
    },
  );
});

describe('rule 8: another ETag', () => {
  test('on resume is source-changed: files that differ in one byte per MiB are never spliced', async () => {
    const at = await scene({ size: 4 * MIB, etag: '"old"' });
    await at.getPart(2 * MIB);
    const other = at.content.withEvery(MIB, 0x20);
    at.server.update(PATH, { content: other, etag: '"new"' });
    await expect(at.get().result).rejects.toMatchObject({ code: 'source-changed' });
    await at.demandPart(2 * MIB);
    // Between two runs no answer vouches for the old ETag, so nothing is tried a second time.
    expect(at.asked()).toHaveLength(2);
    const { result } = at.get({ onChanged: 'restart' });
    await result;
    await at.demandWhole(other);
  });

  test('within a run the odd connection is asked again, three times, then one connection goes on', async () => {
    const at = await scene({ size: 16 * MIB, bytesPerSecond: 8 * MIB, etag: '"node-1"' });
    misbehave(at, {
      name: 'changed-etag',
      etag: '"node-2"',
      when: ({ start }) => start !== null && start > 0 && start < 15 * MIB,
    });
    // Large parts: the first connection is not to meet a stripe that the odd one still holds, and ask anew itself.
    const { result, rewinds } = at.get({ connections: 4, minSplit: 7 * MIB });
    await result;
    await at.demandWhole();
    expect(at.server.happened('changed-etag')).toBe(4);
    expect(rewinds).toEqual([]);
  });

  test('within a run, dates that differ, or are too young to tell, do not excuse another ETag', async () => {
    const another = {
      name: 'changed-etag',
      when: ({ start }: { start: number | null }) => start !== 0,
    } as const;
    for (const [date, faults] of [
      ['Wed, 01 Jan 2025 00:00:10 GMT', [another]],
      ['Wed, 01 Jan 2025 01:00:00 GMT', [another, { ...another, name: 'changed-last-modified' }]],
    ] as const) {
      const at = await scene({ size: 8 * MIB, bytesPerSecond: 8 * MIB, date, faults });
      const { result } = at.get({ connections: 4 });
      await expect(result).rejects.toMatchObject({ code: 'source-changed' });
      expect(at.server.happened('changed-etag')).toBeGreaterThan(0);
    }
  });

  test('within a run, a file that changed under us is never spliced', async () => {
    const at = await scene({ size: 8 * MIB, etag: '"old"' });
    const gate = at.server.gate(PATH, 4 * MIB);
    const { result } = at.get({ retries: 3 });
    await gate.reached;
    at.server.update(PATH, { content: at.content.withEvery(MIB, 1), etag: '"new"', faults: [] });
    for (const request of at.server.requests) expect(request.ended).toBe('open');
    at.server.update(PATH, { faults: [{ name: 'die-at', offset: 5 * MIB }] });
    gate.release();
    await result.catch((error) => expect(error).toMatchObject({ code: 'source-changed' }));
    const part = await readFile(`${at.file}.part`).catch(() => readFile(at.file));
    expect(part.equals(at.content.slice(0, part.length))).toBe(true);
  });
});

test('rule 9: source-changed touches nothing, and the user decides', async () => {
  const at = await scene({ etag: '"old"' });
  await at.getPart(100_000);
  const journal = await readFile(`${at.file}.satchel`);
  at.server.update(PATH, { etag: '"new"' });
  await expect(at.get().result).rejects.toMatchObject({ code: 'source-changed' });
  await at.demandPart(100_000);
  const after = await readFile(`${at.file}.satchel`);
  expect(after.subarray(0, journal.length).equals(journal)).toBe(true);
  expect(after.subarray(journal.length).toString()).not.toContain('"drop"');
  await at.get({ onChanged: 'continue' }).result;
  await at.demandWhole();
  expect(at.asked().at(-1)?.range).toBe('bytes=100000-199999');
});

describe('rule 10: 416', () => {
  test('at the end of what we have, the file is whole', async () => {
    const at = await scene({
      faults: [
        { name: 'chunked-cut', after: 200_000, times: 1 },
        { name: 'ignore-range', times: 1 },
      ],
    });
    const { result } = at.get();
    await result;
    await at.demandWhole();
    expect(at.server.happened('chunked-cut')).toBe(1);
    expect(at.asked().at(-1)).toMatchObject({ status: 416, range: 'bytes=200000-' });
  });

  test('with another total it is source-changed', async () => {
    const at = await scene({ etag: null });
    await at.getPart(100_000);
    at.server.update(PATH, { content: at.content.slice(0, 50_000) });
    await expect(at.get().result).rejects.toMatchObject({ code: 'source-changed' });
    expect(at.asked().at(-1)?.status).toBe(416);
    await at.demandPart(100_000);
  });
});

describe('rule 11: what is not the file is never written into it', () => {
  test.each([
    ['a login page with 200', { name: 'html', status: 200 }, 'auth-required'],
    ['a login page with 206', { name: 'html', status: 206 }, 'auth-required'],
    ['an empty answer with 204', { name: 'status', status: 204 }, 'http-status'],
    ['an empty answer with 205', { name: 'status', status: 205 }, 'http-status'],
  ] as const)('%s', async (_, fault, code) => {
    const at = await scene();
    await at.getPart(100_000);
    misbehave(at, fault);
    await expect(at.get().result).rejects.toMatchObject({ code });
    expect(at.server.happened(fault.name)).toBe(1);
    await at.demandPart(100_000);
    misbehave(at);
    await at.get().result;
    await at.demandWhole();
  });

  test('a page in place of the first answer, for a name that no page has', async () => {
    const at = await scene({ faults: [{ name: 'html' }] });
    await expect(at.get().result).rejects.toMatchObject({ code: 'auth-required' });
    expect(at.server.happened('html')).toBe(1);
    expect(await readdir(at.folder)).toEqual([]);
  });

  test('a page that is asked for is downloaded', async () => {
    const at = await scene();
    at.server.serve('/page', { content: Buffer.from('<p>hello'), type: 'text/html' });
    const { path } = await at.get({ path: '/page' }).result;
    expect(await readFile(path, 'utf8')).toBe('<p>hello');
  });
});

describe('rule 12: Content-Encoding in spite of identity', () => {
  test.each(['gzip', 'deflate', 'br', 'zstd'] as const)(
    '%s is decoded, over one connection',
    async (encoding) => {
      const at = await scene({ size: 3 * MIB, faults: [{ name: 'content-encoding', encoding }] });
      await at.get({ connections: 8 }).result;
      await at.demandWhole();
      expect(at.server.happened('content-encoding')).toBe(1);
      expect(at.server.peakOpenRequests).toBe(1);
    },
  );

  test.each([true, false])('its length is not the length of the file; with ranges: %s', async (ranges) => {
    const at = await scene();
    const text = at.content.slice(0, 100_000).toString('hex');
    const fault = { name: 'content-encoding', encoding: 'gzip', asIs: true } as const;
    at.server.serve('/x.txt', { content: gzipSync(text), type: 'text/plain', ranges, faults: [fault] });
    const { path } = await at.get({ path: '/x.txt', connections: 8 }).result;
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(at.server.happened('content-encoding')).toBe(1);
  });

  test('cut short it is begun again, never gone on with', async () => {
    const at = await scene({ size: 3 * MIB });
    misbehave(
      at,
      { name: 'truncate', after: 1_000_000, times: 1 },
      { name: 'content-encoding', encoding: 'gzip' },
    );
    const { result, rewinds } = at.get();
    await result;
    await at.demandWhole();
    expect(at.server.happened('truncate')).toBe(1);
    expect(rewinds).toHaveLength(1);
    expect(at.asked().map(({ range }) => range)).toEqual(['bytes=0-', null]);
  });

  test('a file that is itself in that encoding is kept as sent', async () => {
    const at = await scene();
    const packed = gzipSync(at.content.slice(0, 100_000));
    at.server.serve('/x.tar.gz', {
      content: packed,
      type: 'application/x-gzip',
      faults: [{ name: 'content-encoding', encoding: 'gzip', asIs: true }],
    });
    const { path } = await at.get({ path: '/x.tar.gz' }).result;
    const bytes = await readFile(path);
    expect(bytes.equals(packed)).toBe(true);
    expect(gunzipSync(bytes)).toHaveLength(100_000);
    expect(at.server.happened('content-encoding')).toBe(1);
  });
});

describe('rule 13: unknown length', () => {
  test('is complete on a clean final chunk', async () => {
    const at = await scene({ ranges: false, faults: [{ name: 'chunked' }] });
    await at.get({ connections: 8 }).result;
    await at.demandWhole();
    expect(at.server.happened('chunked')).toBe(1);
    expect(at.server.peakOpenRequests).toBe(1);
  });

  test('is not complete without one', async () => {
    const at = await scene({ ranges: false, faults: [{ name: 'chunked-cut', after: 120_000 }] });
    await expect(at.get({ retries: 1 }).result).rejects.toMatchObject({ code: 'network' });
    expect(at.server.happened('chunked-cut')).toBeGreaterThan(0);
  });

  test('ended by the connection alone it cannot be told from a cut, unless the server confirms it', async () => {
    const at = await scene({ ranges: false, faults: [{ name: 'close-delimited' }] });
    await expect(at.get().result).rejects.toMatchObject({ code: 'length-mismatch' });
    // The download, and the two ways to ask whether anything lies behind its end.
    expect(at.asked().map(({ range }) => range)).toEqual(['bytes=0-', 'bytes=200000-', 'bytes=200000-']);
    const other = await scene({
      faults: [
        { name: 'ignore-range', times: 1 },
        { name: 'close-delimited', times: 1 },
      ],
    });
    await other.get().result;
    await other.demandWhole();
    expect(other.asked().at(-1)?.status).toBe(416);
  });
});

describe('rule 14: bytes received must equal the range asked', () => {
  test.each(['truncate', 'truncate-clean'] as const)(
    '%s: the rest is asked for from where it stopped',
    async (name) => {
      const at = await scene({ size: 4 * MIB, faults: [{ name, after: 3_000_000, times: 1 }] });
      const { result, waits } = at.get();
      await result;
      await at.demandWhole();
      expect(at.server.happened(name)).toBe(1);
      expect(waits).toHaveLength(1);
      // A reset may take with it what the kernel had not handed over yet, never more.
      const from = Number(at.asked()[1]?.range?.match(/=(\d+)-/)?.[1]);
      expect(from).toBeLessThanOrEqual(3_000_000);
      if (name === 'truncate-clean') expect(from).toBe(3_000_000);
    },
  );

  test('a body that ends in order but short of its range is a failure, not an end', async () => {
    const content = Buffer.alloc(1000, 'x');
    let short = 2;
    const server = createServer((request, response) => {
      const from = Number(request.headers.range?.match(/=(\d+)-/)?.[1]);
      const end = short-- > 0 ? from + 10 : content.length;
      response.writeHead(206, { 'content-range': `bytes ${from}-999/1000`, 'content-length': end - from });
      response.end(content.subarray(from, end));
    });
    await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { result, waits } = download(`http://127.0.0.1:${port}/a.bin`, { folder: await tempFolder() });
    expect(await readFile((await result).path)).toEqual(content);
    expect(waits.map(({ error }) => error?.code)).toEqual(['network', 'network']);
    expect(short).toBe(-1);
  });

  test.each([true, false])('long-body is cut, with length %s', async (withLength) => {
    const at = await scene({
      size: 10 * MIB,
      bytesPerSecond: 8 * MIB,
      faults: [{ name: 'long-body', withLength }],
    });
    await at.get({ connections: 4 }).result;
    await at.demandWhole();
    expect(at.server.happened('long-body')).toBeGreaterThan(0);
  });
});

describe('rule 15: done means every byte, and the checksum if one is known', () => {
  test('a wrong checksum is checksum-mismatch, with nothing under the final name', async () => {
    const at = await scene({ faults: [{ name: 'corrupt-byte', at: 77_777 }] });
    const checksum = { algorithm: 'sha256', hex: at.content.sha256() } as const;
    await expect(at.get({ checksum }).result).rejects.toMatchObject({ code: 'checksum-mismatch' });
    expect(at.server.happened('corrupt-byte')).toBe(1);
    await expect(readFile(at.file)).rejects.toThrow();
    misbehave(at);
    await at.get({ checksum, onConflict: 'overwrite' }).result;
    await at.demandWhole();
  });

  test('a digest that the server sends is one', async () => {
    const at = await scene({ faults: [{ name: 'corrupt-byte', at: 5 }] });
    const base64 = Buffer.from(at.content.sha256(), 'hex').toString('base64');
    at.server.update(PATH, { headers: { 'repr-digest': `sha-256=:${base64}:` } });
    await expect(at.get().result).rejects.toMatchObject({ code: 'checksum-mismatch' });
    expect(at.server.happened('corrupt-byte')).toBe(1);
  });

  test('a server that never sends the last bytes never gets to done', async () => {
    const at = await scene({ faults: [{ name: 'die-at', offset: 199_999 }] });
    await expect(at.get({ retries: 2 }).result).rejects.toMatchObject({ code: 'network' });
    expect(at.server.happened('die-at')).toBeGreaterThanOrEqual(3);
    await expect(readFile(at.file)).rejects.toThrow();
    await at.demandPart(199_000);
  });
});
