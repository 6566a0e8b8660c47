import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { EventMessage, EventType } from '../../main/contract/events.ts';
import { eventMessage } from '../../main/progress/envelope.ts';
import { Deliveries } from '../../main/task/deliveries.ts';
import { Keeper } from '../../main/task/keeper.ts';
import type { Target, Telling } from '../../main/task/targets.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { taskRecord } from './records.ts';
import { type Scene, scene } from './store-kit.ts';

const DAY = 86_400_000;

interface Teller extends Target {
  /** Numbers of the events that it was told of, as often as it was. */
  readonly told: number[];
  /** When, in ms since the start of the clock. */
  readonly at: number[];
  answer: (n: number) => Telling | Promise<Telling>;
}

const AGAIN: Telling = { outcome: 'again', problem: 'it fails' };
const TOLD: Telling = { outcome: 'told' };

function teller(clock: FakeClock, answer: Teller['answer'] = () => TOLD, key = 'a'): Teller {
  const target: Teller = {
    key,
    label: `target ${key}`,
    told: [],
    at: [],
    answer,
    wants: (type: EventType) => type === 'task.added',
    tell: async (text) => {
      const n = Number((JSON.parse(text) as EventMessage).payload['n']);
      target.told.push(n);
      target.at.push(clock.monotonic());
      return target.answer(n);
    },
  };
  return target;
}

async function desk() {
  const clock = new FakeClock();
  const around = await scene();
  let made: Deliveries | null = null;
  const deliveries = (targets: readonly Target[]) => {
    made = new Deliveries({ clock, random: () => 0, outbox: around.store.outbox });
    made.follow(targets);
    made.setOpen(true);
    return made;
  };
  onTestFinished(async () => made?.close());
  /** Event `n`, remembered for whoever wants it. */
  const remember = (to: Deliveries, ...numbers: number[]) => {
    const events = numbers.flatMap(
      (n) => to.outgoing(eventMessage(clock, 'task.added', { taskId: 't', n })) ?? [],
    );
    around.store.save({ events });
    to.wake();
  };
  /** What was set off settles before time goes on, and after. */
  const advance = async (ms: number) => {
    await turn();
    await clock.advance(ms);
    await turn();
  };
  return { clock, around, deliveries, remember, advance };
}

function waiting({ folder }: Scene): number {
  const open = new DatabaseSync(join(folder, 'satchel.db'), { readOnly: true });
  const { n } = open.prepare('SELECT count(*) AS n FROM outbox').get() as { n: number };
  open.close();
  return n;
}

