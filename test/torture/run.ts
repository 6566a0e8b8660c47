import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../../bench/measure.ts';
import { torture } from './torture.ts';

// `npm run torture -- [--minutes N] [--seed N] [--tasks N]`: breaks what it can; exits with 1 when a promise was broken.

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, tasks: { type: 'string' } },
});
const minutes = Number(values.minutes ?? 5);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const folder = mkdtempSync(join(process.env['TORTURE_DIR'] ?? tmpdir(), 'satchel-torture-'));
const startedAt = performance.now();
const passed = () => (performance.now() - startedAt) / 60_000;

console.log(`seed ${seed}, ${minutes} minutes`);
const { broken, tally, told } = await torture({
  folder,
  seed,
  goesOn: () => passed() < minutes,
  tasks: Number(values.tasks ?? 25),
});
const rows = tally.entries().map(([name, count]) => [name, String(count)]);
console.log(table(['what', 'how often'], [...rows, ['minutes', passed().toFixed(1)]]));
for (const each of broken) console.log(`BROKEN ${each}`);
console.log(`${broken.length} promises broken; again with --seed ${seed}`);
if (broken.length === 0) rmSync(folder, { recursive: true, force: true });
else {
  writeFileSync(join(folder, 'told.jsonl'), told.map((event) => `${JSON.stringify(event)}\n`).join(''));
  console.log(`What is left of it: ${folder}`);
}
process.exitCode = broken.length > 0 ? 1 : 0;
