import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, realpath, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { systemClock } from '../../main/world/clock.ts';
import crc from '../../main/zip/crc-32.ts';
import { FOLDER_MODE } from '../../main/zip/records.ts';
import {
  type Archive,
  MOST_STREAM_ENTRIES,
  type StreamEntry,
  streamZip,
  type ZipStreamOptions,
} from '../../main/zip/stream.ts';
import { Content } from '../kit/content.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { prepareReaders, READERS, readByAll, takenBy } from '../kit/stream-readers.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { verified } from './zip-kit.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const MODIFIED = Date.UTC(2026, 5, 7, 8, 9, 10);
const CENTRAL = Buffer.from('PK\x01\x02', 'latin1');
const END = Buffer.from('PK\x05\x06', 'latin1');
const random = (size: number, seed = 3) => new Content(seed, size).slice(0, size);
const words = (size: number) => Buffer.alloc(size, 'one and the same line, again and again\n');

/** Chunks as a network gives them. */
async function* chunked(bytes: Buffer, size = 16_384): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function entry(name: string, body: StreamEntry['body'], more: Partial<StreamEntry> = {}): StreamEntry {
  return { name, modified: MODIFIED, mode: 0o100644, mediaType: null, size: null, body, ...more };
}

const broken = () => new SatchelError('network', 'it broke off');

interface Streaming {
  readonly result: ReturnType<typeof streamZip>;
  readonly output: Writable;
  readonly bytes: () => Buffer;
  /** Names of the entries that were asked for. */
  readonly asked: string[];
  readonly done: string[];
  /** The list of entries was told that nobody wants more of it. */
  readonly left: () => boolean;
  readonly stop: AbortController;
}

function streaming(
  entries: Iterable<StreamEntry | (() => Promise<StreamEntry>)>,
  more: Partial<ZipStreamOptions> = {},
): Streaming {
  const parts: Buffer[] = [];
  const collect = new Writable({
    write(chunk: Buffer, _, done) {
      parts.push(chunk);
      done();
    },
  });
  const { output = collect } = more;
  const asked: string[] = [];
  const done: string[] = [];
  let left = false;
  const stop = new AbortController();
  async function* list(): AsyncGenerator<StreamEntry, void> {
    try {
      for (const each of entries) {
        const given = typeof each === 'function' ? await each() : each;
        asked.push(given.name);
        yield given;
      }
    } finally {
      left = true;
    }
  }
  const result = streamZip({
    ...{ entries: list(), output, compress: 'auto', clock: systemClock, stallMs: 10_000 },
    signal: stop.signal,
    onEntry: ({ name }) => void done.push(name),
    ...more,
  });
  result.catch(() => {});
  return { result, output, bytes: () => Buffer.concat(parts), asked, done, left: () => left, stop };
}

/** It failed, the output is cut, and what there is of it never looks like a ZIP that was finished. */
async function demandDead(streamed: Streaming, code: string): Promise<void> {
  await expect(streamed.result).rejects.toMatchObject({ code });
  expect(streamed.output.destroyed).toBe(true);
  expect(streamed.output.writableFinished).toBe(false);
  const bytes = streamed.bytes();
  expect([bytes.includes(CENTRAL), bytes.includes(END)]).toEqual([false, false]);
}

/** A body that gives `bytes` and then nothing, until nobody wants it any more. */
function stalled(bytes: Buffer): {
  body: AsyncIterable<Buffer>;
  closed: () => boolean;
  waits: Promise<void>;
} {
  let closed = false;
  const waiting = Promise.withResolvers<void>();
  let given = false;
  const body: AsyncIterable<Buffer> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        if (!given) {
          given = true;
          return Promise.resolve({ done: false, value: bytes });
        }
        waiting.resolve();
        return new Promise<never>(() => {});
      },
      return: async () => {
        closed = true;
        return { done: true, value: undefined };
      },
    }),
  };
  return { body, closed: () => closed, waits: waiting.promise };
}

async function server(): Promise<FaultServer> {
  const started = await FaultServer.start();
  onTestFinished(() => started.close());
  return started;
}

/** As Node gives it, without a listener for its errors. */
const respond = (url: string) =>
  new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject));

