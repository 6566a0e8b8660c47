import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { ACTS, type Act, perform } from './manager-acts.ts';
import { World } from './manager-world.ts';

/** What happens often. */
const OFTEN: Partial<Record<Act['what'], number>> = {
  run: 40,
  add: 5,
  time: 10,
  late: 4,
  kill: 2,
  discarded: 3,
  'start now': 5,
  'nothing for a while': 4,
};

const act: fc.Arbitrary<Act> = fc.record({
  what: fc.oneof(
    ...Object.keys(ACTS).map((what) => ({
      weight: OFTEN[what as Act['what']] ?? 2,
      arbitrary: fc.constant(what as Act['what']),
    })),
  ),
  a: fc.nat(9999),
  b: fc.nat(9999),
});

/** In memory where that can be: a kill loses nothing that was written, synced or not, and syncs take most of the time. */
async function quickFolder(): Promise<string> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'satchel-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('whatever happens to hundreds of tasks, with kills in between, every promise about them is kept', async () => {
  const folder = await quickFolder();
  const sums: Record<string, number> = {};
  let worlds = 0;
  const property = fc.asyncProperty(fc.array(act, { maxLength: 400, size: 'max' }), async (acts) => {
    worlds += 1;
    const world = await World.open(join(folder, String(worlds)));
    try {
      for (const each of acts) await perform(world, each);
      await world.finish();
    } finally {
      await world.close();
    }
    for (const [what, count] of Object.entries(world.counts)) sums[what] = (sums[what] ?? 0) + count;
  });
  await fc.assert(property, { numRuns: 80, interruptAfterTimeLimit: 60_000 });
  // A world in which little happens proves little.
  expect(sums['tasks']).toBeGreaterThan(500);
  expect(Math.min(...Object.values(sums))).toBeGreaterThan(20);
}, 90_000);
