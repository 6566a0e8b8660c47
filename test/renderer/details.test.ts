import { describe, expect, test } from 'vitest';
import type { TaskState } from '../../main/contract/task.ts';
import { DetailsWatch } from '../../renderer/store/details-watch.ts';
import { frontsOf } from '../../renderer/store/fronts.ts';
import { canFinishWithout, canOpenPartial, legalForItem } from '../../renderer/store/items.ts';
import { SPEED_SECONDS, SpeedHistory } from '../../renderer/store/speed-history.ts';
import { cellsOf } from '../../renderer/view/details/cells.ts';
import { rowAfterKey } from '../../renderer/view/details/item-keys.ts';
import { figuresOf } from '../../renderer/view/details/speed-figures.ts';
import { totalsOf } from '../../renderer/view/details/totals.ts';
import { listTask } from './list-task.ts';

describe('the piece map', () => {
  test('tells what is there, in part, missing and being fetched', () => {
    expect(cellsOf(100, 10, [[0, 25]], [45])).toEqual([
      ...(['done', 'done', 'partly', 'empty', 'live'] as const),
      ...(['empty', 'empty', 'empty', 'empty', 'empty'] as const),
    ]);
  });

  test('a cell is done when all of its bytes are there, however many spans they came in', () => {
    expect(
      cellsOf(
        10,
        1,
        [
          [0, 3],
          [4, 10],
        ],
        [],
      ),
    ).toEqual(['partly']); // prettier-ignore
    expect(
      cellsOf(
        1_000_003,
        7,
        [
          [0, 500_000],
          [500_000, 1_000_003],
        ],
        [],
      ),
    ).toEqual(Array(7).fill('done')); // prettier-ignore
  });

  test('what is there stays there while it is fetched beside it', () => {
    expect(cellsOf(100, 2, [[0, 50]], [10, 100])).toEqual(['done', 'live']);
  });

  test('a cell is a byte at least', () => {
    expect(cellsOf(3, 100, [[1, 2]], [])).toEqual(['empty', 'done', 'empty']);
    expect(cellsOf(0, 100, [], [])).toEqual([]);
  });
});

describe('where bytes have been added', () => {
  test('is the end of what has grown or is new', () => {
    expect(frontsOf([[0, 5]], [[0, 9]])).toEqual([9]);
    expect(
      frontsOf(
        [[0, 5]],
        [
          [0, 5],
          [7, 8],
        ],
      ),
    ).toEqual([8]); // prettier-ignore
    expect(
      frontsOf(
        [
          [0, 5],
          [7, 9],
          [20, 30],
        ],
        [
          [0, 9],
          [20, 30],
        ],
      ),
    ).toEqual([9]); // prettier-ignore
  });

  test('is nowhere when nothing has come, and when bytes have gone', () => {
    expect(
      frontsOf(
        [
          [0, 5],
          [7, 9],
        ],
        [
          [0, 5],
          [7, 9],
        ],
      ),
    ).toEqual([]); // prettier-ignore
    expect(
      frontsOf(
        [[0, 9]],
        [
          [0, 5],
          [7, 9],
        ],
      ),
    ).toEqual([]); // prettier-ignore
    expect(frontsOf([], [])).toEqual([]);
  });
});

describe('speeds', () => {
  test('are kept a second at a time, and what did not run then is empty', () => {
    const history = new SpeedHistory();
    history.take(100, [{ id: 'a', speed: 5 }]);
    history.take(101, [{ id: 'a', speed: 7 }]);
    history.take(102, [{ id: 'b', speed: 1 }]);
    history.take(103, [{ id: 'a', speed: 9 }]);
    expect(history.of('a')).toEqual([5, 7, null, 9]);
    expect(history.of('b')).toEqual([1, null]);
    expect(history.of('c')).toEqual([]);
  });

  test('a beat that came a little late leaves no gap, a window that slept does', () => {
    const history = new SpeedHistory();
    history.take(0, [{ id: 'a', speed: 5 }]);
    history.take(2, [{ id: 'a', speed: 7 }]);
    expect(history.of('a')).toEqual([5, 5, 7]);
    history.take(12, [{ id: 'a', speed: 8 }]);
    expect(history.of('a')).toEqual([5, 5, 7, ...Array(9).fill(null), 8]);
  });

  test('older than five minutes are forgotten, and so is a task that has not run since', () => {
    const history = new SpeedHistory();
    history.take(0, [{ id: 'a', speed: 5 }]);
    for (let second = 1; second < SPEED_SECONDS; second += 1)
      history.take(second, [{ id: 'b', speed: second }]);
    expect(history.of('a')).toHaveLength(SPEED_SECONDS);
    history.take(SPEED_SECONDS, [{ id: 'b', speed: 1 }]);
    expect(history.of('a')).toEqual([]);
    history.take(SPEED_SECONDS + 10_000, []);
    expect(history.of('b')).toEqual([]);
  });

  test('have figures and a round number above them', () => {
    expect(figuresOf([null, 1_000_000, 18_400_000])).toEqual({
      ...{ now: 18_400_000, most: 18_400_000, mean: 9_700_000, top: 20_000_000 },
    });
    expect(figuresOf([4_000_000, null])).toMatchObject({ now: null, most: 4_000_000, top: 5_000_000 });
    expect(figuresOf([0])).toMatchObject({ now: 0, mean: 0, top: 1000 });
  });
});