let classes = '';
beforeAll(async () => {
  classes = await prepareReaders(await realpath(await mkdtemp(join(tmpdir(), 'satchel-test-'))));
}, 60_000);
afterAll(() => rm(classes, { recursive: true, force: true }));

async function onDisk(bytes: Buffer): Promise<string> {
  const path = join(await tempFolder(), 'x.zip');
  await writeFile(path, bytes);
  return path;
}

const ALL_KINDS = (): StreamEntry[] => [
  entry('folder/', Buffer.alloc(0), { mode: FOLDER_MODE }),
  entry('folder/empty', Buffer.alloc(0)),
  entry('small.bin', random(5000), { size: 5000, mode: 0o100755 }),
  entry('small.txt', words(50_000), { size: 50_000 }),
  entry('中 é.bin', chunked(random(300_000)), { size: 300_000 }),
  entry('large.txt', chunked(words(300_000))),
  // A ZIP inside: readers that look for signatures find its.
  entry('nested.zip', chunked(Buffer.concat([CENTRAL, END, random(100_000), Buffer.from('PK\x03\x04')]))),
];

describe('what is built', () => {
  test.each(['auto', 'store', 1, 9] as const)(
    '%s: every reader takes it, from a pipe too',
    async (compress) => {
      const { result, bytes } = streaming(ALL_KINDS(), { compress });
      const { entries, bytes: count } = await result;
      expect([entries, count]).toEqual([7, bytes().length]);
      const path = await onDisk(bytes());
      const readings = await readByAll(path, classes);
      expect(Object.keys(readings).filter((name) => !readings[name]?.taken)).toEqual([]);
      const listed =
        '0 folder/\n0 folder/empty\n5000 small.bin\n50000 small.txt\n300000 中 é.bin\n300000 large.txt\n100012 nested.zip\n';
      expect([readings['python']?.output, readings['java']?.output]).toEqual([listed, listed]);
      expect((await verified(bytes())).ok).toBe(true);
    },
  );

  test('bytes, modes and what is compressed', async () => {
    const { result, bytes } = streaming([
      entry('a.txt', words(50_000)),
      entry('b.txt', chunked(words(300_000))),
      entry('noise.txt', chunked(random(300_000))),
      entry('b.bin', chunked(words(300_000)), { mode: 0o100755 }),
      entry('typed', chunked(words(300_000)), { mediaType: 'text/plain' }),
    ]);
    await result;
    const found = entriesOf(bytes());
    expect(found.map(({ name, size, mode }) => [name, size, mode.toString(8)])).toEqual([
      ['a.txt', 50_000, '100644'],
      ['b.txt', 300_000, '100644'],
      ['noise.txt', 300_000, '100644'],
      ['b.bin', 300_000, '100755'],
      ['typed', 300_000, '100644'],
    ]);
    const gained = found.map(({ size, packed }) => packed < size / 10);
    expect(gained).toEqual([true, true, false, false, true]);
    expect(found.map(({ data }) => data.length)).toEqual(found.map(({ size }) => size));
    expect(found[2]?.data.equals(random(300_000))).toBe(true);
  });

  test('whole entries have their size and CRC in front; what is streamed does not, and wraps what it stores', async () => {
    const { result, bytes } = streaming(
      [entry('whole', random(64 * 1024 - 1)), entry('streamed', chunked(random(64 * 1024)))],
      { compress: 'store' },
    );
    await result;
    expect(entriesOf(bytes()).map(({ flags, method }) => [flags & 8, method])).toEqual([
      [0, 0],
      [8, 8],
    ]);
    const [, streamed] = entriesOf(bytes());
    expect((streamed?.packed ?? 0) - 64 * 1024).toBeLessThan(64);
  });

  test('CRCs are computed by native code', async () => {
    const { buf } = crc;
    let bytes = 0;
    crc.buf = (given, before) => {
      bytes += given.length;
      return buf(given, before);
    };
    onTestFinished(() => {
      crc.buf = buf;
    });
    await streaming([entry('a', random(1000)), entry('b.txt', chunked(words(200_000)))]).result;
    expect(bytes).toBe(201_000);
  });

  test('an empty list is an empty ZIP', async () => {
    const { result, bytes } = streaming([]);
    expect(await result).toEqual({ entries: 0, bytes: 22 });
    expect(bytes().subarray(0, 4)).toEqual(END);
  });

  test.each([random, words])('many small entries one after the other', async (make) => {
    const entries = Array.from({ length: 150 }, (_, n) => entry(`${n}.txt`, make(50_000)));
    expect((await streaming(entries, { stallMs: 2000 }).result).entries).toBe(150);
  });

  test('memory stays flat: small entries wait for a slow output', async () => {
    let let1: (() => void) | null = null;
    const output = new Writable({
      write(_, __, done) {
        let1 = done;
      },
    });
    const entries = Array.from({ length: 500 }, (_, n) => entry(`${n}`, random(60_000)));
    const { asked, stop, result } = streaming(entries, { output });
    let before = -1;
    while (asked.length !== before) {
      before = asked.length;
      for (let n = 0; n < 100; n++) await turn();
    }
    expect(let1).not.toBeNull();
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.length).toBeLessThan(50);
    stop.abort(new SatchelError('cancelled'));
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
  });
});

