import { describe, expect, test } from 'vitest';
import {
  folderRenamed,
  moved,
  renamed,
  sizeOf,
  type TrayEntry,
  withMore,
  without,
} from '../../renderer/store/tray-entries.ts';
import { inTreeOrder, treeRows } from '../../renderer/view/tray/tree.ts';

function entry(name: string, size: number | null = 1): TrayEntry {
  return {
    key: `k:${name}`,
    name,
    size,
    sent: null,
    source: { kind: 'link', url: `https://a.example/${name}` },
  };
}

const names = (entries: readonly TrayEntry[]) => entries.map(({ name }) => name);

describe('the entries of the tray', () => {
  test('a name that is taken gets a number, compared as unpackers compare', () => {
    const all = withMore(
      [entry('a.bin')],
      [
        { ...entry('A.BIN'), key: '2' },
        { ...entry('é/a.bin'), key: '3' },
      ],
    );
    const more = withMore(all, [
      { ...entry('e\u0301/a.bin'), key: '4', source: { kind: 'file', path: '/x' } },
      { ...entry('a.bin'), key: '5', source: { kind: 'file', path: '/y' } },
    ]);
    expect(names(more)).toEqual(['a.bin', 'A (1).BIN', 'é/a.bin', 'e\u0301/a (1).bin', 'a (2).bin']);
  });

  test('what comes from the same place comes once', () => {
    const first = withMore([], [entry('a'), entry('b')]);
    expect(withMore(first, [entry('a'), entry('c')])).toHaveLength(3);
  });

  test('a new name may lead into a folder, and never out of the ZIP', () => {
    const all = [entry('a.bin'), entry('b.bin')];
    expect(names(renamed(all, 'k:a.bin', ' x / ../y.bin'))).toEqual(['x/y.bin', 'b.bin']);
    expect(names(renamed(all, 'k:a.bin', 'B.bin'))).toEqual(['B (1).bin', 'b.bin']);
    expect(renamed(all, 'k:a.bin', ' / .. ')).toBe(all);
  });

  test('a folder takes all that is in it along', () => {
    const all = [entry('p/a'), entry('p/q/b'), entry('pq/c')];
    expect(names(folderRenamed(all, 'p', 'r/s'))).toEqual(['r/s/a', 'r/s/q/b', 'pq/c']);
    expect(folderRenamed(all, 'p', '')).toBe(all);
  });

  test('several are moved together, in their order', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) => entry(name));
    const chosen = new Map([
      ['k:d', 'd'],
      ['k:b', 'b'],
    ]);
    expect(names(moved(all, { names: chosen, before: 'k:a', folder: '' }))).toEqual(['b', 'd', 'a', 'c']);
    expect(names(moved(all, { names: chosen, before: 'k:b', folder: '' }))).toEqual(['a', 'b', 'd', 'c']);
    expect(names(moved(all, { names: chosen, before: null, folder: 'f' }))).toEqual(['a', 'c', 'f/b', 'f/d']);
  });

  test('sizes are added up as far as they are known', () => {
    const all = [entry('a', 5), entry('b', null), entry('c', 7)];
    expect(sizeOf(all)).toEqual({ bytes: 12, unknown: 1 });
    expect(sizeOf(without(all, new Set(['k:b'])))).toEqual({ bytes: 12, unknown: 0 });
  });
});

describe('the tree', () => {
  const all = [entry('a', 1), entry('p/b', 2), entry('c', 3), entry('p/q/d', null), entry('p/e', 4)];

  test('a folder stands where the first thing in it does, and says what is in it', () => {
    const rows = treeRows(all, new Set());
    expect(rows.map(({ depth, label }) => [depth, label])).toEqual([
      [0, 'a'],
      [0, 'p'],
      [1, 'b'],
      [1, 'q'],
      [2, 'd'],
      [1, 'e'],
      [0, 'c'],
    ]);
    expect(rows[1]).toMatchObject({
      kind: 'folder',
      path: 'p',
      size: 6,
      partly: true,
      place: 2,
      siblings: 3,
    });
    expect(names(inTreeOrder(all))).toEqual(['a', 'p/b', 'p/q/d', 'p/e', 'c']);
  });

  test('a folder that is folded up shows nothing of it', () => {
    expect(treeRows(all, new Set(['p'])).map(({ label }) => label)).toEqual(['a', 'p', 'c']);
    expect(treeRows(all, new Set(['p/q'])).map(({ label }) => label)).toEqual(['a', 'p', 'b', 'q', 'e', 'c']);
  });
});