async function settled(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

describe('what is to be told', () => {
  test.each(['task', 'outbox'])(
    'is remembered with its change, or neither is (no room for: %s)',
    async (table) => {
      const { around, clock } = await desk();
      const message = eventMessage(clock, 'task.added', { taskId: 'task-1', n: 1 });
      const events = [{ message, targets: ['a', 'b'] }];
      const other = new DatabaseSync(join(around.folder, 'satchel.db'));
      other.exec(`CREATE TRIGGER full BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'full'); END`);
      expect(() => around.store.save({ tasks: [taskRecord(1)], events })).toThrow();
      expect([around.store.load(), waiting(around)]).toEqual([[], 0]);
      other.exec('DROP TRIGGER full');
      other.close();
      around.store.save({ tasks: [taskRecord(1)], events });
      expect([around.store.load().length, waiting(around)]).toEqual([1, 2]);
      const { outbox } = await around.again();
      expect(outbox.first('b')).toMatchObject({
        eventId: message.event_id,
        message: JSON.stringify(message),
      });
    },
  );

  test('waits in the order in which it happened, of new tasks too', () => {
    const clock = new FakeClock();
    const saved: unknown[] = [];
    const keeper = new Keeper(
      { save: ({ events = [] }) => saved.push(...events.map(({ targets }) => targets[0])) },
      clock,
    );
    const event = (name: string) => ({
      message: eventMessage(clock, 'task.added', { taskId: 't' }),
      targets: [name],
    });
    keeper.outgoing(event('first'));
    keeper.flush({ tasks: [taskRecord(1)], events: [event('second')] });
    expect(saved).toEqual(['first', 'second']);
  });

  test('is withdrawn when the change that it goes along with cannot be remembered; what waits is not', () => {
    const clock = new FakeClock();
    let full = true;
    const saved: unknown[] = [];
    const keeper = new Keeper(
      {
        save: ({ events = [] }) => {
          if (full) throw new Error('full');
          saved.push(...events.map(({ targets }) => targets[0]));
        },
      },
      clock,
    );
    const event = (name: string) => ({
      message: eventMessage(clock, 'task.added', { taskId: 't' }),
      targets: [name],
    });
    keeper.outgoing(event('happened'));
    expect(() => keeper.flush({ events: [event('refused')] })).toThrow('full');
    full = false;
    keeper.flush();
    expect(saved).toEqual(['happened']);
  });

  test('is nothing where nobody wants it', async () => {
    const { clock, deliveries } = await desk();
    const target = teller(clock);
    const made = deliveries([target]);
    expect(made.outgoing(eventMessage(clock, 'task.done', { taskId: 't' }))).toBeNull();
    expect(made.outgoing(eventMessage(clock, 'task.added', { taskId: 't' }))?.targets).toEqual(['a']);
  });

  test('is for nobody who was taken away before it was remembered', async () => {
    const { clock, deliveries } = await desk();
    const [a, b] = [teller(clock), teller(clock, () => TOLD, 'b')];
    const made = deliveries([a, b]);
    const event = made.outgoing(eventMessage(clock, 'task.added', { taskId: 't', n: 1 }));
    const only = made.outgoing(eventMessage(clock, 'task.added', { taskId: 't', n: 2 }));
    made.follow([b]);
    expect(made.wanted([event, only].flatMap((each) => each ?? [])).map(({ targets }) => targets)).toEqual([
      ['b'],
      ['b'],
    ]);
    made.follow([]);
    // What has happened is remembered all the same.
    const left = made.wanted([event].flatMap((each) => each ?? []));
    expect(left).toEqual([{ ...event, targets: [] }]);
  });
});

describe('a target', () => {
  test('that fails is tried after half a second, one, two … five minutes at the least, one event at a time', async () => {
    const { clock, deliveries, remember, advance } = await desk();
    const target = teller(clock, () => AGAIN);
    const made = deliveries([target]);
    remember(made, 1, 2);
    await advance(3_600_000);
    const waits = target.at.slice(1).map((at, i) => at - (target.at[i] ?? 0));
    expect(waits.slice(0, 12)).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
    ]);
    expect(new Set(target.told)).toEqual(new Set([1]));
    expect(made.problems).toEqual(['it fails.']);
    target.answer = () => TOLD;
    await advance(300_000);
    expect(target.told.slice(-2)).toEqual([1, 2]);
    expect(made.problems).toEqual([]);
  });

  test('that fails is waited for after a restart too', async () => {
    const { clock, deliveries, remember, advance } = await desk();
    const target = teller(clock, () => AGAIN);
    const before = deliveries([target]);
    remember(before, 1);
    await advance(1500);
    expect(target.at).toEqual([0, 500, 1500]);
    await before.close();
    deliveries([target]);
    await advance(1999);
    expect(target.at.length).toBe(3);
    await advance(1);
    expect(target.at.length).toBe(4);
  });

  test('is not waited for until a year that a wrong clock has named', async () => {
    const { clock, around, deliveries, remember, advance } = await desk();
    const target = teller(clock, () => AGAIN);
    const made = deliveries([target]);
    remember(made, 1);
    await settled(() => target.told.length === 1);
    const row = around.store.outbox.first('a');
    around.store.outbox.postpone(row?.seq ?? 0, 1, clock.now() + 3650 * DAY);
    await made.close();
    deliveries([target]);
    await advance(1);
    expect(target.told.length).toBe(2);
  });

  test('is given up for an event after three days of failures, and then tried as seldom as before', async () => {
    const { clock, deliveries, remember, advance } = await desk();
    const target = teller(clock, () => AGAIN);
    const made = deliveries([target]);
    remember(made, 1, 2);
    await advance(3 * DAY - 600_000);
    expect(new Set(target.told)).toEqual(new Set([1]));
    const tries = target.told.length;
    await advance(1_200_000);
    expect(target.told).toContain(2);
    // 1 and 2 together in 20 minutes, five minutes apart: the second does not begin with half a second.
    expect(target.told.length - tries).toBeLessThanOrEqual(5);
  });

  test('is not given up at the first failure by who was away for a week', async () => {
    const { clock, deliveries, remember, advance } = await desk();
    const target = teller(clock, () => AGAIN);
    const before = deliveries([target]);
    remember(before, 1, 2);
    await settled(() => target.told.length === 1);
    await before.close();
    await advance(7 * DAY);
    deliveries([target]);
    await advance(1000);
    const heard: number[] = [];
    target.answer = (n) => {
      heard.push(n);
      return TOLD;
    };
    await advance(10_000);
    expect(heard).toEqual([1, 2]);
  });

  test('that says it is gone is not told of that event again', async () => {
    const { clock, around, deliveries, remember } = await desk();
    const target = teller(clock, (n) => (n === 1 ? { outcome: 'never', problem: 'gone' } : TOLD));
    remember(deliveries([target]), 1, 2);
    await settled(() => waiting(around) === 0);
    expect(target.told).toEqual([1, 2]);
  });

  test('that is never there has the newest 10,000 waiting, says so, and is not hurried by it', async () => {
    const { clock, around, deliveries, remember, advance } = await desk();
    const target = teller(clock, () => AGAIN);
    const made = deliveries([target]);
    const numbers = Array.from({ length: 10_003 }, (_, n) => n);
    remember(made, 0);
    await advance(500);
    remember(made, ...numbers.slice(1));
    await advance(1000);
    expect(waiting(around)).toBe(10_000);
    expect(target.told).toEqual([0, 0, 3]);
    await advance(1999);
    expect(target.told).toEqual([0, 0, 3]);
    await advance(1);
    expect(target.told).toEqual([0, 0, 3, 3]);
    expect(made.problems).toEqual(['it fails.', 'target a was too far behind: 3 events are dropped.']);
  });

  test('is told of nothing before it is known how to reach it, or once it is closed', async () => {
    const { clock, deliveries, remember, advance } = await desk();
    const target = teller(clock);
    const made = deliveries([target]);
    made.setOpen(false);
    remember(made, 1);
    await advance(1000);
    expect(target.told).toEqual([]);
    made.setOpen(true);
    await settled(() => target.told.length === 1);
    await made.close();
    remember(made, 2);
    await advance(10_000);
    expect(target.told).toEqual([1]);
  });

  test('holds nobody else up', async () => {
    const { clock, around, deliveries, remember } = await desk();
    const [dead, well] = [teller(clock, () => AGAIN), teller(clock, () => TOLD, 'b')];
    remember(deliveries([dead, well]), 1, 2, 3);
    await settled(() => waiting(around) === 3);
    expect([dead.told, well.told]).toEqual([[1], [1, 2, 3]]);
  });
});