interface Found {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly mode: number;
  readonly time: string;
  readonly data: Buffer;
}

/** By the directory; without ZIP64. */
function entriesOf(zip: Buffer): Found[] {
  const found: Found[] = [];
  let at = zip.readUInt32LE(zip.length - 6);
  for (; zip.readUInt32LE(at) === 0x02014b50; at += 46 + zip.readUInt16LE(at + 28)) {
    const [flags, method] = [zip.readUInt16LE(at + 8), zip.readUInt16LE(at + 10)];
    const [packed, size] = [zip.readUInt32LE(at + 20), zip.readUInt32LE(at + 24)];
    const header = zip.readUInt32LE(at + 42);
    const begin = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const raw = zip.subarray(begin, begin + packed);
    found.push({
      ...{ flags, method, packed, size },
      name: zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)),
      mode: zip.readUInt16LE(at + 40),
      time: dosTime(zip.readUInt16LE(at + 14), zip.readUInt16LE(at + 12)),
      data: method === 8 ? inflateRawSync(raw) : raw,
    });
  }
  return found;
}

function dosTime(date: number, time: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${1980 + (date >> 9)}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  return `${day} ${two(time >> 11)}:${two((time >> 5) & 63)}:${two((time & 31) * 2)}`;
}

// What archiver does by itself, letter by letter, and what becomes of it here.
describe('failures of archiver', () => {
  test('A: a body cut short by its server ends all, though nobody listens for its error', async () => {
    const at = await server();
    at.serve('/a', { content: new Content(1, 8 * MIB), faults: [{ name: 'truncate', after: 2 * MIB }] });
    const response = await respond(at.url('/a'));
    expect(response.listenerCount('error')).toBe(0);
    const streamed = streaming([entry('a', response, { size: 8 * MIB }), entry('b', random(10))]);
    await demandDead(streamed, 'internal');
    expect(at.happened('truncate')).toBe(1);
    expect([streamed.asked, streamed.left()]).toEqual([['a'], true]);
  });

  test('B: the same with a listener on the response', async () => {
    const at = await server();
    at.serve('/a', {
      content: new Content(1, 8 * MIB),
      faults: [{ name: 'truncate-clean', after: 2 * MIB }],
    });
    const response = await respond(at.url('/a'));
    let told = 0;
    response.on('error', () => {
      told += 1;
    });
    await demandDead(streaming([entry('a', response, { size: 8 * MIB })]), 'internal');
    expect([at.happened('truncate-clean'), told]).toEqual([1, 1]);
  });

  test.each([0, 10_000, 500_000])(
    'C: a stream that fails after %i bytes is no uncaught exception',
    async (after) => {
      const body = new PassThrough();
      const streamed = streaming([entry('a', body)]);
      if (after > 0) body.write(random(after));
      await turn();
      body.destroy(broken());
      await demandDead(streamed, 'network');
    },
  );

  test('D: after an error nothing more is asked for, and nothing more is written', async () => {
    const streamed = streaming([
      entry('a', random(10)),
      entry('b', failing(300_000)),
      entry('c', random(10)),
      entry('d', random(10)),
    ]);
    await demandDead(streamed, 'network');
    const { length } = streamed.bytes();
    for (let n = 0; n < 50; n++) await turn();
    expect([streamed.asked, streamed.done, streamed.left()]).toEqual([['a', 'b'], ['a'], true]);
    expect(streamed.bytes().length).toBe(length);
  });

  test('E: a file that has vanished when it is read', async () => {
    const body = createReadStream(join(await tempFolder(), 'gone'));
    await demandDead(streaming([entry('a', random(10)), entry('gone', body)]), 'internal');
  });

  test('F: an entry that cannot be had is never left out in silence', async () => {
    const missing = () => Promise.reject(new SatchelError('not-found', 'HTTP 404'));
    const streamed = streaming([entry('a', random(10)), missing, entry('c', random(10))]);
    await demandDead(streamed, 'not-found');
    expect(streamed.asked).toEqual(['a']);
  });

  test.each([
    ['small, short', 5000, 4999],
    ['small, long', 5000, 5001],
    ['large, short', 300_000, 299_999],
    ['large, long', 300_000, 300_001],
    ['empty', 1, 0],
    ['not empty', 0, 1],
    ['as much as is looked at first, short', 64 * 1024, 64 * 1024 - 1],
    ['as much as is looked at first, long', 64 * 1024, 64 * 1024 + 1],
  ])('G: a size that is not true, %s', async (_, size, real) => {
    const body = chunked(random(real));
    await demandDead(streaming([entry('a', body, { size })]), 'length-mismatch');
    await demandDead(streaming([entry('a', random(real), { size })]), 'length-mismatch');
  });

  test.each([
    ['EPIPE', 'cancelled'],
    ['ECONNRESET', 'cancelled'],
    ['ENOSPC', 'disk-full'],
    ['EIO', 'disk-error'],
  ])('H: an output that fails with %s: %s', async (errno, code) => {
    let writes = 0;
    const output = new Writable({
      write(_, __, done) {
        writes += 1;
        done(writes < 5 ? null : Object.assign(new Error('x'), { code: errno }));
      },
    });
    const source = stalled(random(2_000_000));
    const streamed = streaming([entry('a', random(60_000)), entry('b', source.body)], { output });
    await expect(streamed.result).rejects.toMatchObject({ code });
    expect([output.destroyed, source.closed(), streamed.left()]).toEqual([true, true, true]);
  });

  test('H: an output that closes without a word, while it is waited for', async () => {
    const output = new Writable({ write: () => {} });
    const source = stalled(random(500_000));
    const streamed = streaming([entry('b', source.body)], { output });
    await source.waits;
    output.destroy();
    await expect(streamed.result).rejects.toMatchObject({ code: 'cancelled' });
    expect(source.closed()).toBe(true);
  });

  test('I: aborted while a source is silent: at once', async () => {
    const source = stalled(random(500_000));
    const streamed = streaming([entry('a', random(10)), entry('b', source.body)]);
    await source.waits;
    streamed.stop.abort(new SatchelError('cancelled', 'by me'));
    await demandDead(streamed, 'cancelled');
    expect(source.closed()).toBe(true);
  });

  test.each([0, 1, 3])('I: aborted between entries, after %i: no end is written', async (count) => {
    const waits = Promise.withResolvers<void>();
    const never = () => {
      waits.resolve();
      return new Promise<never>(() => {});
    };
    const entries = Array.from({ length: count }, (_, n) => entry(`${n}`, random(10)));
    const streamed = streaming([...entries, never]);
    await waits.promise;
    for (let n = 0; n < 50; n++) await turn();
    streamed.stop.abort(new SatchelError('cancelled'));
    await demandDead(streamed, 'cancelled');
  });

  test('I: aborted before it began', async () => {
    const signal = AbortSignal.abort(new SatchelError('cancelled'));
    const streamed = streaming([entry('a', random(10))], { signal });
    await demandDead(streamed, 'cancelled');
    expect(streamed.bytes().length).toBe(0);
  });

  test('I: archiver that ends before it was told to', async () => {
    const archive = new FakeArchive();
    const streamed = streaming([entry('a', random(10))], { createArchive: () => archive });
    archive.write(random(36));
    archive.end();
    await demandDead(streamed, 'internal');
  });

  test('J: the connection of a source does not stay open', async () => {
    const at = await server();
    at.serve('/a', { content: new Content(1, 8 * MIB), faults: [{ name: 'stall', after: MIB }] });
    const streamed = streaming([entry('a', await respond(at.url('/a')))]);
    await at.once(({ sent }) => sent === MIB);
    streamed.stop.abort(new SatchelError('cancelled'));
    await demandDead(streamed, 'cancelled');
    await at.until(() => at.requests[0]?.ended === 'aborted-by-client' && at.open === 0);
  });

  test('J: nor that of an entry which comes when all is over', async () => {
    const asked = Promise.withResolvers<void>();
    const late = Promise.withResolvers<void>();
    const source = stalled(random(10));
    const streamed = streaming([
      async () => {
        asked.resolve();
        await late.promise;
        return entry('a', source.body);
      },
    ]);
    await asked.promise;
    streamed.stop.abort(new SatchelError('cancelled'));
    await demandDead(streamed, 'cancelled');
    expect(source.closed()).toBe(false);
    late.resolve();
    for (let n = 0; n < 10; n++) await turn();
    expect(source.closed()).toBe(true);
  });

  test('K: the body of a Response of fetch is taken', async () => {
    const at = await server();
    const content = new Content(1, 300_000);
    at.serve('/a', { content });
    const { body } = await fetch(at.url('/a'));
    if (!body) throw new Error('no body');
    const { result, bytes } = streaming([entry('a', body)]);
    await result;
    expect(entriesOf(bytes())[0]?.data.equals(content.slice(0, 300_000))).toBe(true);
  });

  test('L: an entry that fails is neither ended nor listed', async () => {
    const streamed = streaming([entry('a', random(10)), entry('b', failing(300_000))]);
    await demandDead(streamed, 'network');
    // Its data descriptor, with a CRC that is right for what came of it.
    expect(streamed.bytes().includes(Buffer.from('PK\x07\x08', 'latin1'))).toBe(false);
  });

  test('M: no more than 50,000 entries', { timeout: 60_000 }, async () => {
    function* many(count: number) {
      for (let n = 0; n < count; n++) yield entry(`${n}`, Buffer.alloc(0));
    }
    const streamed = streaming(many(MOST_STREAM_ENTRIES + 1));
    await demandDead(streamed, 'bad-input');
    expect(streamed.done).toHaveLength(50_000);
  });

  test.each(['America/New_York', 'Asia/Kathmandu', 'UTC'])(
    'N: times are those of the clock on the wall in %s',
    async (zone) => {
      const { TZ } = process.env;
      process.env['TZ'] = zone;
      onTestFinished(() => {
        if (TZ === undefined) delete process.env['TZ'];
        else process.env['TZ'] = TZ;
      });
      const wall = { 'America/New_York': '04:09:10', 'Asia/Kathmandu': '13:54:10', UTC: '08:09:10' }[zone];
      const when = [MODIFIED, 0, Date.UTC(2500, 0, 1), Number.NaN, Number.POSITIVE_INFINITY];
      const clock = Object.assign(new FakeClock(), { now: () => MODIFIED });
      const entries = when.map((modified, n) => entry(`${n}`, random(10), { modified }));
      const { result, bytes } = streaming(entries, { clock });
      await result;
      const [, early, late, ...none] = entriesOf(bytes()).map(({ time }) => time);
      expect(entriesOf(bytes())[0]?.time).toBe(`2026-06-07 ${wall}`);
      expect([early?.slice(0, 10), late?.slice(0, 10)]).toEqual(['1980-01-01', '2043-12-31']);
      expect(none).toEqual([`2026-06-07 ${wall}`, `2026-06-07 ${wall}`]);
    },
  );

  test.each([
    'Episode1: Pilot.mkv',
    'note: x',
    'a/../../../evil',
    '..',
    '/etc/passwd',
    'a\\b',
    'CON',
    'a\0b',
    'a\nb',
    'a//b',
    '',
  ])('O: the name %j is refused, not changed', async (name) => {
    await demandDead(streaming([entry(name, random(10))]), 'path-unsafe');
  });

  test('O: doubles are refused, and safe names come out as they went in', async () => {
    await demandDead(streaming([entry('a', random(10)), entry('A', random(10))]), 'path-unsafe');
    const names = [
      'Episode1_ Pilot.mkv',
      'a/b/c',
      ' ',
      '中/é',
      'x'.repeat(255),
      '#$%&()+,-.;=@[]^_`{}~',
    ].filter((name) => name.trim() !== '');
    const { result, bytes } = streaming(names.map((name) => entry(name, random(10))));
    await result;
    expect(entriesOf(bytes()).map(({ name }) => name)).toEqual(names);
  });

  test('P: Java reads what is stored, from a stream, of any size', async () => {
    const { result, bytes } = streaming(
      [entry('a', random(100)), entry('b', chunked(random(300_000))), entry('c', chunked(random(70_000)))],
      { compress: 'store' },
    );
    await result;
    const { java } = await readByAll(await onDisk(bytes()), classes);
    expect(java).toEqual({ taken: true, output: '100 a\n300000 b\n70000 c\n' });
  });

  test('Q, R: a stream of 4 GiB - 1 bytes, and what follows it, can be found again', {
    timeout: 120_000,
  }, async () => {
    const size = 0xffffffff;
    const zeros = Buffer.alloc(4 * MIB);
    async function* large(): AsyncGenerator<Buffer, void> {
      for (let left = size; left > 0; left -= zeros.length)
        yield zeros.subarray(0, Math.min(left, zeros.length));
    }
    const ends = new Ends();
    const { result } = streaming([entry('large', large()), entry('behind', Buffer.from('here'))], {
      output: ends,
      compress: 'store',
    });
    const { bytes } = await result;
    expect(bytes).toBeGreaterThan(2 ** 32);
    const path = join(await tempFolder(), 'large.zip');
    await ends.writeTo(path);
    const python =
      'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nprint([(i.filename, i.file_size, i.header_offset > 2**32) for i in z.infolist()], z.read("behind"))';
    const { stdout } = await run('python3', ['-c', python, path]);
    expect(stdout).toBe(`[('large', ${size}, False), ('behind', 4, True)] b'here'\n`);
    expect((await run('unzip', ['-p', path, 'behind'])).stdout).toBe('here');
    expect((await run('bsdtar', ['-xOf', path, 'behind'])).stdout).toBe('here');
    expect((await run('7z', ['e', '-so', path, 'behind'])).stdout).toBe('here');
  });

  test('S: one source is open at a time', async () => {
    const at = await server();
    for (let n = 0; n < 20; n++) at.serve(`/${n}`, { content: new Content(n, 200_000) });
    const entries = Array.from(
      { length: 20 },
      (_, n) => async () => entry(`${n}`, await respond(at.url(`/${n}`))),
    );
    const { result } = streaming(entries);
    expect((await result).entries).toBe(20);
    expect([at.requests.length, at.peakOpenRequests]).toEqual([20, 1]);
  });
});

