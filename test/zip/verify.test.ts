import { describe, expect, test } from 'vitest';
import { crc32OfZeros } from '../../main/bytes/crc.ts';
import { PROBLEMS, type Problem } from '../../main/zip/findings.ts';
import { localHeader } from '../../main/zip/records.ts';
import { verifyZip } from '../../main/zip/verify.ts';
import {
  changed,
  type Given,
  type Made,
  type MadeZip,
  MemoryFile,
  MODIFIED,
  short,
  text,
  verified,
  zipOf,
} from './zip-kit.ts';

const A: Given = { name: 'a.txt', data: text(400), deflate: true };
const B: Given = { name: 'b.bin', data: text(300, 5) };
const C: Given = { name: 'c.txt', data: text(500, 7), deflate: true, descriptor: true };
const three = () => zipOf([A, B, C]);
const [a, b, c] = [0, 1, 2].map((at) => (zip: MadeZip) => zip.entries[at] as Made) as [
  (zip: MadeZip) => Made,
  (zip: MadeZip) => Made,
  (zip: MadeZip) => Made,
];

test('a sound ZIP: every entry is good, and nothing is found', async () => {
  expect(await verified(three().bytes)).toEqual({
    entries: 3,
    good: 3,
    bytes: 1200,
    findings: [],
    more: 0,
    ok: true,
  });
  expect(await verified(zipOf([]).bytes)).toMatchObject({ entries: 0, ok: true, findings: [] });
});

type Case = [
  what: string,
  problem: Problem,
  entry: string | null,
  damage: (copy: Buffer, zip: MadeZip) => void,
  detail?: RegExp,
];
const add = (copy: Buffer, at: number, by = 1) => copy.writeUInt8((copy.readUInt8(at) + by) & 0xff, at);

/** Nothing else may be found: a fault that is told twice, or of another entry, is told wrong. */
describe('one fault, one finding, of the right entry', () => {
  test.each<Case>([
    [
      'a stored byte',
      'crc-mismatch',
      'b.bin',
      (z, m) => add(z, b(m).data + 7),
      /^CRC-32 \w{8}, stated \w{8}$/,
    ],
    ['the local name', 'header-differs', 'a.txt', (z, m) => add(z, a(m).header + 30), /its name is "b\.txt"/],
    ['the local CRC', 'header-differs', 'b.bin', (z, m) => add(z, b(m).header + 14), /CRC .*, not /],
    ['the local size', 'header-differs', 'a.txt', (z, m) => add(z, a(m).header + 22), /size 401, not 400/],
    [
      'the local packed size',
      'header-differs',
      'b.bin',
      (z, m) => add(z, b(m).header + 18),
      /packed size 301/,
    ],
    [
      'the local method',
      'header-differs',
      'a.txt',
      (z, m) => z.writeUInt16LE(0, a(m).header + 8),
      /method 0/,
    ],
    ['the local flags', 'header-differs', 'b.bin', (z, m) => add(z, b(m).header + 6), /flags 0x0001/],
    ['the local time', 'header-varies', 'b.bin', (z, m) => add(z, b(m).header + 10, 2), /another time/],
    ["the header's signature", 'header-missing', 'b.bin', (z, m) => add(z, b(m).header), /at byte \d+/],
    ["a descriptor's CRC", 'descriptor-wrong', 'c.txt', (z, m) => add(z, c(m).behind + 4), /at byte \d+/],
    ["a descriptor's size", 'descriptor-wrong', 'c.txt', (z, m) => add(z, c(m).behind + 12)],
    ['a volume', 'many-volumes', 'b.bin', (z, m) => add(z, b(m).record + 34), /volume 1/],
    [
      'the number of entries',
      'entry-count',
      null,
      (z, m) => z.writeUInt32LE(0x00040004, m.end + 8),
      /^3 .* 4 /,
    ],
    ['one number of entries', 'end-wrong', null, (z, m) => add(z, m.end + 8), /4 entries on this volume, 3/],
    ["the directory's offset", 'directory-span', null, (z, m) => add(z, m.end + 16, 3)],
    ["the directory's offset, less", 'directory-span', null, (z, m) => add(z, m.end + 16, -3)],
    ["the directory's size", 'directory-span', null, (z, m) => add(z, m.end + 12, 3)],
  ])('%s: %s', async (_, problem, entry, damage, detail = /./) => {
    const zip = three();
    const { findings, ok } = await verified(changed(zip.bytes, (copy) => damage(copy, zip)));
    const real = findings.filter(({ problem: one }) => one !== 'gap');
    expect(short(real)).toEqual([[entry, problem]]);
    expect(real[0]?.detail).toMatch(detail);
    expect(ok).toBe(PROBLEMS[problem].severity === 'note');
  });

  test('a record of the directory that is none: what stands before it is checked all the same', async () => {
    const zip = three();
    const report = await verified(changed(zip.bytes, (copy) => add(copy, b(zip).record)));
    expect(report).toMatchObject({ entries: 1, good: 1, ok: false });
    expect(short(report.findings)).toContainEqual([null, 'directory-damaged']);
    expect(short(report.findings)).toContainEqual([null, 'entry-count']);
  });

  test('a record that goes on behind the directory is none', async () => {
    const zip = three();
    const report = await verified(changed(zip.bytes, (copy) => add(copy, c(zip).record + 32)));
    expect(report).toMatchObject({ entries: 2, good: 2, ok: false });
    expect(short(report.findings)).toContainEqual([null, 'directory-damaged']);
  });

  test('deflated bytes: damaged, or with another CRC', async () => {
    const zip = three();
    const seen = new Set<Problem>();
    for (let at = a(zip).data; at < a(zip).behind; at++) {
      const { findings, good } = await verified(changed(zip.bytes, (copy) => add(copy, at, 0x55)));
      expect(short(findings)).toEqual([['a.txt', expect.any(String)]]);
      expect(good).toBe(2);
      for (const { problem } of findings) seen.add(problem);
    }
    expect([...seen].sort()).toEqual(['crc-mismatch', 'data-damaged', 'size-wrong']);
  });

  test('both headers say that it is packed by a method that nobody knows', async () => {
    const lies = { method: 93 as 8 };
    const report = await verified(zipOf([A, { ...B, lies }, C]).bytes);
    expect(report).toMatchObject({ ok: false, good: 2 });
    expect(report.findings).toEqual([
      { entry: 'b.bin', problem: 'unsupported-method', severity: 'unchecked', detail: 'zstd' },
    ]);
  });

  test('encrypted: said, and not counted as good', async () => {
    const zip = three();
    const bytes = changed(zip.bytes, (copy) => {
      add(copy, a(zip).header + 6);
      add(copy, a(zip).record + 8);
    });
    expect(await verified(bytes)).toMatchObject({ good: 2, ok: false });
    expect(short((await verified(bytes)).findings)).toEqual([['a.txt', 'encrypted']]);
  });
});

