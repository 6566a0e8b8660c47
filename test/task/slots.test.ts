import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Slot, Slots } from '../../main/task/slots.ts';
import { FakeClock } from '../kit/fake-clock.ts';

function scene(limit: number) {
  const clock = new FakeClock();
  const seen = { freed: 0 };
  const slots = new Slots(clock, limit, () => {
    seen.freed += 1;
  });
  return { clock, slots, seen };
}

/** Whether a slot is given back yet. */
function watched(promise: Promise<void> | null) {
  const state = { there: promise === null };
  void promise?.then(() => {
    state.there = true;
  });
  return state;
}

const never = () => new AbortController().signal;

describe('slots', () => {
  test('are so many and no more, and say when one is free', () => {
    const { slots, seen } = scene(2);
    const [first] = [slots.take(), slots.take()];
    expect(slots.free).toBe(false);
    first?.release();
    expect(slots.free).toBe(true);
    expect(seen.freed).toBe(1);
  });

  test('released twice are one slot', () => {
    const { slots } = scene(2);
    const [first] = [slots.take(), slots.take()];
    first?.release();
    first?.release();
    expect(slots.free).toBe(true);
    slots.take();
    expect(slots.free).toBe(false);
  });

  test('beyond their number are given to who starts now, and are missed afterwards', () => {
    const { slots } = scene(1);
    const [first, second] = [slots.take(), slots.take()];
    first?.release();
    expect(slots.free).toBe(false);
    second?.release();
    expect(slots.free).toBe(true);
  });

  test('more of them are free at once; fewer take none away', () => {
    const { slots, seen } = scene(1);
    const [first, second] = [slots.take(), slots.take()];
    slots.setLimit(3);
    expect(slots.free).toBe(true);
    expect(seen.freed).toBe(1);
    slots.setLimit(1);
    expect(slots.free).toBe(false);
    first?.release();
    expect(slots.free).toBe(false);
    second?.release();
    expect(slots.free).toBe(true);
  });
});

describe('rule 18: a task that waits', () => {
  test('for more than 5 s lends its slot at once', () => {
    const { clock, slots, seen } = scene(1);
    slots.take().wait(clock.now() + 5001);
    expect(slots.free).toBe(true);
    expect(seen.freed).toBe(1);
  });

  test.each([
    ['for 5 s', 5000],
    ['for nobody knows how long', null],
  ])('%s lends it after 5 s, if it still waits', async (_, ms) => {
    const { clock, slots } = scene(1);
    slots.take().wait(ms === null ? null : clock.now() + ms);
    await clock.advance(4999);
    expect(slots.free).toBe(false);
    await clock.advance(1);
    expect(slots.free).toBe(true);
  });

  test('again and again for less than 5 s each lends it when that is 5 s together', async () => {
    const { clock, slots } = scene(1);
    const slot = slots.take();
    slot.wait(clock.now() + 3000);
    await clock.advance(3000);
    slot.wait(clock.now() + 3000);
    await clock.advance(1999);
    expect(slots.free).toBe(false);
    await clock.advance(1);
    expect(slots.free).toBe(true);
  });

  test('and goes on before that keeps it', async () => {
    const { clock, slots } = scene(1);
    const slot = slots.take();
    slot.wait(clock.now() + 3000);
    await clock.advance(3000);
    expect(slot.goOn(never())).toBeNull();
    await clock.advance(60_000);
    expect(slots.free).toBe(false);
    expect(clock.pending).toBe(0);
  });

  test('has one again before any new task, first come first served', async () => {
    const { clock, slots, seen } = scene(1);
    const [first, second] = [slots.take(), slots.take()];
    for (const slot of [first, second]) slot?.wait(clock.now() + 60_000);
    const third = slots.take();
    const back = [watched(second?.goOn(never()) ?? null), watched(first?.goOn(never()) ?? null)];
    const freed = seen.freed;
    await turn();
    expect(back.map(({ there }) => there)).toEqual([false, false]);
    third.release();
    await turn();
    expect(back.map(({ there }) => there)).toEqual([true, false]);
    expect(slots.free).toBe(false);
    second?.release();
    await turn();
    expect(back.map(({ there }) => there)).toEqual([true, true]);
    expect(seen.freed).toBe(freed);
    first?.release();
    expect(slots.free).toBe(true);
  });

  test('keeps new tasks from a slot no longer than it wants one', async () => {
    const { clock, slots, seen } = scene(1);
    const slot = slots.take();
    slot.wait(clock.now() + 60_000);
    const other = slots.take();
    const stop = new AbortController();
    const back = watched(slot.goOn(stop.signal));
    slots.setLimit(1);
    expect(slots.free).toBe(false);
    other.release();
    await turn();
    expect(back.there).toBe(true);
    slot.release();
    expect(slots.free).toBe(true);
    const again = slots.take();
    again.wait(clock.now() + 60_000);
    slots.take();
    slots.setLimit(1);
    const left = watched(again.goOn(stop.signal));
    slots.setLimit(2);
    await turn();
    expect(left.there).toBe(true);
    expect(slots.free).toBe(false);
    expect(seen.freed).toBeGreaterThan(0);
  });

  test('and is stopped while it wants its slot back leaves the line, without a slot', async () => {
    const { clock, slots } = scene(1);
    const waiting = slots.take();
    waiting.wait(clock.now() + 60_000);
    const running = slots.take();
    const stop = new AbortController();
    const back = watched(waiting.goOn(stop.signal));
    await turn();
    expect(back.there).toBe(false);
    stop.abort();
    await turn();
    expect(back.there).toBe(true);
    waiting.release();
    expect(slots.free).toBe(false);
    running.release();
    expect(slots.free).toBe(true);
    const next = slots.take();
    expect(slots.free).toBe(false);
    next.release();
  });

  test('and ends while it wants its slot back takes none', async () => {
    const { clock, slots } = scene(1);
    const waiting = slots.take();
    waiting.wait(clock.now() + 60_000);
    const running = slots.take();
    const back = watched(waiting.goOn(never()));
    waiting.release();
    await turn();
    expect(back.there).toBe(true);
    running.release();
    expect(slots.free).toBe(true);
    slots.take();
    expect(slots.free).toBe(false);
  });

  test('and is released while it wants its slot back takes none', async () => {
    const { clock, slots } = scene(1);
    const waiting = slots.take();
    waiting.wait(clock.now() + 60_000);
    const running = slots.take();
    const stop = new AbortController();
    void waiting.goOn(stop.signal);
    // As the manager pauses a task: the slot first, then the run.
    waiting.release();
    stop.abort();
    running.release();
    await turn();
    expect(slots.free).toBe(true);
    slots.take();
    expect(slots.free).toBe(false);
  });
});

