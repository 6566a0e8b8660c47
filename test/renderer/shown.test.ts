import { beforeEach, expect, test } from 'vitest';
import type { TaskState } from '../../main/contract/task.ts';
import { countsOf, shownLists, turnsOf, type Wanted } from '../../renderer/store/shown.ts';
import { takeMessage, useTasks } from '../../renderer/store/tasks.ts';
import { listTask } from './list-task.ts';

const ALL: Wanted = { filter: { by: 'all' }, search: '', sort: 'list', descending: false };
const list = () => useTasks.getState();

const TASKS = [
  listTask('a', 0, {
    name: 'Backup-10.7z',
    total: 300,
    category: 'Archives',
    createdAt: '2026-11-03T00:00:00Z',
  }),
  listTask('b', 1, { name: 'backup-9.7z', total: 100, state: 'running', received: 40, category: 'Archives' }),
  listTask('c', 2, { name: '会议记录.docx', total: null, state: 'paused', category: 'Documents' }),
  listTask('d', 3, { name: 'sounds.zip', kind: 'package', total: 200, state: 'done', received: 200 }),
  listTask('e', 4, { name: 'lost.pdf', total: 50, state: 'failed', received: 40, category: 'Documents' }),
];

let shown = shownLists();
const ids = (wanted: Partial<Wanted> = {}, second = 0) =>
  shown(list(), { ...ALL, ...wanted }, second).join('');

beforeEach(() => {
  shown = shownLists();
  takeMessage({ type: 'snapshot', seq: 1, tasks: TASKS });
});

test.each<[string, Partial<Wanted>, string]>([
  ['all', {}, 'abcde'],
  ['a state', { filter: { by: 'state', state: 'paused' } }, 'c'],
  ['packages', { filter: { by: 'packages' } }, 'd'],
  ['a category', { filter: { by: 'category', name: 'Documents' } }, 'ce'],
  ['a category that nothing is in', { filter: { by: 'category', name: 'Video' } }, ''],
])('a list shows %s', (_, wanted, expected) => {
  expect(ids(wanted)).toBe(expected);
});

test.each<[string, Partial<Wanted>, string]>([
  ['whatever the case', { search: 'BACKUP' }, 'ab'],
  ['each word somewhere', { search: 'backup  10' }, 'a'],
  ['in the address too', { search: '//D.example.org' }, 'd'],
  ['without spaces between words', { search: '记录' }, 'c'],
  ['in full width', { search: 'ｌｏｓｔ' }, 'e'],
  ['within a list', { search: 'backup', filter: { by: 'state', state: 'running' } }, 'b'],
  ['nothing that matches', { search: 'nobody' }, ''],
])('a search finds %s', (_, wanted, expected) => {
  expect(ids(wanted)).toBe(expected);
});

test('a search finds what an address hides behind percent signs', () => {
  takeMessage({
    type: 'snapshot',
    seq: 1,
    tasks: [
      listTask('x', 0, {}, 'https://example.org/%E4%BC%9A%E8%AE%AE/plain'),
      listTask('y', 1, {}, 'https://example.org/%E4%broken'),
    ],
  });
  expect(ids({ search: '会议' })).toBe('x');
  expect(ids({ search: '%e4%bc' })).toBe('x');
  expect(ids({ search: 'broken' })).toBe('y');
});

test.each<[Wanted['sort'], string]>([
  ['list', 'abcde'],
  // Numbers by their value, and letters whatever their case.
  ['name', 'baedc'],
  ['size', 'cebda'],
  // Unknown, nothing, 40 of 100, 40 of 50, all.
  ['progress', 'cabed'],
  ['state', 'baced'],
])('sorted by %s', (sort, expected) => {
  expect(ids({ sort })).toBe(expected);
  expect(ids({ sort, descending: true })).toBe([...expected].reverse().join(''));
});

test('what was added first is first, whatever its place', () => {
  expect(ids({ sort: 'added' })).toBe('bcdea');
});

test('the same list is the same array, so that nothing is drawn anew', () => {
  const first = shown(list(), ALL, 0);
  expect(shown(list(), ALL, 0)).toBe(first);
  expect(shown(list(), { ...ALL, search: 'zip' }, 0)).not.toBe(first);
});

test('what is sorted by progress stands still within a second', () => {
  expect(ids({ sort: 'progress' }, 0)).toBe('cabed');
  const row = {
    taskId: 'b',
    status: 'running' as TaskState,
    progress: 99,
    received: 99,
    total: 100,
    speed: 1,
  };
  const rest = { etaSeconds: null, connections: 1, retryAt: null, error: null };
  takeMessage({ type: 'progress', seq: 2, at: '', tasks: [{ ...row, ...rest }] });
  expect(ids({ sort: 'progress' }, 0)).toBe('cabed');
  expect(ids({ sort: 'progress' }, 1)).toBe('caebd');
});

test('sorted lists follow what comes, goes and changes', () => {
  expect(ids({ sort: 'name' })).toBe('baedc');
  takeMessage({
    type: 'snapshot',
    seq: 1,
    tasks: [TASKS[0], listTask('f', 1, { name: 'aaa' }), listTask('b', 2, { name: 'zzz' })].flatMap(
      (task) => task ?? [],
    ),
  });
  expect(ids({ sort: 'name' })).toBe('fab');
});

test('each list of the sidebar is counted', () => {
  const { all, byState, packages, byCategory } = countsOf(list());
  expect({ all, packages }).toEqual({ all: 5, packages: 1 });
  expect(byState).toEqual({ waiting: 1, running: 1, paused: 1, done: 1, failed: 1 });
  expect([...byCategory]).toEqual([
    ['Archives', 2],
    ['Documents', 2],
  ]);
});

test('of those that wait the highest priority is next, then the order of the list decides', () => {
  takeMessage({
    type: 'snapshot',
    seq: 1,
    tasks: [
      listTask('a', 0),
      listTask('b', 1, { state: 'paused' }),
      listTask('c', 2),
      listTask('d', 3, { priority: 5 }),
    ],
  });
  expect([...turnsOf(list())]).toEqual([
    ['d', 0],
    ['a', 1],
    ['c', 2],
  ]);
});

/** Of the processor's time, the best of some runs: what the work takes, not what else the machine did. */
function bestMs(work: (run: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 10; run += 1) {
    const began = process.cpuUsage();
    work(run);
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

test('ten thousand tasks are filtered, searched and sorted again within a frame', () => {
  const many = Array.from({ length: 10_000 }, (_, at) =>
    listTask(`t${at}`, at, { name: `${at % 3 ? 'Backup' : '会议'}-${(at * 7919) % 10_007}.7z` }),
  );
  takeMessage({ type: 'snapshot', seq: 1, tasks: many });
  expect(shown(list(), { ...ALL, sort: 'name' }, 0)).toHaveLength(10_000);
  expect(bestMs(() => shown(list(), { ...ALL, sort: 'name' }, 0))).toBeLessThan(16);
  expect(bestMs((run) => shown(list(), { ...ALL, search: `会议 ${run}` }, 0))).toBeLessThan(16);
  expect(bestMs(() => countsOf(list()))).toBeLessThan(16);
});