describe('sizes that lie, in both headers alike', () => {
  test.each<[string, Given, Problem, RegExp]>([
    ['more than there is', { ...A, lies: { size: 401 } }, 'size-wrong', /400 bytes unpacked, stated 401/],
    ['less than there is', { ...A, lies: { size: 399 } }, 'size-wrong', /more than the 399 bytes/],
    ['nothing', { ...A, lies: { size: 0 } }, 'size-wrong', /more than the 0 bytes/],
    [
      'stored, and another size',
      { ...A, deflate: false, lies: { size: 401 } },
      'size-wrong',
      /stored in 400/,
    ],
    ['more than deflate can', { ...A, lies: { size: 3 * 2 ** 40 } }, 'bomb', /3298534883328 bytes, from \d+/],
  ])('%s', async (_, given, problem, detail) => {
    const report = await verified(zipOf([given, B, C]).bytes);
    expect(short(report.findings)).toEqual([['a.txt', problem]]);
    expect(report.findings[0]?.detail).toMatch(detail);
    expect(report).toMatchObject({ ok: false, good: 2, bytes: 800 });
  });

  test('packed size: too short a stream, and bytes behind its end', async () => {
    const { bytes, entries } = zipOf([A]);
    const packed = (entries[0] as Made).behind - (entries[0] as Made).data;
    const less = await verified(zipOf([{ ...A, lies: { compressedSize: packed - 1 } }]).bytes);
    expect(short(less.findings)).toContainEqual(['a.txt', 'data-damaged']);
    expect(bytes.length).toBeGreaterThan(packed);
    const more = zipOf([
      { ...A, lies: { compressedSize: packed + 5 } },
      { ...B, before: Buffer.from('12345') },
    ]);
    const { findings } = await verified(more.bytes);
    expect(findings).toMatchObject(
      [{ entry: 'a.txt', problem: 'size-wrong', detail: /end 5 bytes before/ }].map((one) => ({
        ...one,
        detail: expect.stringMatching(one.detail),
      })),
    );
  });

  test('beyond the directory', async () => {
    const { findings } = await verified(zipOf([{ ...B, lies: { size: 9999, compressedSize: 9999 } }]).bytes);
    expect(short(findings)).toEqual([['b.bin', 'overlap']]);
  });
});

