import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Queue, type Queued } from '../../main/task/queue.ts';

let count = 0;
function task(rank: number, priority = 0): Queued {
  count += 1;
  return { id: `t${count}`, rank, priority };
}

function filled(size: number) {
  const queue = new Queue<Queued>();
  const tasks = Array.from({ length: size }, (_, n) => task(n + 1));
  for (const each of tasks) queue.add(each);
  return { queue, tasks };
}

const ids = (tasks: readonly Queued[]) => tasks.map(({ id }) => id);
const any = () => true;

describe('whose turn it is', () => {
  test('the first of those of the highest priority that wait and may run', () => {
    const { queue, tasks } = filled(4);
    const [a, b, c, d] = tasks as [Queued, Queued, Queued, Queued];
    for (const each of tasks) queue.setWaiting(each, true);
    expect(queue.next(any)).toBe(a);
    queue.setPriority(c, 5);
    queue.setPriority(d, 5);
    expect(queue.next(any)).toBe(c);
    expect(queue.next((each) => each !== c)).toBe(d);
    queue.setWaiting(c, false);
    queue.setWaiting(d, false);
    queue.move(b, 0);
    expect(queue.next(any)).toBe(b);
    expect(queue.next(() => false)).toBeNull();
  });

  test('a task that may not run keeps its turn, whoever stops waiting behind it', () => {
    const { queue, tasks } = filled(3);
    const [a, b, c] = tasks as [Queued, Queued, Queued];
    for (const each of tasks) queue.setWaiting(each, true);
    expect(queue.next((each) => each === c)).toBe(c);
    queue.setWaiting(b, false);
    expect(queue.next((each) => each === c)).toBe(c);
    expect(queue.next(any)).toBe(a);
  });

  test('a task that waits again has its place again', () => {
    const { queue, tasks } = filled(3);
    const [a, b] = tasks as [Queued, Queued, Queued];
    for (const each of tasks) queue.setWaiting(each, true);
    queue.setWaiting(a, false);
    expect(queue.next(any)).toBe(b);
    queue.setWaiting(a, true);
    expect(queue.next(any)).toBe(a);
  });

  test('a task that is gone is nobody’s turn, even when it is said to wait afterwards', () => {
    const { queue, tasks } = filled(1);
    const [a] = tasks as [Queued];
    queue.setWaiting(a, true);
    queue.remove(a);
    queue.setWaiting(a, true);
    expect(queue.next(any)).toBeNull();
    expect(queue.anyWaiting).toBe(false);
  });
});

describe('places', () => {
  test('beyond the end is the end; below the beginning is refused', () => {
    const { queue, tasks } = filled(3);
    const [a, b, c] = tasks as [Queued, Queued, Queued];
    queue.move(a, 99);
    expect(queue.list()).toEqual([b, c, a]);
    expect(() => queue.move(a, -1)).toThrow(expect.objectContaining({ code: 'bad-input' }));
    expect(queue.list()).toEqual([b, c, a]);
  });

  test('a move between two neighbours again and again keeps the order, and touches the others rarely', () => {
    const { queue, tasks } = filled(50);
    let touched = 0;
    let most = 0;
    for (let n = 0; n < 10_000; n++) {
      // Always into the gap that was just made smaller.
      const moved = tasks[2 + (n % 48)] as Queued;
      const wanted = ids(queue.list().filter((each) => each !== moved));
      wanted.splice(1, 0, moved.id);
      const changed = queue.move(moved, 1);
      touched += changed.length;
      most = Math.max(most, changed.length);
      expect(changed).toContain(moved);
      if (n % 100 === 0) expect(ids(queue.list())).toEqual(wanted);
    }
    const ranks = queue.list().map(({ rank }) => rank);
    expect(ranks).toEqual([...new Set(ranks)].toSorted((a, b) => a - b));
    // That they were ever spread out anew shows that the gap did run out.
    expect(most).toBe(50);
    expect(touched).toBeLessThan(50_000);
  });

  test('ranks alone give the same order to a list that is made anew', () => {
    const { queue, tasks } = filled(30);
    for (let n = 0; n < 3000; n++) queue.move(tasks[(n * 7) % 30] as Queued, (n * 11) % 31);
    const again = new Queue<Queued>();
    for (const { id, rank, priority } of tasks) again.add({ id, rank, priority });
    expect(ids(again.list())).toEqual(ids(queue.list()));
  });
});

