import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32Combine, crc32OfZeros } from '../../main/bytes/crc.ts';
import type { RandomAccess } from '../../main/zip/random-access.ts';
import {
  centralHeader,
  endOfDirectory,
  FILE_MODE,
  localHeader,
  type PlacedEntry,
} from '../../main/zip/records.ts';
import { verifyZip } from '../../main/zip/verify.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import {
  changed,
  entryOf,
  finished,
  MemoryFile,
  MIB,
  MODIFIED,
  type Packed,
  short,
  text,
  verified,
  zeros,
  zerosZip,
  zipOf,
} from './zip-kit.ts';

const run = promisify(execFile);

/** Every entry is all that follows it: its own bytes are stored blocks that quote the next headers, up to one kernel. */
function quotedOverlap(count: number, kernel: Packed): Buffer {
  let packed = kernel;
  let body = Buffer.alloc(0);
  const entries: PlacedEntry[] = [];
  let header = localHeader(entryOf(`${count}`, packed, 0));
  body = Buffer.concat([header, kernel.bytes]);
  entries.push(entryOf(`${count}`, packed, body.length));
  for (let at = count - 1; at > 0; at--) {
    const block = Buffer.from([0, 0, 0, 0, 0]);
    block.writeUInt16LE(header.length, 1);
    block.writeUInt16LE(~header.length & 0xffff, 3);
    packed = {
      crc: crc32Combine(crc32(header), packed.crc, packed.size),
      size: header.length + packed.size,
      bytes: Buffer.concat([block, body]),
    };
    header = localHeader(entryOf(`${at}`, packed, 0));
    body = Buffer.concat([header, packed.bytes]);
    entries.push(entryOf(`${at}`, packed, body.length));
  }
  // Until now: bytes from the end of the body on.
  const placed = entries.map((entry) => ({ ...entry, offset: body.length - entry.offset }));
  return finished(body, placed.reverse());
}

describe('bombs are told, and not unpacked', () => {
  test('by overlap, quoted: each entry alone is sound, and Python unpacks them all', async () => {
    const plain = text(200_000);
    const kernel = { crc: crc32(plain), size: plain.length, bytes: deflateRawSync(plain) };
    const bomb = quotedOverlap(4, kernel);
    const path = join(await tempFolder(), 'bomb.zip');
    await writeFile(path, bomb);
    const script =
      'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); print(sum(len(z.read(i)) for i in z.infolist()))';
    const { stdout } = await run('python3', ['-c', script, path]).catch(
      (thrown) => thrown as { stdout: string },
    );
    // A newer Python looks for overlaps itself.
    if (stdout !== '') expect(Number(stdout)).toBeGreaterThan(4 * plain.length);
    const { findings, ok, good } = await verified(bomb);
    expect({ ok, good }).toEqual({ ok: false, good: 1 });
    expect(
      short(findings)
        .filter(([, problem]) => problem === 'overlap')
        .map(([entry]) => entry),
    ).toEqual(['2', '3', '4']);
    expect(findings.find(({ entry }) => entry === '2')?.detail).toContain('with "1"');
  });

  test('by overlap, so much that nothing is unpacked at all', async () => {
    const bomb = quotedOverlap(2000, zeros(16));
    const file = new MemoryFile(bomb);
    const report = await verifyZip(file);
    expect(bomb.length).toBeLessThan(MIB);
    expect(report).toMatchObject({ ok: false, entries: 2000, good: 0, bytes: 0 });
    expect(report.findings[0]).toMatchObject({ entry: null, problem: 'bomb' });
    expect(report.findings[0]?.detail).toMatch(/^33\d{9} bytes in all/);
    // The findings themselves are bounded too: a thousand, and that of the whole.
    expect(report.findings.length).toBeLessThanOrEqual(1001);
    expect(report.findings.length + report.more).toBeGreaterThanOrEqual(2000);
    expect(file.largest).toBeLessThanOrEqual(MIB);
  });

  test('by overlap, all entries the same bytes', async () => {
    const kernel = zeros(64);
    const header = localHeader(entryOf('0', kernel, 0));
    const entries = Array.from({ length: 300 }, (_, at) => entryOf(`${at}`, kernel, 0));
    const report = await verified(finished(Buffer.concat([header, kernel.bytes]), entries));
    expect(report).toMatchObject({ ok: false, good: 0, bytes: 0 });
    expect(short(report.findings)).toContainEqual([null, 'bomb']);
    expect(short(report.findings)).toContainEqual(['299', 'overlap']);
  });

  test('by size: more than deflate can make of so few bytes', async () => {
    const data = Buffer.alloc(100);
    const report = await verified(
      zipOf([{ name: 'huge', data, deflate: true, lies: { size: 2 ** 50 } }]).bytes,
    );
    expect(short(report.findings)).toEqual([['huge', 'bomb']]);
  });

  test('a liar is stopped right behind the size it states', async () => {
    const kernel = zeros(200);
    const facts = { ...entryOf('liar', kernel, 0), size: 150 * 1024 };
    const bomb = finished(Buffer.concat([localHeader(facts), kernel.bytes]), [facts]);
    const before = process.cpuUsage();
    const report = await verified(bomb);
    const { user } = process.cpuUsage(before);
    expect(short(report.findings)).toEqual([['liar', 'size-wrong']]);
    expect(report.bytes).toBe(0);
    // 200 MiB would take more than ten times as long.
    expect(user).toBeLessThan(60_000);
  });

  test('by ratio, but true: noted, and checked to the end', async () => {
    const report = await verified(zerosZip(1024));
    expect(short(report.findings)).toEqual([['zeros', 'high-ratio']]);
    expect(report).toMatchObject({ ok: true, good: 1, bytes: 1024 * MIB });
  });

  test('the kernel is what it says', () => {
    const { crc, bytes } = zeros(3);
    expect(crc32(inflateRawSync(bytes))).toBe(crc);
  });
});