describe('names', () => {
  const named = async (...names: string[]) => {
    const zip = zipOf(
      names.map((name, at) => ({ name, data: name.endsWith('/') ? Buffer.alloc(0) : text(9, at + 1) })),
    );
    return short((await verified(zip.bytes)).findings);
  };

  test.each([
    ['../evil'],
    ['a/../../evil'],
    ['..'],
    ['/etc/passwd'],
    ['C:/x'],
    ['c:x'],
    ['a\\b'],
    ['a\u0000b'],
    ['a\u0007b'],
    ['a\u009bb'],
    ['x/'.repeat(300)],
  ])('%j is unsafe', async (name) => {
    expect(await named('good', name)).toEqual([[name, 'unsafe-name']]);
  });

  test.each([['aux.c'], ['ab:c'], ['what?'], ['dot.'], ['con/x'], ['a\u202eb'], ['x'.repeat(256)]])(
    '%j is safe, but not on every system',
    async (name) => {
      expect(await named('good', name)).toEqual([[name, 'unportable-name']]);
    },
  );

  test.each([['./a'], ['..a'], ['a..b/..c'], ['e\u0301'], ['ünï/中'], ['a b'], ['x/'.repeat(200)]])(
    '%j is as good as any',
    async (name) => {
      expect(await named('good', name)).toEqual([]);
    },
  );

  test('twice, in another case, in another normal form', async () => {
    expect(await named('a', 'b', 'a')).toEqual([['a', 'duplicate-name']]);
    expect(await named('x/a', 'x/A', 'X/')).toEqual([['x/A', 'similar-name']]);
    expect(await named('é', 'e\u0301')).toEqual([['e\u0301', 'similar-name']]);
    expect(await named('x/', 'x/a', 'x/')).toEqual([['x/', 'duplicate-name']]);
    expect(await named('x/a', 'x/', 'y/a', 'a')).toEqual([]);
  });

  test('a file that is a folder too', async () => {
    expect(await named('a', 'a/b')).toEqual([['a/b', 'file-and-folder']]);
    expect(await named('a/b', 'a')).toEqual([['a', 'file-and-folder']]);
    expect(await named('a/', 'A')).toEqual([['A', 'file-and-folder']]);
    expect(await named('a/b/c', 'a/b/c/d/e', 'a/b')).toEqual([
      ['a/b/c/d/e', 'file-and-folder'],
      ['a/b', 'file-and-folder'],
    ]);
  });
});

describe('what lies between the entries', () => {
  const filler = (size: number, crc = crc32OfZeros(size)) => {
    const facts = {
      name: 'unused',
      method: 0,
      crc,
      size,
      compressedSize: size,
      mode: 0,
      modified: MODIFIED,
    } as const;
    return Buffer.concat([localHeader(facts), Buffer.alloc(size)]);
  };

  test.each<[string, Buffer, Problem[], RegExp]>([
    ['a filler', filler(1000), ['filler'], /^1045 bytes from byte \d+ on$/],
    ['two fillers', Buffer.concat([filler(0), filler(9)]), ['filler', 'filler'], /bytes/],
    ['a filler with a wrong CRC', filler(1000, 1), ['gap'], /an entry that is not listed, "unused"/],
    ['something else', Buffer.from('hello'), ['gap'], /^5 bytes from byte \d+ on$/],
    ['a filler and something else', Buffer.concat([filler(9), Buffer.alloc(40)]), ['filler', 'gap'], /bytes/],
  ])('%s is noted', async (_, before, problems, detail) => {
    const report = await verified(zipOf([A, { ...B, before }, C]).bytes);
    expect(short(report.findings)).toEqual(problems.map((problem) => [null, problem]));
    expect(report.findings[0]?.detail).toMatch(detail);
    expect(report).toMatchObject({ ok: true, good: 3 });
  });

  test('a filler whose bytes are not zeros is none', async () => {
    const before = filler(2000);
    before.writeUInt8(1, before.length - 1);
    expect(short((await verified(zipOf([A, { ...B, before }]).bytes)).findings)).toEqual([[null, 'gap']]);
  });

  test('bytes before the first entry, whether offsets know of them or not', async () => {
    const stub = Buffer.from('#!/bin/sh\nexec unzip "$0"\n');
    const unknowing = await verified(Buffer.concat([stub, three().bytes]));
    const knowing = await verified(zipOf([{ ...A, before: stub }, B, C]).bytes);
    for (const report of [unknowing, knowing]) {
      expect(short(report.findings)).toEqual([[null, 'prepended']]);
      expect(report).toMatchObject({ ok: true, good: 3 });
    }
  });
});

