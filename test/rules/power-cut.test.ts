import { expect, test } from 'vitest';
import { readJournal } from '../../main/bytes/open.ts';
import { journalPath } from '../../main/bytes/partial-file.ts';
import { type Clock, systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import type { Logged } from '../kit/fault-server.ts';
import { seeded } from '../kit/random.ts';
import { scene } from './scene.ts';

/** Ten times as fast as the real one, so that a download of a second has ten barriers. */
const fastClock: Clock = {
  now: systemClock.now,
  monotonic: () => systemClock.monotonic() * 10,
  after: (ms, fn) => systemClock.after(ms / 10, fn),
};

function bytesAsked({ range }: Logged): number {
  const [, first, last] = /=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  return Number(last) - Number(first) + 1;
}

test('rule 25: after a power cut at any moment, only what came after the last barrier is fetched again', async () => {
  let cuts = 0;
  let lost = 0;
  let kept = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const random = seeded(seed);
    const at = await scene({ size: 3_000_000, bytesPerSecond: 6_000_000 });
    const fault = new FaultDisk(at.folder);
    const moment = Math.floor(random() * 2_800_000);
    let cut: Promise<void> | null = null;
    const { result } = at.get({
      disk: new Disk(fault.fileSystem),
      clock: fastClock,
      onJournaled: (received) => {
        if (received >= moment) cut ??= fault.powerCut(random);
      },
    });
    await expect(result).rejects.toMatchObject({ code: 'disk-error' });
    await cut;
    cuts += 1;
    const disk = new Disk();
    const place = { folder: at.folder, name: 'a.bin' };
    const journal = (await disk.facts(journalPath(place))) ? await readJournal(disk, place) : null;
    const durable = (journal?.regions.get(0)?.durable ?? []).reduce(
      (sum, { start, end }) => sum + end - start,
      0,
    );
    const before = at.asked().length;
    await at.get().result;
    await at.demandWhole();
    const again = at.asked().slice(before);
    const open = again.filter(({ range }) => range === 'bytes=0-');
    const asked = open.length > 0 ? 3_000_000 : again.reduce((sum, request) => sum + bytesAsked(request), 0);
    expect(asked).toBeLessThanOrEqual(3_000_000 - durable);
    kept += durable;
    lost += Math.max(0, moment - (3_000_000 - asked));
  }
  // The cuts really took something, and the barriers really kept something.
  expect(cuts).toBe(12);
  expect(lost).toBeGreaterThan(0);
  expect(kept).toBeGreaterThan(3_000_000);
});
