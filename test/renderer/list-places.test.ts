import { beforeEach, describe, expect, test } from 'vitest';
import { sharesOf } from '../../renderer/store/pieces.ts';
import { useSelection } from '../../renderer/store/selection.ts';
import { takeMessage } from '../../renderer/store/tasks.ts';
import { keepPlace, neighbourOf } from '../../renderer/view/list/keep-place.ts';
import { anchorOf, placeBefore, placeBeside } from '../../renderer/view/list/places.ts';
import { addressesOf, sourcesOf } from '../../renderer/view/list/sources.ts';
import { nextNamed } from '../../renderer/view/list/type-ahead.ts';
import { listTask } from './list-task.ts';

const list = (text: string) => [...text];

describe('the place of the keyboard', () => {
  test.each([
    ['stays where its row stays', 'b', 'abc', 'cab', 'b'],
    ['goes to the row behind', 'b', 'abcd', 'acd', 'c'],
    ['goes past others that have gone too', 'b', 'abcd', 'ad', 'd'],
    ['goes to the row before where there is none behind', 'd', 'abcd', 'abc', 'c'],
    ['begins anew in another list', 'b', 'abc', 'xyz', 'x'],
    ['is nowhere in an empty list', 'b', 'abc', '', null],
  ])('%s', (_, id, before, now, expected) => {
    expect(neighbourOf(id, list(before), list(now))).toBe(expected);
  });

  test('nothing is selected that is not to be seen', () => {
    useSelection.setState({ ids: new Set('bc'), current: 'b', anchor: 'b' });
    keepPlace(list('abcd'), list('acd'));
    expect(useSelection.getState()).toEqual({ ids: new Set('c'), current: 'c', anchor: 'c' });
  });

  test('where nothing has gone, nothing changes', () => {
    useSelection.setState({ ids: new Set('b'), current: 'b', anchor: 'b' });
    const before = useSelection.getState();
    keepPlace(list('abc'), list('cbax'));
    expect(useSelection.getState()).toBe(before);
  });
});

describe('a move', () => {
  test.each([
    ['up', 'abcd', 'c', -1, 1],
    ['down', 'abcd', 'b', 1, 3],
    ['down to the end', 'abcd', 'c', 1, 4],
    ['of several up', 'abcd', 'cd', -1, 1],
    ['of several down, past the lowest', 'abcde', 'bd', 1, 5],
    ['up from the top', 'abcd', 'a', -1, null],
    ['down from the bottom', 'abcd', 'd', 1, null],
    ['of nothing', 'abcd', '', 1, null],
  ] as const)('%s', (_, shown, ids, step, expected) => {
    expect(placeBeside(list(shown), list(ids), step)).toBe(expected);
  });

  /** Every step of it, as the engine would do it. */
  function moved(order: string, shown: string, ids: string, row: number): string {
    const anchor = anchorOf(list(order), list(shown), row, new Set(ids));
    let now = list(order);
    for (const id of ids) {
      const place = placeBefore(now, id, anchor);
      now = now.filter((each) => each !== id);
      now.splice(place, 0, id);
    }
    return now.join('');
  }

  test.each([
    ['down', 'abcde', 'abcde', 'b', 4, 'acdbe'],
    ['up', 'abcde', 'abcde', 'd', 1, 'adbce'],
    ['to the end', 'abcde', 'abcde', 'b', 5, 'acdeb'],
    ['of several that are apart', 'abcde', 'abcde', 'bd', 1, 'abdce'],
    ['of several onto themselves', 'abcde', 'abcde', 'bc', 2, 'abcde'],
    ['among those that are shown', 'axbyc', 'abc', 'c', 1, 'axcby'],
    ['behind the last that is shown', 'axbyc', 'ab', 'a', 2, 'xbayc'],
  ])('%s', (_, order, shown, ids, row, expected) => {
    expect(moved(order, shown, ids, row)).toBe(expected);
  });
});

describe('letters that are typed', () => {
  const shown = list('abcd');

  beforeEach(() => {
    const names = ['Apple.zip', 'banana.zip', 'Blue.zip', 'cherry.zip'];
    const tasks = names.map((name, at) => listTask(shown[at] ?? '', at, { name }));
    takeMessage({ type: 'snapshot', seq: 1, tasks });
  });

  test.each([
    ['b', null, 0, 'b'],
    ['b', 'b', 1, 'c'],
    ['b', 'c', 1, 'b'],
    ['bl', 'b', 0, 'c'],
    ['ap', 'd', 0, 'a'],
    ['x', 'a', 1, null],
  ] as const)('%s from %s on', (typed, from, skip, expected) => {
    expect(nextNamed(typed, shown, from, skip)).toBe(expected);
  });
});

test('the hosts of a package, the one that most comes from first', () => {
  const item = listTask('a', 0).items[0];
  if (item === undefined) throw new Error('a task has an item');
  const urls = ['https://a.org/1', 'https://b.org/1', 'https://b.org/2', 'https://c.org:8443/1', null];
  const task = listTask('p', 0, {
    items: urls.map((url, at) => ({ ...item, id: `${at}`, url, path: url ? null : '/f' })),
  });
  expect(sourcesOf(task)).toEqual({ host: 'b.org', others: 2 });
  expect(addressesOf([task]).split('\n')).toEqual([...urls.slice(0, 4), '/f']);
  expect(sourcesOf(listTask('l', 0, { items: [{ ...item, url: null, path: '/f' }] })).host).toBeNull();
});

test('pieces are shares of the whole, and unknown where nobody knows how much that is', () => {
  const spans: [number, number][] = [
    [0, 25],
    [50, 75],
  ];
  expect(sharesOf({ taskId: 'a', length: 100, spans })).toEqual([
    [0, 0.25],
    [0.5, 0.75],
  ]);
  expect(sharesOf({ taskId: 'a', length: null, spans })).toBeNull();
  expect(sharesOf({ taskId: 'a', length: 0, spans: [] })).toBeNull();
});
