import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { listZip } from '../../main/task/zip-file.ts';
import { Disk } from '../../main/world/disk.ts';
import { PROBLEMS } from '../../main/zip/findings.ts';
import { verifyZip } from '../../main/zip/verify.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { type Given, MemoryFile, text, zerosZip, zipOf } from '../zip/zip-kit.ts';
import { holds } from './hold.ts';
import { mutatedBytes } from './mutate.ts';

/** What an entry says of itself that is not so. */
const LIES: readonly NonNullable<Given['lies']>[] = [
  ...[
    { size: 2 ** 50 },
    { compressedSize: 2 ** 33 },
    { size: 0 },
    { compressedSize: 0 },
    { crc: 0 },
    { method: 0 as const },
  ],
  { size: 2 ** 53 - 1, compressedSize: 2 ** 53 - 1 },
];

const given: fc.Arbitrary<Given[]> = fc.array(
  fc.record({
    name: fc.constantFrom(
      'a.txt',
      'b/',
      'b/c.bin',
      '../up',
      '/root',
      'C:\\x',
      'a.txt',
      'A.TXT',
      'é',
      'con',
      'x'.repeat(300),
    ),
    data: fc.oneof(
      fc.nat(3000).map((length) => text(length)),
      fc.nat(200_000).map((length) => Buffer.alloc(length)),
    ),
    deflate: fc.boolean(),
    descriptor: fc.boolean(),
    lies: fc.constantFrom<NonNullable<Given['lies']>>({}, {}, {}, ...LIES),
  }),
  { maxLength: 6 },
);

const made = given.map((list) =>
  // A descriptor has 32 bits for a size.
  zipOf(
    list.map((one) => ({
      ...one,
      descriptor: one.descriptor === true && Object.keys(one.lies ?? {}).length === 0,
    })),
  ),
);

/** The end of a real ZIP, where its numbers stand, with some of them written over. */
const misled = fc
  .tuple(
    made,
    fc.array(
      fc.record({ back: fc.nat(400), number: fc.constantFrom(0, 1, 0x7fff, 0xffff, 0xffffffff, 0xfffffffe) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    ),
  )
  .map(([{ bytes }, writes]) => {
    const copy = Buffer.from(bytes);
    for (const { back, number } of writes)
      if (back >= 4 && back <= copy.length) copy.writeUInt32LE(number, copy.length - back);
    return copy;
  });

const bomb = zerosZip(20);
const zips = fc.oneof(
  mutatedBytes(made.map(({ bytes }) => bytes)),
  misled,
  mutatedBytes(misled),
  mutatedBytes(fc.constant(bomb)),
);

holds(
  'any bytes are looked through: a report in words of the table, few bytes at once, no more unpacked than is there',
  zips,
  async (bytes) => {
    const file = new MemoryFile(bytes);
    const report = await verifyZip(file);
    expect(report.good).toBeLessThanOrEqual(report.entries);
    // An entry takes 46 bytes of the directory at least.
    expect(report.entries).toBeLessThanOrEqual(bytes.length / 46);
    // What deflate can make of them at most (RFC 1951: 258 bytes of 2 bits).
    expect(report.bytes).toBeLessThanOrEqual(bytes.length * 1040);
    expect(file.largest).toBeLessThanOrEqual(1024 * 1024);
    expect(file.bytesRead).toBeLessThanOrEqual(8 * bytes.length + 4 * 1024 * 1024);
    expect(report.findings.length).toBeLessThanOrEqual(2001);
    for (const { problem, detail } of report.findings) {
      expect(Object.hasOwn(PROBLEMS, problem)).toBe(true);
      expect(detail.length).toBeLessThan(70_000 * 6);
    }
    if (report.ok) expect(report.good).toBe(report.entries);
  },
  { atLeast: 30 },
);

const disk = new Disk();
let path = '';

holds(
  'any file is listed, or refused as a damaged archive',
  async () => {
    path = join(await tempFolder(), 'a.zip');
    return zips;
  },
  async (bytes) => {
    await writeFile(path, bytes);
    try {
      for await (const { name, size, packed, crc32, modified } of listZip(disk, path)) {
        expect(typeof name).toBe('string');
        expect(size >= 0 && packed >= 0).toBe(true);
        expect(crc32).toMatch(/^[0-9a-f]{8}$/);
        expect(Number.isFinite(Date.parse(modified))).toBe(true);
      }
    } catch (thrown) {
      if (!(thrown instanceof SatchelError) || thrown.code !== 'archive-corrupt') throw thrown;
    }
  },
  { atLeast: 30 },
);