describe('claims are not believed', () => {
  test.each([[70_000], [3]])('a directory of %d entries that says it has 10^9', async (count) => {
    const given = Array.from({ length: count }, (_, at) => ({ name: `f${at}`, data: Buffer.from('x') }));
    const zip = zipOf(given);
    const isBig = zip.bytes.length - zip.end > 22;
    const file = new MemoryFile(
      changed(zip.bytes, (copy) => {
        if (isBig) {
          copy.writeBigUInt64LE(1_000_000_000n, zip.end + 24);
          copy.writeBigUInt64LE(1_000_000_000n, zip.end + 32);
        } else copy.writeUInt32LE(0xfffefffe, zip.end + 8);
      }),
    );
    const report = await verifyZip(file);
    expect(report).toMatchObject({ ok: false, entries: count, good: count });
    expect(short(report.findings)).toEqual([[null, 'entry-count']]);
    expect(file.bytesRead).toBeLessThan(4 * zip.bytes.length + 2 * MIB);
  });

  test('10,000 entries of one name: bounded findings, the rest counted', async () => {
    const given = Array.from({ length: 10_000 }, () => ({ name: 'same', data: Buffer.from('x') }));
    const report = await verified(zipOf(given).bytes);
    expect(report.findings).toHaveLength(1000);
    expect(report.more).toBe(8999);
    expect(report.good).toBe(10_000);
  });
});

/** Bytes with a hole of zeros: what a sparse file is, but a disk may take long to tell. */
class HoledFile implements RandomAccess {
  readonly #head: Buffer;
  readonly #hole: number;
  readonly #tail: Buffer;
  readonly #zeros = Buffer.alloc(MIB);

  constructor(head: Buffer, hole: number, tail: Buffer) {
    this.#head = head;
    this.#hole = hole;
    this.#tail = tail;
  }

  async read(position: number, length: number): Promise<Buffer> {
    const inTail = position - this.#head.length - this.#hole;
    if (inTail >= 0) return this.#tail.subarray(inTail, inTail + length);
    if (position >= this.#head.length && inTail + length <= 0) return this.#zeros.subarray(0, length);
    const first = this.#head.subarray(position, position + length);
    const rest = Buffer.alloc(Math.min(length - first.length, -inTail - first.length));
    const behind = this.#tail.subarray(0, Math.max(0, inTail + length));
    return Buffer.concat([first, rest, behind]);
  }

  async size(): Promise<number> {
    return this.#head.length + this.#hole + this.#tail.length;
  }
}

test('an entry of 5 GiB, and one beyond 4 GiB', async () => {
  const size = 5 * 1024 ** 3;
  const large = { name: 'large', method: 0, crc: crc32OfZeros(size), size, compressedSize: size } as const;
  const facts = { ...large, mode: FILE_MODE, modified: MODIFIED, offset: 0 };
  const head = localHeader(facts);
  const small = Buffer.from('small');
  const second = { ...facts, name: 'small', crc: crc32(small), size: 5, compressedSize: 5 };
  const offset = head.length + size;
  const body = Buffer.concat([localHeader(second), small]);
  const directory = Buffer.concat([facts, { ...second, offset }].map((entry) => centralHeader(entry)));
  const end = endOfDirectory({ entries: 2, offset: offset + body.length, size: directory.length });
  const sound = Buffer.concat([body, directory, end]);
  expect(await verifyZip(new HoledFile(head, size, sound))).toEqual({
    entries: 2,
    good: 2,
    bytes: size + 5,
    findings: [],
    more: 0,
    ok: true,
  });
  // Its packed size, in the ZIP64 field of the directory: not to be believed, whatever it says.
  const at = body.length + directory.indexOf(Buffer.from([1, 0, 24, 0])) + 4;
  const lying = changed(sound, (copy) => copy.writeBigUInt64LE(2n ** 63n, at + 8));
  const report = await verifyZip(new HoledFile(head, size, lying));
  expect(short(report.findings)).toContainEqual(['large', 'size-wrong']);
  expect(report).toMatchObject({ ok: false, good: 1, bytes: 5 });
}, 60_000);
