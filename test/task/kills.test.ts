import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killQueue } from '../kit/queue-kills.ts';
import { tempFolder } from '../kit/temp-folder.ts';

test('a busy queue killed again and again loses no task, doubles none, and every file is right', async () => {
  const folder = await tempFolder();
  const report = await killQueue({
    dataDir: join(folder, 'data'),
    downloads: join(folder, 'downloads'),
    kills: 12,
    files: 30,
    seed: 20_261_122,
  });
  expect(report.broken).toEqual([]);
  // The kills fell where they hurt.
  expect(report.whileFetching).toBeGreaterThan(4);
  expect(report.duringCommand).toBeGreaterThan(0);
  expect(report.faults).toBeGreaterThan(3);
}, 120_000);