/** A watch over one task whose answers come when a test says so. */
function watch() {
  const at = {
    time: 0,
    seen: true,
    task: { state: 'running' as TaskState } as { state: TaskState } | undefined,
  };
  const asked: ((answered: boolean) => void)[] = [];
  const details = new DetailsWatch({
    ask: () => new Promise((resolve) => asked.push(resolve)),
    isSeen: () => at.seen,
    task: () => at.task,
    now: () => at.time,
  });
  /** A look, and its answer after so many ms. */
  const look = async (took = 10, answered = true) => {
    const before = asked.length;
    const done = details.look();
    const isAsked = asked.length > before;
    at.time += took;
    asked.at(-1)?.(answered);
    await done;
    at.time += 1000 - took;
    return isAsked;
  };
  return { at, asked, details, look };
}

describe('the details of a task', () => {
  test('are asked for each time while it runs', async () => {
    const { look } = watch();
    expect([await look(), await look(), await look()]).toEqual([true, true, true]);
  });

  test('are asked for once else, and again when something has changed', async () => {
    const { at, look } = watch();
    at.task = { state: 'paused' };
    expect([await look(), await look()]).toEqual([true, false]);
    at.task = { state: 'paused' };
    expect([await look(), await look()]).toEqual([true, false]);
  });

  test('are asked for again where nobody has answered', async () => {
    const { at, look } = watch();
    at.task = { state: 'failed' };
    expect([await look(10, false), await look(), await look()]).toEqual([true, true, false]);
  });

  test('are not asked for while nobody looks, or when it is gone', async () => {
    const { at, look } = watch();
    at.seen = false;
    expect(await look()).toBe(false);
    at.seen = true;
    at.task = undefined;
    expect(await look()).toBe(false);
  });

  test('are asked for one at a time, and more seldom where answers take long', async () => {
    const { at, asked, details, look } = watch();
    void details.look();
    void details.look();
    expect(asked).toHaveLength(1);
    at.time = 1000;
    asked[0]?.(true);
    await Promise.resolve();
    await Promise.resolve();
    at.time = 9000;
    expect(await look()).toBe(false);
    expect(await look()).toBe(true);
  });
});

describe('a package', () => {
  const task = listTask('p', 0, { kind: 'package', state: 'failed' });
  const [item] = task.items;
  if (item === undefined) throw new Error('a task without items');
  const done = { ...item, id: 'd', state: 'done' as const };
  const failed = { ...item, id: 'f', state: 'failed' as const };
  const local = { ...item, id: 'l', state: 'waiting' as const, url: null, path: '/x' };

  test('lets be done with its items what the engine allows', () => {
    const whole = { ...task, items: [done, failed, local] };
    expect(legalForItem(whole, failed)).toEqual([
      'retry',
      'restart',
      'rename',
      'newLink',
      'newFile',
      'remove',
    ]);
    expect(legalForItem(whole, done)).toEqual(['rename', 'remove']);
    expect(legalForItem(whole, local)).toEqual(['rename', 'newLink', 'newFile', 'remove']);
    expect(legalForItem({ ...task, items: [failed] }, failed)).not.toContain('remove');
    expect(legalForItem({ ...whole, state: 'done' }, failed)).toEqual([]);
    expect(legalForItem({ ...whole, state: 'running', phase: 'packing' }, failed)).toEqual([]);
    expect(legalForItem({ ...whole, kind: 'file' }, failed)).toEqual([]);
  });

  test('can be finished without what failed, as long as something is left', () => {
    expect(canFinishWithout({ ...task, items: [done, failed] })).toBe(true);
    expect(canFinishWithout({ ...task, items: [failed, { ...failed, leftOut: true }] })).toBe(false);
    expect(canFinishWithout({ ...task, items: [done] })).toBe(false);
  });

  test('can be opened before it is done, once something of it is whole', () => {
    expect(canOpenPartial({ ...task, items: [done, failed] })).toBe(true);
    expect(canOpenPartial({ ...task, items: [failed] })).toBe(false);
    expect(canOpenPartial({ ...task, state: 'done', items: [done] })).toBe(false);
  });
});

test('several tasks together', () => {
  const totals = totalsOf([
    listTask('a', 0, { state: 'running', received: 50, total: 100, speed: 7 }),
    listTask('b', 1, { state: 'done', received: 100, total: 100, speed: 9 }),
    listTask('c', 2, { state: 'waiting', received: 1, total: null }),
  ]);
  expect(totals).toEqual({
    byState: { running: 1, done: 1, waiting: 1, paused: 0, failed: 0 },
    ...{ received: '151 B', total: '201 B', isWhole: false, speed: 7 },
  });
});

test('keys go from item to item, and no further than there are any', () => {
  expect(rowAfterKey('ArrowDown', -1, 5, 3)).toBe(0);
  expect(rowAfterKey('ArrowDown', 4, 5, 3)).toBe(4);
  expect(rowAfterKey('ArrowUp', 0, 5, 3)).toBe(0);
  expect(rowAfterKey('PageDown', 1, 50_000, 3)).toBe(4);
  expect(rowAfterKey('PageUp', 1, 50_000, 3)).toBe(0);
  expect(rowAfterKey('End', 1, 50_000, 3)).toBe(49_999);
  expect(rowAfterKey('Home', 9, 50_000, 3)).toBe(0);
  expect(rowAfterKey('ArrowDown', -1, 0, 3)).toBe(null);
  expect(rowAfterKey('a', 1, 5, 3)).toBe(null);
});