describe('an output that was cut', () => {
  const kinds: [string, () => StreamEntry | null][] = [
    ['nothing', () => null],
    ['a folder', () => entry('f/', Buffer.alloc(0))],
    ['an empty file', () => entry('e', Buffer.alloc(0))],
    ['a stored file', () => entry('s', random(100))],
    ['a stored file of one byte', () => entry('s', random(1))],
    ['a packed file', () => entry('p.txt', words(50_000))],
    ['a streamed file', () => entry('l', chunked(random(200_000)))],
    ['a streamed text', () => entry('l.txt', chunked(words(200_000)))],
  ];

  test.each(kinds)('right behind %s: no reader takes it', { timeout: 60_000 }, async (_, make) => {
    const there = make();
    const failed = () => Promise.reject(broken());
    const streamed = streaming([...(there ? [there] : []), failed], { neverEmpty: true });
    await expect(streamed.result).rejects.toMatchObject({ code: 'network' });
    expect(streamed.done).toEqual(there ? [there.name] : []);
    expect(await takenBy(await onDisk(streamed.bytes()), classes)).toEqual([]);
  });

  test.each([1, 65_536, 100_000, 190_000])(
    '%i bytes into an entry: no reader takes it',
    { timeout: 60_000 },
    async (after) => {
      const streamed = streaming([entry('a', random(100)), entry('b', failing(after), { size: 200_000 })], {
        neverEmpty: true,
      });
      await expect(streamed.result).rejects.toMatchObject({ code: 'network' });
      expect(await takenBy(await onDisk(streamed.bytes()), classes)).toEqual([]);
    },
  );

  test('the readers would have taken it whole', async () => {
    const { result, bytes } = streaming([entry('a', random(100)), entry('b', chunked(random(200_000)))]);
    await result;
    expect(await takenBy(await onDisk(bytes()), classes)).toEqual(READERS);
  });
});