/** One task as a naive list of facts. */
interface Modelled {
  readonly slot: Slot;
  readonly stop: AbortController;
  /** `wants`: it has asked for its slot back. */
  state: 'held' | 'lent' | 'wants' | 'released';
}

test('whatever tasks do, no slot is lost or given twice', async () => {
  const act = fc.record({
    what: fc.constantFrom('take', 'lend', 'goOn', 'abort', 'release', 'limit'),
    which: fc.nat(20),
    limit: fc.integer({ min: 1, max: 4 }),
  });
  const property = fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
    const { clock, slots } = scene(2);
    let limit = 2;
    const tasks: Modelled[] = [];
    for (const { what, which, limit: wanted } of acts) {
      const task = tasks[which % Math.max(1, tasks.length)];
      if (what === 'take' && slots.free) {
        tasks.push({ slot: slots.take(), stop: new AbortController(), state: 'held' });
      } else if (what === 'lend' && task?.state === 'held') {
        task.state = 'lent';
        task.slot.wait(clock.now() + 10_000);
      } else if (what === 'goOn' && task?.state === 'lent') {
        task.state = 'wants';
        void task.slot.goOn(task.stop.signal)?.then(() => {
          if (task.state === 'wants') task.state = task.stop.signal.aborted ? 'released' : 'held';
        });
      } else if (what === 'abort' && task?.state === 'wants') {
        task.stop.abort();
        task.slot.release();
        task.state = 'released';
      } else if (what === 'release' && task) {
        task.stop.abort();
        task.slot.release();
        task.state = 'released';
      } else if (what === 'limit') {
        limit = wanted;
        slots.setLimit(wanted);
      }
      await turn();
      const held = tasks.filter(({ state }) => state === 'held').length;
      const wants = tasks.filter(({ state }) => state === 'wants').length;
      // Nobody waits for a slot that is there, and none is kept that nobody has.
      expect(wants === 0 || held >= limit).toBe(true);
      expect(slots.free).toBe(held < limit && wants === 0);
    }
  });
  await fc.assert(property, { numRuns: 200 });
});
