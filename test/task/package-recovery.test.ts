import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import type { PackageItem } from '../../main/task/package-job.ts';
import { type Clock, systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { Content, repeated, type Source } from '../kit/content.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { type Fault, FaultServer } from '../kit/fault-server.ts';
import { packaging, urlItem, zipAt } from '../kit/package.ts';
import { seeded } from '../kit/random.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

const MIB = 1024 * 1024;
const TEXT = Buffer.from('A line that is much like any other, so that packing it gains something.\n');

/** Ten times as fast as the real one, so that a package of a second has ten barriers. */
const fastClock: Clock = {
  now: systemClock.now,
  monotonic: () => systemClock.monotonic() * 10,
  after: (ms, fn) => systemClock.after(ms / 10, fn),
};

interface Served {
  readonly path: string;
  readonly content: Source;
  readonly type?: string;
  readonly faults?: Fault[];
  readonly ranges?: boolean;
}

/** Placed, collected in memory, packed small, packed at the end, stored at the end: one of each and more. */
const MIXED: readonly Served[] = [
  { path: '/one.bin', content: new Content(1, 2 * MIB + 5) },
  { path: '/small.txt', content: repeated(TEXT, 40_000), type: 'text/plain' },
  { path: '/chunked.bin', content: new Content(3, 300_000), faults: [{ name: 'chunked' }], ranges: false },
  { path: '/large.txt', content: repeated(TEXT, 18 * MIB), type: 'text/plain' },
  { path: '/two.bin', content: new Content(4, MIB) },
  { path: '/long.bin', content: new Content(5, 17 * MIB), faults: [{ name: 'chunked' }], ranges: false },
  { path: '/three.bin', content: new Content(6, 5) },
];

async function serving(served: readonly Served[], bytesPerSecond?: number): Promise<FaultServer> {
  const server = await FaultServer.start();
  for (const { path, content, ranges = true, type, faults } of served) {
    const more = { ...(type ? { type } : {}), ...(faults ? { faults } : {}) };
    server.serve(path, { content, ranges, ...more, ...(bytesPerSecond ? { bytesPerSecond } : {}) });
  }
  return server;
}

const itemsOf = (server: FaultServer, served: readonly Served[]): PackageItem[] =>
  served.map(({ path }) => urlItem(path, server.url(path)));

const expectedOf = (served: readonly Served[]) =>
  served.map(({ path, content }) => [
    path.slice(1),
    createHash('sha256').update(content.slice(0, content.size)).digest('hex'),
  ]);

/** Packages until it is done, interrupted whenever `moments` says; gives how often it was interrupted. */
async function packageWith(
  items: readonly PackageItem[],
  folder: string,
  moments: readonly number[],
  jobs: number,
): Promise<number> {
  let interrupted = 0;
  for (const moment of moments) {
    const stop = new AbortController();
    const { result } = packaging(items, {
      folder,
      jobs,
      compress: 'auto',
      signal: stop.signal,
      onJournaled: (received) => {
        if (received >= moment) stop.abort(new SatchelError('cancelled'));
      },
    });
    const end = await result.then(
      () => 'done',
      (error: SatchelError) => error.code,
    );
    if (end === 'done') return interrupted;
    expect(end).toBe('cancelled');
    interrupted += 1;
  }
  await packaging(items, { folder, jobs, compress: 'auto' }).result;
  return interrupted;
}

describe('a package that is interrupted again and again', () => {
  test('is the same ZIP, byte for byte, when it fetches one at a time', async () => {
    const server = await serving(MIXED);
    const items = itemsOf(server, MIXED);
    const reference = await tempFolder();
    await packaging(items, { folder: reference, jobs: 1, compress: 'auto' }).result;
    await demandSound(zipAt(reference));
    expect(await entriesIn(zipAt(reference))).toEqual(expectedOf(MIXED));
    const whole = readFileSync(zipAt(reference));
    let interrupted = 0;
    for (let seed = 1; seed <= 4; seed++) {
      const random = seeded(seed);
      const folder = await tempFolder();
      const moments = Array.from({ length: 6 }, () => Math.floor(random() * 12 * MIB) + 1);
      interrupted += await packageWith(items, folder, moments, 1);
      expect(await readdir(folder)).toEqual(['bundle.zip']);
      expect(readFileSync(zipAt(folder)).equals(whole)).toBe(true);
    }
    expect(interrupted).toBeGreaterThan(12);
  }, 60_000);

  test('holds the same entries when it fetches many at once', async () => {
    const server = await serving(MIXED);
    const items = itemsOf(server, MIXED);
    let interrupted = 0;
    for (let seed = 11; seed <= 14; seed++) {
      const random = seeded(seed);
      const folder = await tempFolder();
      const moments = Array.from({ length: 6 }, () => Math.floor(random() * 20 * MIB) + 1);
      interrupted += await packageWith(items, folder, moments, 5);
      await demandSound(zipAt(folder));
      expect(await entriesIn(zipAt(folder))).toEqual(expectedOf(MIXED));
    }
    expect(interrupted).toBeGreaterThan(8);
  }, 60_000);
});

test('a durable byte that was changed meanwhile is caught', async () => {
  const server = await serving(MIXED);
  const items = itemsOf(server, MIXED);
  const folder = await tempFolder();
  const stop = new AbortController();
  const first = packaging(items, {
    folder,
    jobs: 1,
    signal: stop.signal,
    onJournaled: (received) => {
      if (received >= 3 * MIB) stop.abort(new SatchelError('cancelled'));
    },
  });
  await expect(first.result).rejects.toMatchObject({ code: 'cancelled' });
  const part = readFileSync(`${zipAt(folder)}.part`);
  part[MIB] = (part[MIB] ?? 0) ^ 0xff;
  await writeFile(`${zipAt(folder)}.part`, part);
  await packaging(items, { folder, jobs: 1 }).result;
  await expect(demandSound(zipAt(folder))).rejects.toThrow();
}, 30_000);

test('rule 26: after a power cut at any moment no entry of a package is wrong', async () => {
  let cuts = 0;
  let kept = 0;
  for (let seed = 1; seed <= 14; seed++) {
    const random = seeded(seed);
    const server = await serving(MIXED, 30 * MIB);
    const items = itemsOf(server, MIXED);
    const folder = await tempFolder();
    const fault = new FaultDisk(folder);
    const moment = Math.floor(random() * 38 * MIB);
    let cut: Promise<void> | null = null;
    const { result } = packaging(items, {
      folder,
      disk: new Disk(fault.fileSystem),
      clock: fastClock,
      compress: 'auto',
      onJournaled: (received) => {
        if (received >= moment) cut ??= fault.powerCut(random);
      },
    });
    const end = await result.then(
      () => null,
      (error: SatchelError) => error.code,
    );
    await cut;
    if (end !== null) cuts += 1;
    const again = packaging(items, { folder, compress: 'auto' });
    await again.result;
    kept += 39 * MIB - again.fetched();
    await demandSound(zipAt(folder));
    expect(await entriesIn(zipAt(folder))).toEqual(expectedOf(MIXED));
    expect(await readdir(folder)).toEqual(['bundle.zip']);
  }
  expect(cuts).toBeGreaterThan(7);
  expect(kept).toBeGreaterThan(20 * MIB);
}, 120_000);