describe('the end', () => {
  const commented = (comment: Buffer) =>
    Buffer.concat([
      changed(three().bytes, (copy) => copy.writeUInt16LE(comment.length, copy.length - 2)),
      comment,
    ]);

  test.each([[''], ['hello'], ['x'.repeat(65_535)]])('a comment is none of our business', async (comment) => {
    expect(await verified(commented(Buffer.from(comment)))).toMatchObject({ ok: true, findings: [] });
  });

  test('a comment that holds another end record', async () => {
    const other = zipOf([]).bytes;
    expect(short((await verified(commented(other))).findings)).toContainEqual([null, 'end-ambiguous']);
    const hidden = Buffer.concat([other, Buffer.from('x')]);
    expect(await verified(commented(hidden))).toMatchObject({ good: 3, ok: false });
    expect(short((await verified(commented(hidden))).findings)).toEqual([[null, 'end-ambiguous']]);
  });

  test('bytes behind it, which most readers pass over', async () => {
    const report = await verified(Buffer.concat([three().bytes, Buffer.alloc(9)]));
    expect(report).toMatchObject({ ok: true, good: 3 });
    expect(short(report.findings)).toEqual([[null, 'trailing-bytes']]);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(100_000)],
    ['text', text(5000)],
  ])('%s is no ZIP', async (_, bytes) => {
    expect(short((await verified(bytes)).findings)).toEqual([[null, 'end-missing']]);
  });
});

describe('cut short, wherever', () => {
  test('at every byte: never ok, and the entry in which it was cut is named', async () => {
    const zip = zipOf([A, B, { ...C, descriptor: false }]);
    for (let length = 0; length < zip.bytes.length; length++) {
      const { ok, findings } = await verified(zip.bytes.subarray(0, length));
      expect(ok).toBe(false);
      const cut = zip.entries.find(({ data, behind }) => length >= data && length < behind);
      if (cut) expect(short(findings)).toContainEqual([cut.name, 'truncated']);
      else if (length >= 4) expect(findings.map(({ problem }) => problem)).toContain('truncated');
    }
  });

  test('within an entry whose header does not say how long it is', async () => {
    const zip = three();
    const { findings } = await verified(zip.bytes.subarray(0, c(zip).data + 9));
    expect(short(findings)).toContainEqual(['c.txt', 'truncated']);
  });
});

test('the findings are in the order of the directory, whoever was ready first', async () => {
  const given = Array.from({ length: 40 }, (_, at) => ({
    name: `n${at}`,
    data: text((40 - at) * 2000, at + 1),
    deflate: at % 3 === 0,
    lies: { crc: 7 },
  }));
  const { findings } = await verified(zipOf(given).bytes);
  expect(short(findings)).toEqual(given.map(({ name }) => [name, 'crc-mismatch']));
});

test('a disk that fails: its error, and no more is read', async () => {
  const zip = zipOf(Array.from({ length: 50 }, (_, at) => ({ name: `n${at}`, data: text(100_000, at + 1) })));
  const file = new MemoryFile(zip.bytes);
  const failing = {
    size: () => file.size(),
    read: async (position: number, length: number) => {
      if (position === zip.entries[7]?.data) throw new Error('EIO');
      return file.read(position, length);
    },
  };
  await expect(verifyZip(failing)).rejects.toThrow('EIO');
  expect(file.bytesRead).toBeLessThan(zip.bytes.length / 2);
});

test('a signal stops it', async () => {
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('enough'));
  await expect(verified(three().bytes, { signal: stop.signal, onProgress })).rejects.toThrow('enough');
});

test('progress goes from nothing to all of it', async () => {
  const seen: number[] = [];
  let total = 0;
  await verified(zipOf([A, B, { ...C, lies: { crc: 1 } }]).bytes, {
    onProgress: (progress) => {
      seen.push(progress.done);
      total = progress.total;
    },
  });
  expect(seen).toEqual(seen.toSorted((one, two) => one - two));
  expect(seen.at(-1)).toBe(total);
  expect(total).toBeGreaterThan(500);
});