/** The same as a plain array, without any thought of speed. */
class Naive {
  readonly list: Queued[] = [];
  readonly waiting = new Set<Queued>();

  next(mayRun: (task: Queued) => boolean): Queued | null {
    const able = this.list.filter((each) => this.waiting.has(each) && mayRun(each));
    const highest = Math.max(...able.map(({ priority }) => priority));
    return able.find(({ priority }) => priority === highest) ?? null;
  }
}

const step = fc.record({
  what: fc.constantFrom('add', 'add', 'remove', 'move', 'priority', 'wait', 'wait', 'unwait', 'next', 'next'),
  which: fc.nat(1000),
  to: fc.nat(30),
  priority: fc.integer({ min: -2, max: 2 }),
  waits: fc.boolean(),
  unable: fc.nat(7),
});

function applied(
  queue: Queue<Queued>,
  naive: Naive,
  one: typeof step extends fc.Arbitrary<infer T> ? T : never,
) {
  const { what, which, to, priority, waits, unable } = one;
  const picked = naive.list[which % Math.max(1, naive.list.length)];
  if (what === 'add') {
    const made = task(queue.lastRank, priority);
    queue.add(made);
    naive.list.push(made);
    queue.setWaiting(made, waits);
    if (waits) naive.waiting.add(made);
    return;
  }
  if (what === 'next') {
    const mayRun = ({ id }: Queued) => Number(id.slice(1)) % 8 !== unable;
    const turn = queue.next(mayRun);
    expect(turn).toBe(naive.next(mayRun));
    // As the manager does with it.
    if (turn && waits) {
      queue.setWaiting(turn, false);
      naive.waiting.delete(turn);
    }
    return;
  }
  if (!picked) return;
  if (what === 'remove') {
    queue.remove(picked);
    naive.list.splice(naive.list.indexOf(picked), 1);
    naive.waiting.delete(picked);
  } else if (what === 'move') {
    queue.move(picked, to);
    naive.list.splice(naive.list.indexOf(picked), 1);
    naive.list.splice(to, 0, picked);
  } else if (what === 'priority') {
    queue.setPriority(picked, priority);
  } else {
    queue.setWaiting(picked, what === 'wait');
    if (what === 'wait') naive.waiting.add(picked);
    else naive.waiting.delete(picked);
  }
}

test('is as a plain list would be, whatever is done to it', () => {
  const property = fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
    const queue = new Queue<Queued>();
    const naive = new Naive();
    for (const one of steps) {
      applied(queue, naive, one);
      expect(ids(queue.list())).toEqual(ids(naive.list));
      expect(naive.list.map((each) => queue.position(each))).toEqual(naive.list.map((_, n) => n));
      expect(queue.anyWaiting).toBe(naive.waiting.size > 0);
      expect(queue.size).toBe(naive.list.length);
    }
    expect(queue.next(any)).toBe(naive.next(any));
  });
  fc.assert(property, { numRuns: 400 });
});

test('ten thousand are added, made to wait and taken one by one in well under a second', () => {
  const queue = new Queue<Queued>();
  const began = performance.now();
  for (let n = 0; n < 10_000; n++) {
    const made = task(queue.lastRank);
    queue.add(made);
    queue.setWaiting(made, true);
    // As whoever looks for something to run after each of them.
    queue.next(any);
  }
  let taken = 0;
  for (let turn = queue.next(any); turn; turn = queue.next(any)) {
    queue.setWaiting(turn, false);
    taken += 1;
  }
  expect(taken).toBe(10_000);
  // A list sorted anew for each of them takes minutes.
  expect(performance.now() - began).toBeLessThan(2000);
});