describe('archiver standing still', () => {
  test('with bytes in hand and an output that wants them: internal', async () => {
    const clock = new FakeClock();
    const archive = new FakeArchive();
    const streamed = streaming([entry('a', random(10))], {
      clock,
      stallMs: 5000,
      createArchive: () => archive,
    });
    await archive.appended;
    await clock.advance(4999);
    expect(streamed.output.destroyed).toBe(false);
    await clock.advance(1);
    await demandDead(streamed, 'internal');
    expect([clock.pending, archive.destroyed]).toEqual([0, true]);
  });

  test('in its last step', async () => {
    const clock = new FakeClock();
    const archive = new FakeArchive();
    const streamed = streaming([], { clock, stallMs: 5000, createArchive: () => archive });
    await archive.finalized;
    await clock.advance(5000);
    await demandDead(streamed, 'internal');
  });

  test('a source that is silent, or an output that is slow, is not its fault', async () => {
    const clock = new FakeClock();
    const source = stalled(random(500_000));
    const first = streaming([entry('a', source.body)], { clock, stallMs: 5000 });
    await source.waits;
    await clock.advance(60_000);
    expect(first.output.destroyed).toBe(false);
    first.stop.abort(new SatchelError('cancelled'));
    await demandDead(first, 'cancelled');
    const blocked = new Writable({ write: () => {}, highWaterMark: 1 });
    const second = streaming([entry('a', chunked(random(3 * MIB)))], {
      clock,
      stallMs: 5000,
      output: blocked,
    });
    while (!blocked.writableNeedDrain) await turn();
    for (let n = 0; n < 100; n++) await turn();
    await clock.advance(60_000);
    expect(blocked.destroyed).toBe(false);
    second.stop.abort(new SatchelError('cancelled'));
    await expect(second.result).rejects.toMatchObject({ code: 'cancelled' });
  });
});