describe('when the targets change', () => {
  test('what is under way to one that stays goes on, and is not begun once more', async () => {
    const { clock, around, deliveries, remember, advance } = await desk();
    const answer = Promise.withResolvers<Telling>();
    const target = teller(clock, () => answer.promise);
    const made = deliveries([target]);
    remember(made, 1);
    await settled(() => target.told.length === 1);
    made.follow([target, teller(clock, () => TOLD, 'b')]);
    await advance(1000);
    answer.resolve(TOLD);
    await settled(() => waiting(around) === 0);
    expect(target.told).toEqual([1]);
  });

  test('one that failed is tried at once: it may have been set right', async () => {
    const { clock, deliveries, remember, advance } = await desk();
    const target = teller(clock, () => AGAIN);
    const made = deliveries([target]);
    remember(made, 1);
    await advance(100_000);
    const before = target.told.length;
    const mended = teller(clock);
    made.follow([mended]);
    await settled(() => mended.told.length === 1);
    expect([target.told.length, mended.at]).toEqual([before, [100_000]]);
  });

  test('an answer of one that is gone takes nothing away from the others', async () => {
    const { clock, around, deliveries, remember } = await desk();
    const answer = Promise.withResolvers<Telling>();
    const gone = teller(clock, () => answer.promise);
    const made = deliveries([gone]);
    remember(made, 1);
    await settled(() => gone.told.length === 1);
    const seq = around.store.outbox.first('a')?.seq;
    const other = teller(clock, () => AGAIN, 'b');
    made.follow([other]);
    remember(made, 2);
    // SQLite gives the number of a row that is gone to the next one.
    expect(around.store.outbox.first('b')?.seq).toBe(seq);
    answer.resolve(TOLD);
    await turn();
    expect(waiting(around)).toBe(1);
  });

  test('what was for one that is gone is forgotten, but not when a slip in the file has hidden it', async () => {
    const { clock, around, deliveries, remember } = await desk();
    const made = deliveries([teller(clock, () => AGAIN)]);
    remember(made, 1);
    made.follow([], { keepsAll: true });
    expect(waiting(around)).toBe(1);
    made.follow([]);
    expect(waiting(around)).toBe(0);
  });
});

test('what was told and cannot be forgotten, on a full disk, is not told again and again', async () => {
  const { clock, around, deliveries, remember, advance } = await desk();
  const target = teller(clock);
  const made = deliveries([target]);
  const other = new DatabaseSync(join(around.folder, 'satchel.db'));
  other.exec("CREATE TRIGGER full BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END");
  remember(made, 1, 2);
  await advance(60_000);
  expect(target.told).toEqual([1]);
  expect(made.problems).toHaveLength(1);
  other.exec('DROP TRIGGER full');
  other.close();
  await advance(5000);
  await settled(() => waiting(around) === 0);
  expect(target.told).toEqual([1, 2]);
  expect(made.problems).toEqual([]);
});
