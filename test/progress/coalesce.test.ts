import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EventMessage, type EventType, Message, type ProgressRow } from '../../main/contract/events.ts';
import type { Task } from '../../main/contract/task.ts';
import { Coalescer, percent } from '../../main/progress/coalesce.ts';
import { type EventPayload, eventMessage } from '../../main/progress/envelope.ts';
import { Listener } from '../../main/progress/listener.ts';
import { task } from '../doors/messages.ts';
import { FakeClock } from '../kit/fake-clock.ts';

const row = (taskId: string, received: number, more: Partial<ProgressRow> = {}): ProgressRow => ({
  taskId,
  status: 'running',
  progress: percent(received, 1000, false),
  received,
  total: 1000,
  speed: 10,
  etaSeconds: 5,
  connections: 2,
  retryAt: null,
  error: null,
  ...more,
});

const event = (type: EventType, payload: EventPayload) => eventMessage(new FakeClock(), type, payload);

function listener(tasks: () => Task[] = () => [task('A')]) {
  const clock = new FakeClock();
  const gate = { open: true };
  const sent: Message[] = [];
  const numbers: number[] = [];
  const send = (message: Message, number: number) => {
    sent.push(structuredClone(message));
    numbers.push(number);
  };
  const shared = new Coalescer(clock, (told) => {
    for (const each of listeners) each.take(told);
  });
  const join = (to = send) =>
    new Listener({ send: to, snapshot: tasks, mark: () => shared.mark, ready: () => gate.open });
  const own = join();
  const listeners = [own];
  const coalescer = {
    row: (row: ProgressRow) => shared.row(row),
    event: (message: EventMessage, row?: ProgressRow) => shared.event(message, row),
    flush: () => shared.flush(),
    start: () => own.start(),
    drained: () => own.drained(),
    close: () => {
      shared.close();
      own.close();
    },
  };
  return {
    clock,
    gate,
    sent,
    numbers,
    shared,
    listeners,
    join,
    coalescer,
    take: () => brief(sent.splice(0)),
  };
}

/** `p A=300 B=20`, `task.done A`, `snapshot A`. */
function brief(messages: readonly Message[]): string[] {
  return messages.map((message) => {
    if (message.type === 'event') return `${message.event_type} ${message.payload.taskId}`;
    if (message.type === 'snapshot') return `snapshot ${message.tasks.map(({ id }) => id).join(' ')}`;
    return `p ${message.tasks.map(({ taskId, received }) => `${taskId}=${received}`).join(' ')}`;
  });
}

