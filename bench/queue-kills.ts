import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killQueue } from '../test/kit/queue-kills.ts';
import { table } from './measure.ts';

// queue-kills.ts [KILLS] [SEED]: kills the task manager again and again in the middle of its work.

const MIB = 1024 * 1024;
const [kills = 200, seed = 1] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'satchel-bench-'));
const startedAt = performance.now();
const report = await killQueue({
  dataDir: join(folder, 'data'),
  downloads: join(folder, 'downloads'),
  kills,
  seed,
  files: Math.max(30, kills),
});
rmSync(folder, { recursive: true });
console.log(
  table(
    ['what', 'figure'],
    [
      ['kills', String(report.kills)],
      ['… while bytes were coming', String(report.whileFetching)],
      ['… within a command', String(report.duringCommand)],
      ['commands', String(report.commands)],
      ['faults of the server', String(report.faults)],
      ['files, their size', `${(report.bytes / MIB).toFixed(1)} MiB`],
      ['sent for them, restarts and removed ones included', `${(report.sent / MIB).toFixed(1)} MiB`],
      ['promises broken', String(report.broken.length)],
      ['minutes', ((performance.now() - startedAt) / 60_000).toFixed(1)],
    ],
  ),
);
for (const broken of report.broken) console.log(broken);
process.exitCode = report.broken.length > 0 ? 1 : 0;
