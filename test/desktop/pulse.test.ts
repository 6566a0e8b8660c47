import { describe, expect, test } from 'vitest';
import type { EventMessage, ProgressRow } from '../../main/contract/events.ts';
import { type EndingNotice, Endings } from '../../main/desktop/endings.ts';
import { Pulse, type Totals } from '../../main/desktop/pulse.ts';
import { type EndChoice, WhenDone } from '../../main/desktop/when-done.ts';
import { FakeClock } from '../kit/fake-clock.ts';

function row(taskId: string, more: Partial<ProgressRow>): ProgressRow {
  return {
    ...{ taskId, status: 'running', progress: null, received: 0, total: null, speed: 0, etaSeconds: null },
    ...{ connections: 0, retryAt: null, error: null },
    ...more,
  };
}

function event(event_type: EventMessage['event_type'], taskId: string, name: string): EventMessage {
  const event_id = `evt_${'0'.repeat(26)}`;
  return {
    ...{ type: 'event', event_id, event_type, source: 'satchel', timestamp: '2026-11-23T12:00:00.000Z' },
    payload: { taskId, name },
  };
}

describe('the pulse', () => {
  const told: string[] = [];
  const pulse = new Pulse(({ event_type }) => told.push(event_type));
  const take = (...tasks: ProgressRow[]) => pulse.take({ type: 'progress', seq: 1, at: '', tasks });

  test('adds up what runs', () => {
    take(row('a', { received: 25, total: 100, speed: 5 }), row('b', { received: 75, total: 100, speed: 7 }));
    take(row('c', { status: 'waiting' }), row('d', { status: 'failed' }), row('e', { status: 'done' }));
    expect(pulse.totals()).toEqual({ running: 2, waiting: 1, failed: 1, speed: 12, share: 0.5 });
  });

  test('knows no share while a size is unknown', () => {
    take(row('f', { received: 10 }));
    expect(pulse.totals().share).toBeNull();
  });

  test('counts what has started before its row has come', () => {
    const before = pulse.totals().running;
    pulse.take(event('task.started', 'g', ''));
    pulse.take(event('task.started', 'a', ''));
    expect(pulse.totals().running).toBe(before + 1);
  });

  test('forgets what is removed, and passes events on', () => {
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) pulse.take(event('task.removed', id, ''));
    expect(pulse.totals()).toEqual({ running: 0, waiting: 0, failed: 0, speed: 0, share: null });
    expect(told.filter((type) => type === 'task.removed')).toHaveLength(7);
  });
});

describe('endings', () => {
  function collecting() {
    const clock = new FakeClock();
    const user = { isWanted: true, isLooking: false };
    const told: EndingNotice[] = [];
    const endings = new Endings({
      clock,
      isWanted: () => user.isWanted,
      isLooking: () => user.isLooking,
      tell: (notice) => told.push(notice),
    });
    return { clock, endings, told, user };
  }

  test('within two seconds are told of together, by kind', async () => {
    const { clock, endings, told } = collecting();
    endings.take(event('task.done', '1', 'a.iso'));
    endings.take(event('task.done', '2', 'b.iso'));
    endings.take(event('task.failed', '3', 'c.iso'));
    endings.take(event('task.paused', '4', 'd.iso'));
    expect(told).toEqual([]);
    await clock.advance(2000);
    expect(told).toEqual([
      { kind: 'done', count: 2, single: null },
      { kind: 'failed', count: 1, single: { taskId: '3', name: 'c.iso' } },
    ]);
    endings.take(event('task.done', '5', 'e.iso'));
    await clock.advance(2000);
    expect(told.at(-1)).toEqual({ kind: 'done', count: 1, single: { taskId: '5', name: 'e.iso' } });
  });

  test('are not told to who looks at the window, neither then nor later', async () => {
    const { clock, endings, told, user } = collecting();
    user.isLooking = true;
    endings.take(event('task.done', '1', 'a.iso'));
    await clock.advance(2000);
    user.isLooking = false;
    endings.take(event('task.done', '2', 'b.iso'));
    await clock.advance(2000);
    expect(told).toEqual([{ kind: 'done', count: 1, single: { taskId: '2', name: 'b.iso' } }]);
  });

  test('are not told where that is not wanted', async () => {
    const { clock, endings, told, user } = collecting();
    user.isWanted = false;
    endings.take(event('task.failed', '1', 'a.iso'));
    await clock.advance(2000);
    expect(told).toEqual([]);
  });
});

describe('when all is done', () => {
  const totals = (running: number): Totals => ({ running, waiting: 0, failed: 0, speed: 0, share: null });

  function whenDone(wanted: { what: 'nothing' | 'quit' | 'sleep' }) {
    const clock = new FakeClock();
    const said: string[] = [];
    const user = { choice: null as EndChoice | null };
    const it = new WhenDone({
      clock,
      wanted: () => wanted.what,
      announce: (what, choice) => {
        said.push(`announces ${what}`);
        user.choice = choice;
        return () => said.push('takes it back');
      },
      act: (what) => said.push(what),
    });
    return { it, clock, said, user };
  }

  test('it happens a minute after it was announced', async () => {
    const { it, clock, said } = whenDone({ what: 'quit' });
    it.look(totals(1));
    it.look(totals(0));
    it.look(totals(0));
    expect(said).toEqual(['announces quit']);
    await clock.advance(60_000);
    expect(said).toEqual(['announces quit', 'takes it back', 'quit']);
  });

  test('it happens at once when somebody says so', async () => {
    const { it, clock, said, user } = whenDone({ what: 'sleep' });
    it.look(totals(1));
    it.look(totals(0));
    user.choice?.now();
    expect(said.at(-1)).toBe('sleep');
    await clock.advance(60_000);
    expect(said.filter((each) => each === 'sleep')).toHaveLength(1);
  });

  test('what was over before anybody looked counts', () => {
    const { it, said } = whenDone({ what: 'quit' });
    it.began();
    it.look(totals(0));
    expect(said).toEqual(['announces quit']);
  });

  test('never where nothing has run, or nothing is wanted', async () => {
    const { it, clock, said } = whenDone({ what: 'sleep' });
    it.look(totals(0));
    await clock.advance(120_000);
    expect(said).toEqual([]);
  });

  test.each<[string, (at: ReturnType<typeof whenDone>, wanted: { what: 'nothing' | 'quit' }) => void]>([
    ['when somebody says no', ({ user }) => user.choice?.stay()],
    ['when something new runs', ({ it }) => it.look(totals(1))],
    ['when it is no longer wanted', (_, wanted) => Object.assign(wanted, { what: 'nothing' })],
  ])('not %s', async (_, meanwhile) => {
    const wanted: { what: 'nothing' | 'quit' } = { what: 'quit' };
    const at = whenDone(wanted);
    at.it.look(totals(1));
    at.it.look(totals(0));
    meanwhile(at, wanted);
    await at.clock.advance(60_000);
    expect(at.said).toEqual(['announces quit', 'takes it back']);
  });
});