describe('rows', () => {
  test('go out in one message 100 ms after the first, the newest of each task', async () => {
    const { clock, coalescer, take } = listener();
    coalescer.row(row('A', 1));
    coalescer.row(row('B', 1));
    await clock.advance(60);
    coalescer.row(row('A', 2));
    await clock.advance(39);
    expect(take()).toEqual([]);
    await clock.advance(1);
    expect(take()).toEqual(['p A=2 B=1']);
    await clock.advance(1000);
    expect(take()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('that did not change are not sent again; one that changed and changed back neither', async () => {
    const { clock, coalescer, take } = listener();
    coalescer.row(row('A', 1));
    await clock.advance(100);
    expect(take()).toEqual(['p A=1']);
    coalescer.row(row('A', 1));
    coalescer.row(row('B', 1));
    coalescer.row(row('A', 2));
    coalescer.row(row('A', 1));
    await clock.advance(100);
    expect(take()).toEqual(['p B=1']);
  });

  test('of tasks that change all the time make ten messages a second', async () => {
    const { clock, coalescer, sent } = listener();
    for (let t = 0; t < 2000; t += 10) {
      coalescer.row(row('A', t));
      await clock.advance(10);
    }
    expect(sent.length).toBeGreaterThanOrEqual(18);
    expect(sent.length).toBeLessThanOrEqual(20);
  });
});

describe('events', () => {
  test('go out at once; an ending right after the last row of its own task, the others stay in the window', async () => {
    const { clock, coalescer, take } = listener();
    coalescer.row(row('B', 7));
    coalescer.row(row('A', 1));
    coalescer.event(event('task.done', { taskId: 'A' }), row('A', 1000, { status: 'done', progress: 100 }));
    expect(take()).toEqual(['p A=1000', 'task.done A']);
    await clock.advance(100);
    expect(take()).toEqual(['p B=7']);
  });

  test('an ending without a row of its own takes along what waits for its task', () => {
    const { coalescer, take } = listener();
    coalescer.row(row('A', 3));
    coalescer.event(event('task.failed', { taskId: 'A' }));
    expect(take()).toEqual(['p A=3', 'task.failed A']);
  });

  test('that end nothing make no progress message of their own', async () => {
    const { clock, coalescer, take } = listener();
    for (const id of ['A', 'B', 'C']) coalescer.event(event('task.added', { taskId: id }), row(id, 0));
    expect(take()).toEqual(['task.added A', 'task.added B', 'task.added C']);
    await clock.advance(100);
    expect(take()).toEqual(['p A=0 B=0 C=0']);
  });

  test('a rewind is told before any row shows it', async () => {
    const { clock, coalescer, take } = listener();
    coalescer.row(row('A', 900));
    coalescer.event(event('task.rewound', { taskId: 'A' }), row('A', 100));
    await clock.advance(100);
    expect(take()).toEqual(['task.rewound A', 'p A=100']);
  });

  test('carry ids that rise within one millisecond, the time, and the payload as given', () => {
    const { coalescer, sent } = listener();
    for (let i = 0; i < 50; i += 1) coalescer.event(event('item.done', { taskId: 'A', itemId: `I${i}` }));
    const events = sent.map((message) => Message.parse(message));
    const ids = events.map((event) => (event.type === 'event' ? event.event_id : ''));
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(events[7]).toMatchObject({
      source: 'satchel',
      payload: { taskId: 'A', itemId: 'I7' },
      timestamp: '2026-11-22T10:00:00.000Z',
    });
  });
});

describe('a connection', () => {
  test('begins with the snapshot, and its numbers have no gap', async () => {
    const { clock, coalescer, sent } = listener(() => [task('A'), task('B')]);
    coalescer.start();
    coalescer.row(row('A', 1));
    coalescer.event(event('task.done', { taskId: 'B' }), row('B', 2));
    await clock.advance(100);
    expect(brief(sent)).toEqual(['snapshot A B', 'p B=2', 'task.done B', 'p A=1']);
    const numbered = sent.flatMap((message) => (message.type === 'event' ? [] : [message.seq]));
    expect(numbered).toEqual([1, 2, 3]);
    for (const message of sent) expect(Message.safeParse(message).error).toBeUndefined();
  });

  test('gets more than 1,000 tasks by pages, and an empty snapshot where there are none', () => {
    const many = Array.from({ length: 2500 }, (_, i) => task(`T${i}`));
    const { coalescer, sent } = listener(() => many);
    coalescer.start();
    expect(sent.map((page) => page.type === 'snapshot' && page.tasks.length)).toEqual([1000, 1000, 500]);
    const none = listener(() => []);
    none.coalescer.start();
    expect(none.sent).toEqual([{ type: 'snapshot', seq: 1, tasks: [] }]);
  });

  test('that closes gets what waits, then nothing, and leaves no timer behind', async () => {
    const { clock, coalescer, take } = listener();
    coalescer.row(row('A', 1));
    coalescer.close();
    expect(take()).toEqual(['p A=1']);
    coalescer.row(row('A', 2));
    coalescer.event(event('task.done', { taskId: 'A' }), row('A', 3));
    coalescer.flush();
    coalescer.drained();
    coalescer.start();
    coalescer.close();
    await clock.advance(1000);
    expect(take()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('that closes while it cannot take more is sent nothing later', () => {
    const { gate, coalescer, take } = listener();
    gate.open = false;
    coalescer.event(event('task.done', { taskId: 'A' }), row('A', 1));
    coalescer.close();
    gate.open = true;
    coalescer.drained();
    expect(take()).toEqual([]);
  });

  test('does not remember removed tasks: one that comes again with the same row is sent', async () => {
    const { clock, coalescer, take } = listener();
    coalescer.row(row('A', 1));
    await clock.advance(100);
    coalescer.event(event('task.removed', { taskId: 'A' }));
    coalescer.row(row('A', 1));
    await clock.advance(100);
    expect(take()).toEqual(['p A=1', 'task.removed A', 'p A=1']);
  });
});

describe('a slow listener', () => {
  test('gets the newest rows and every event, in order, when it can again', async () => {
    const { clock, gate, coalescer, take } = listener();
    gate.open = false;
    for (let i = 1; i <= 50; i += 1) {
      coalescer.row(row('A', i));
      await clock.advance(100);
    }
    coalescer.event(event('task.started', { taskId: 'B' }));
    coalescer.event(event('task.done', { taskId: 'B' }), row('B', 9));
    expect(take()).toEqual([]);
    gate.open = true;
    coalescer.drained();
    expect(take()).toEqual(['p A=50 B=9', 'task.started B', 'task.done B']);
  });

  test.each([
    { unsent: 1000, gets: 'all of them' },
    { unsent: 1001, gets: 'a new snapshot' },
  ])('with $unsent unsent events gets $gets', ({ unsent, gets }) => {
    const { gate, coalescer, take } = listener();
    gate.open = false;
    coalescer.row(row('A', 5));
    coalescer.flush();
    for (let i = 0; i < unsent; i += 1) coalescer.event(event('item.done', { taskId: 'A' }));
    gate.open = true;
    coalescer.drained();
    const sent = take();
    if (gets === 'a new snapshot') expect(sent).toEqual(['snapshot A']);
    else expect(sent).toEqual(['p A=5', ...Array.from({ length: 1000 }, () => 'item.done A')]);
  });

  test('is told nothing older after that snapshot, and everything newer', async () => {
    const { clock, gate, coalescer, take, sent } = listener();
    coalescer.row(row('A', 5));
    await clock.advance(100);
    take();
    gate.open = false;
    for (let i = 0; i < 1001; i += 1) coalescer.event(event('item.done', { taskId: 'A' }));
    coalescer.event(event('task.paused', { taskId: 'A' }), row('A', 6));
    gate.open = true;
    coalescer.drained();
    expect(brief(sent)).toEqual(['snapshot A']);
    // What was last sent before the snapshot is no longer what the listener shows.
    coalescer.row(row('A', 5));
    coalescer.event(event('task.failed', { taskId: 'A' }));
    expect(take()).toEqual(['snapshot A', 'p A=5', 'task.failed A']);
  });

  test('whose owner does not say `drained` gets all that waits with the next event, last rows before endings', () => {
    const { gate, coalescer, take } = listener();
    gate.open = false;
    coalescer.event(event('task.done', { taskId: 'B' }), row('B', 9));
    gate.open = true;
    coalescer.event(event('task.started', { taskId: 'A' }));
    expect(take()).toEqual(['p B=9', 'task.done B', 'task.started A']);
  });
});

describe('several listeners', () => {
  test('are given the same rows, put together once', async () => {
    const { clock, coalescer, listeners, join } = listener();
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      listeners.push(join((message) => message.type === 'progress' && seen.push(message.tasks)));
    }
    coalescer.row(row('A', 1));
    await clock.advance(100);
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
  });

  test('each have numbers of their own without a gap, whenever they came', async () => {
    const { clock, coalescer, listeners, join } = listener();
    coalescer.row(row('A', 1));
    await clock.advance(100);
    const seqs: number[] = [];
    const late = join((message) => message.type !== 'event' && seqs.push(message.seq));
    late.start();
    listeners.push(late);
    for (let i = 2; i < 5; i += 1) {
      coalescer.row(row('A', i));
      await clock.advance(100);
    }
    expect(seqs).toEqual([1, 2, 3, 4]);
  });

  test('one that comes within a window is told no row that is older than its snapshot', async () => {
    const { clock, coalescer, listeners, join, take } = listener();
    coalescer.row(row('A', 1));
    coalescer.row(row('B', 1));
    const told: Message[] = [];
    const late = join((message) => told.push(message));
    late.start();
    listeners.push(late);
    coalescer.row(row('B', 2));
    await clock.advance(100);
    expect(take()).toEqual(['p A=1 B=2']);
    expect(brief(told)).toEqual(['snapshot A', 'p B=2']);
  });
});

describe('who comes again', () => {
  test('gets what was told since, rows newest first of all, then every event', async () => {
    const { clock, coalescer, shared, join, numbers, sent } = listener();
    coalescer.row(row('A', 1));
    await clock.advance(100);
    const last = numbers.at(-1) ?? 0;
    expect(brief(sent)).toEqual(['p A=1']);
    coalescer.row(row('A', 2));
    await clock.advance(100);
    coalescer.event(event('task.done', { taskId: 'A' }), row('A', 3));
    const told: Message[] = [];
    const marks: number[] = [];
    const again = join((message, number) => {
      told.push(message);
      marks.push(number);
    });
    again.resume(last, shared.since(last) ?? []);
    expect(brief(told)).toEqual(['p A=3', 'task.done A']);
    expect(told[0]).toMatchObject({ seq: 1 });
    // Cut off between the two, it hears both again.
    expect(marks).toEqual([last, shared.mark.number]);
  });

  test('after too much, or with a number that was never given, there is nothing to go on with', async () => {
    const { coalescer, shared } = listener();
    for (let i = 0; i < 3000; i += 1) coalescer.event(event('item.done', { taskId: 'A' }));
    expect(shared.since(0)).toBeNull();
    expect(shared.since(2999)).toHaveLength(1);
    expect(shared.since(3000)).toEqual([]);
    for (const wrong of [3001, -1, 2.5, Number.NaN]) expect(shared.since(wrong)).toBeNull();
  });
});

test('whatever happens, the listener ends with the newest row of each task, events in order and one each', async () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('row' as const), id: fc.constantFrom('A', 'B'), n: fc.nat(5) }),
    fc.record({ what: fc.constant('event' as const), id: fc.constantFrom('A', 'B'), n: fc.nat(5) }),
    fc.record({ what: fc.constant('gate' as const), id: fc.constant('A'), n: fc.nat(1) }),
    fc.record({
      what: fc.constant('wait' as const),
      id: fc.constant('A'),
      n: fc.integer({ min: 1, max: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { clock, gate, coalescer, sent } = listener();
      const newest = new Map<string, number>();
      let events = 0;
      for (const { what, id, n } of steps) {
        if (what === 'wait') await clock.advance(n * 50);
        if (what === 'gate') gate.open = n === 1;
        if (what === 'gate' && n === 1) coalescer.drained();
        if (what === 'row' || what === 'event') newest.set(id, n);
        if (what === 'row') coalescer.row(row(id, n));
        if (what === 'event')
          coalescer.event(event('task.done', { taskId: id, number: events++ }), row(id, n));
      }
      gate.open = true;
      coalescer.close();
      const shown = new Map(
        sent.flatMap((m) => (m.type === 'progress' ? m.tasks : [])).map((r) => [r.taskId, r.received]),
      );
      expect(shown).toEqual(newest);
      const numbers = sent.flatMap((m) => (m.type === 'event' ? [m.payload['number']] : []));
      expect(numbers).toEqual(Array.from({ length: events }, (_, i) => i));
    }),
    { numRuns: 150 },
  );
});

describe('percent', () => {
  test.each([
    { received: 0, total: 100, done: false, is: 0 },
    { received: 388, total: 1024, done: false, is: 37 },
    { received: 999, total: 1000, done: false, is: 99 },
    { received: 1000, total: 1000, done: false, is: 99 },
    { received: 1001, total: 1000, done: false, is: 99 },
    { received: 1000, total: 1000, done: true, is: 100 },
    { received: 0, total: 0, done: false, is: 0 },
    { received: 0, total: 0, done: true, is: 100 },
    { received: 5, total: null, done: false, is: null },
    { received: 5, total: null, done: true, is: 100 },
  ])('$received of $total, done: $done, is $is', ({ received, total, done, is }) => {
    expect(percent(received, total, done)).toBe(is);
  });
});
