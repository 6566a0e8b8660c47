import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryPage } from '../main/task/history.ts';
import { openStore, type Store } from '../main/task/store.ts';
import { Disk } from '../main/world/disk.ts';
import { seeded } from '../test/kit/random.ts';
import { DAY_MS, FIRST_MS, historyRows, taskRows } from './history-rows.ts';
import { median, table } from './measure.ts';

/**
 * `node bench/history.ts [ROWS]`: a history of a million rows, made once in the temporary folder (or BENCH_DIR), and
 * how long is waited for what is asked of it.
 */
const rows = Number(process.argv[2] ?? 1_000_000);
const TASKS = 10_000;
const BATCH = 5000;
const REPEATS = 15;
const LIMIT = 50;
const folder = join(process.env['BENCH_DIR'] ?? tmpdir(), `satchel-bench-history-${rows}`);
const disk = new Disk();

const SEARCHES: readonly (readonly [title: string, q: string])[] = [
  ['nothing typed', ''],
  ['one letter', 'e'],
  ['in every row', 'example'],
  ['in every row, longer than a term', 'downloads/'],
  ['two common words', 'download video'],
  ['two common words that never meet', 'even odd'],
  ['a common word and a rare one', 'download needle'],
  ['a rare word', 'needle'],
  ['in no row', 'zzzz'],
  ['a common word and one in no row', 'example zzzz'],
  ['a name as it stands', 'lominoka_odd.2024'],
  ['two Chinese letters', '山东'],
  ['four Chinese letters', '国山东济'],
];

async function build(): Promise<void> {
  if (existsSync(join(folder, 'complete'))) return;
  rmSync(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { store } = await openStore({ disk, folder });
  const row = historyRows(seeded(1), rows);
  const started = performance.now();
  for (let n = 0; n < rows; n += BATCH) {
    store.save({ history: Array.from({ length: Math.min(BATCH, rows - n) }, (_, i) => row(n + i)) });
  }
  store.close();
  writeFileSync(join(folder, 'complete'), '');
  console.log(`${rows} rows made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

function times(work: () => unknown, repeats = REPEATS): { values: number[]; last: unknown } {
  let last: unknown;
  const values = Array.from({ length: repeats }, () => {
    const started = performance.now();
    last = work();
    return performance.now() - started;
  });
  return { values, last };
}

const cells = (values: readonly number[]) => [median(values).toFixed(1), Math.max(...values).toFixed(1)];

function searchTable(store: Store, title: string, farSeq: number): void {
  const measured = SEARCHES.flatMap(([what, q]) =>
    [null, String(farSeq)].map((before) => {
      const { values, last } = times(() => store.searchHistory({ q, limit: LIMIT, before }));
      const { entries, next } = last as HistoryPage;
      const found = `${entries.length}${next !== null && entries.length < LIMIT ? ' so far' : ''}`;
      return [`${what}: \`${q}\``, before === null ? 'first' : 'far down', found, ...cells(values)];
    }),
  );
  console.log(`\n${title}\n\n${table(['search', 'page', 'rows', 'median ms', 'worst ms'], measured)}`);
}

function sizes(): string {
  const files = readdirSync(folder).filter((name) => name.includes('.db'));
  return files
    .map((name) => `${name} ${(statSync(join(folder, name)).size / 2 ** 20).toFixed(0)} MiB`)
    .join(', ');
}

function taskTable(store: Store): void {
  const tasks = taskRows(TASKS);
  const removed = tasks.map(({ id }) => id);
  const save: number[] = [];
  for (let i = 0; i < 3; i++) {
    save.push(...times(() => store.save({ tasks: taskRows(TASKS) }), 1).values);
    if (i < 2) store.save({ removed });
  }
  const load = times(() => store.load(), 5);
  const one = times(() => store.save({ tasks: tasks.slice(0, 1) }));
  const entry = historyRows(seeded(2), rows);
  let n = rows;
  const ended = times(() => store.save({ tasks: tasks.slice(0, 1), history: [entry(n++)] }));
  const same = times(() => store.duplicates({ path: entry(5).path, sourceKey: entry(7).url }));
  const measured = [
    [`save() of ${TASKS} new tasks`, ...cells(save)],
    [`load() of ${TASKS} tasks`, ...cells(load.values)],
    ['save() of one task', ...cells(one.values)],
    ['save() of one task and its ending', ...cells(ended.values)],
    ['duplicates()', ...cells(same.values)],
  ];
  store.save({ removed });
  console.log(`\n${table(['with that history', 'median ms', 'worst ms'], measured)}`);
}

function archiveTable(store: Store): void {
  const fifth = FIRST_MS + 146 * DAY_MS;
  const chunk = times(() => store.archive(fifth, 1000), 10);
  const started = performance.now();
  const rest = store.archive(fifth, rows);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const none = times(() => store.archive(fifth, 1000));
  console.log(
    `\n${table(
      ['archive()', 'median ms', 'worst ms'],
      [
        ['1,000 rows', ...cells(chunk.values)],
        ['nothing to move', ...cells(none.values)],
      ],
    )}\n\nthe other ${rest} rows of the oldest fifth took ${seconds} s`,
  );
}

await build();
const before = process.memoryUsage().rss;
const openedAt = performance.now();
const { store } = await openStore({ disk, folder });
console.log(`openStore: ${(performance.now() - openedAt).toFixed(1)} ms; ${sizes()}`);
searchTable(store, 'All in satchel.db', Math.floor(rows / 10));
taskTable(store);
console.log(
  `\nmemory since before opening: ${((process.memoryUsage().rss - before) / 2 ** 20).toFixed(0)} MiB`,
);
archiveTable(store);
searchTable(store, 'The oldest fifth in archive.db', Math.floor(rows / 10));
store.close();
console.log(`\nafter archiving: ${sizes()}`);
// What was archived cannot be archived again.
rmSync(join(folder, 'complete'));
