import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { TaskState } from '../../main/contract/task.ts';
import { searchTextOf, wordsOf } from './search-text.ts';
import { type TasksState, type TaskView, useTasks } from './tasks.ts';
import { type Filter, type Sort, useView, type ViewState } from './view.ts';

const RESORT_MS = 1000;

export type Wanted = Pick<ViewState, 'filter' | 'search' | 'sort' | 'descending'>;
type List = Pick<TasksState, 'byId' | 'order'>;

export interface Counts {
  readonly all: number;
  readonly byState: Readonly<Record<TaskState, number>>;
  readonly packages: number;
  readonly byCategory: ReadonlyMap<string, number>;
}

/** The ids of the tasks that the list shows, in the order that it shows them. */
export function useShown(): readonly string[] {
  const structure = useTasks((state) => state.structure);
  // Deferred: the menu or the field that it was chosen in answers first, however many tasks there are.
  const wanted = useDeferredValue(
    useView(
      useShallow(({ filter, search, sort, descending }): Wanted => ({ filter, search, sort, descending })),
    ),
  );
  const seconds = useSeconds(wanted.sort === 'progress');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tasks are changed in place; these numbers tell.
  return useMemo(() => shown(useTasks.getState(), wanted, seconds), [structure, wanted, seconds]);
}

/** The same at this moment, for whoever draws nothing. */
export function shownNow(): readonly string[] {
  return shown(useTasks.getState(), useView.getState(), seconds);
}

/** How many tasks each list of the sidebar has. */
export function useCounts(): Counts {
  return useTasks(counted);
}

/** How many tasks are to run before this one; null where it does not wait. */
export function useAhead(id: string): number | null {
  return useTasks((state) => turns(state).get(id) ?? null);
}

let seconds = 0;

/** Another number every second, for what is sorted by a value that never stands still. */
function useSeconds(isLive: boolean): number {
  const [beat, setBeat] = useState(seconds);
  useEffect(() => {
    if (!isLive) return;
    const timer = setInterval(() => {
      seconds += 1;
      setBeat(seconds);
    }, RESORT_MS);
    return () => clearInterval(timer);
  }, [isLive]);
  return beat;
}

/**
 * Makes a function that gives the same array again as long as the same is to be seen, and sorts from where it was. What
 * is sorted by progress stands still within a second.
 */
export function shownLists(): (list: List, wanted: Wanted, second: number) => readonly string[] {
  let sorted: { readonly sort: Sort; readonly ids: readonly string[] } = { sort: 'list', ids: [] };
  let last: readonly string[] = [];
  let still = { second: 0, shares: new Map<string, number>() };
  return (list, wanted, second) => {
    const { sort } = wanted;
    if (still.second !== second || sorted.sort !== sort) still = { second, shares: new Map() };
    if (sort === 'list') sorted = { sort, ids: [] };
    else {
      const before = sorted.sort === sort ? sorted.ids : [];
      sorted = { sort, ids: sortedIds(list, comparing(sort, still.shares), before) };
    }
    const ids = fitting(list.byId, sort === 'list' ? list.order : sorted.ids, wanted);
    if (wanted.descending) ids.reverse();
    if (!sameIds(ids, last)) last = ids;
    return last;
  };
}

const shown = shownLists();
const counted = onceEachStructure(countsOf);
const turns = onceEachStructure(turnsOf);

/** What is made from the tasks is made once, however many ask for it. */
function onceEachStructure<T>(make: (state: TasksState) => T): (state: TasksState) => T {
  let made: { readonly structure: number; readonly value: T } | null = null;
  return (state) => {
    if (made?.structure !== state.structure) made = { structure: state.structure, value: make(state) };
    return made.value;
  };
}

export function countsOf({ byId }: Pick<TasksState, 'byId'>): Counts {
  const byState = { waiting: 0, running: 0, paused: 0, done: 0, failed: 0 };
  const byCategory = new Map<string, number>();
  let packages = 0;
  for (const { state, kind, category } of byId.values()) {
    byState[state] += 1;
    if (kind === 'package') packages += 1;
    if (category !== null) byCategory.set(category, (byCategory.get(category) ?? 0) + 1);
  }
  return { all: byId.size, byState, packages, byCategory };
}

/** How many go before each of those that wait: the highest priority is first, then the order of the list decides. */
export function turnsOf({ byId, order }: List): ReadonlyMap<string, number> {
  const waiting: TaskView[] = [];
  for (const id of order) {
    const task = byId.get(id);
    if (task?.state === 'waiting') waiting.push(task);
  }
  waiting.sort((a, b) => b.priority - a.priority);
  return new Map(waiting.map(({ id }, index) => [id, index]));
}

function fitting(byId: List['byId'], ids: readonly string[], { filter, search }: Wanted): string[] {
  const words = wordsOf(search);
  if (filter.by === 'all' && words.length === 0) return [...ids];
  return ids.filter((id) => {
    const task = byId.get(id);
    if (task === undefined || !passes(task, filter)) return false;
    if (words.length === 0) return true;
    const text = searchTextOf(task);
    return words.every((word) => text.includes(word));
  });
}

function passes(task: TaskView, filter: Filter): boolean {
  switch (filter.by) {
    case 'all':
      return true;
    case 'state':
      return task.state === filter.state;
    case 'packages':
      return task.kind === 'package';
    case 'category':
      return task.category === filter.name;
  }
}

/** What is being done comes first, what is over last. */
const STATES: Readonly<Record<TaskState, number>> = { running: 0, waiting: 1, paused: 2, failed: 3, done: 4 };
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

type Compare = (a: TaskView, b: TaskView) => number;

/** `shares` are the ones that the tasks had when they were looked at first. */
function comparing(sort: Exclude<Sort, 'list'>, shares: Map<string, number>): Compare {
  switch (sort) {
    case 'name':
      return (a, b) => names.compare(a.name, b.name);
    case 'size':
      return (a, b) => (a.total ?? -1) - (b.total ?? -1);
    case 'progress': {
      const share = (task: TaskView) => {
        const known = shares.get(task.id) ?? shareOf(task);
        shares.set(task.id, known);
        return known;
      };
      return (a, b) => share(a) - share(b);
    }
    case 'state':
      return (a, b) => STATES[a.state] - STATES[b.state];
    case 'added':
      return (a, b) => compareText(a.createdAt, b.createdAt);
  }
}

/** All of them, sorted. Ten thousand names take 30 ms to sort at first, and two where they were nearly sorted `before`. */
function sortedIds({ byId, order }: List, compare: Compare, before: readonly string[]): readonly string[] {
  const tasks: TaskView[] = [];
  const take = (id: string) => {
    const task = byId.get(id);
    if (task !== undefined) tasks.push(task);
  };
  for (const id of before) take(id);
  if (tasks.length < byId.size) {
    const known = new Set(before);
    for (const id of order) if (!known.has(id)) take(id);
  }
  tasks.sort((a, b) => compare(a, b) || compareText(a.id, b.id));
  return tasks.map(({ id }) => id);
}

/** Of the whole, from 0 to 1; -1 where nobody knows how much it will be. */
function shareOf({ received, total, state }: TaskView): number {
  if (state === 'done') return 1;
  return total === null || total === 0 ? -1 : received / total;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