async function* failing(after: number): AsyncGenerator<Buffer, void> {
  yield* chunked(random(after));
  throw broken();
}

/** Takes what it is given, and that is all. */
class FakeArchive extends PassThrough implements Archive {
  readonly #appended = Promise.withResolvers<void>();
  readonly #finalized = Promise.withResolvers<void>();
  readonly appended = this.#appended.promise;
  readonly finalized = this.#finalized.promise;

  append(): void {
    this.#appended.resolve();
  }

  finalize(): Promise<void> {
    this.#finalized.resolve();
    return new Promise(() => {});
  }
}

/** Keeps the first and the last bytes of what may be very long. */
class Ends extends Writable {
  #first = Buffer.alloc(0);
  #last = Buffer.alloc(0);
  #bytes = 0;

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.#first.length < 4096) this.#first = Buffer.concat([this.#first, chunk.subarray(0, 4096)]);
    this.#last = Buffer.concat([this.#last.subarray(-4096), chunk.subarray(-4096)]);
    this.#bytes += chunk.length;
    done();
  }

  /** With a hole between them. */
  async writeTo(path: string): Promise<void> {
    const file = await open(path, 'w');
    await file.write(this.#first, 0, this.#first.length, 0);
    await file.write(this.#last, 0, this.#last.length, this.#bytes - this.#last.length);
    await file.close();
  }
}
