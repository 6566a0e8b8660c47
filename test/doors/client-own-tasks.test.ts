import { describe, expect, test } from 'vitest';
import type { Message } from '../../main/contract/events.ts';
import { OwnTasks } from '../../main/doors/client/own-tasks.ts';
import { event, progress, row, snapshot, task } from './messages.ts';

function waiting() {
  const told: Message[] = [];
  const gone: string[] = [];
  const own = new OwnTasks(
    (message) => told.push(message),
    (name) => gone.push(name),
  );
  return { told, gone, own };
}

/** Tasks of others, so many that they fill a page. */
const others = (count: number) => Array.from({ length: count }, (_, n) => task(`other-${n}`));

describe('of all that a server tells, what is about some tasks', () => {
  test('what comes before they are known is not lost, and nothing of others is told', () => {
    const { told, own } = waiting();
    own.take(event('task.added', 'A'));
    own.take(progress(row('A'), row('X')));
    own.take(event('task.done', 'A'));
    own.take(event('task.done', 'X'));
    expect(own.left).toBeNull();
    own.begin([task('A'), task('B')]);
    expect(own.left).toBe(1);
    own.take(progress(row('X')));
    own.take(progress(row('B')));
    own.take(event('task.failed', 'B'));
    expect(own.left).toBe(0);
    expect(own.failed).toBe(true);
    expect(told.map((one) => (one.type === 'event' ? one.event_type : [one.type, one.seq]))).toEqual([
      ['snapshot', 1],
      'task.added',
      ['progress', 2],
      'task.done',
      ['progress', 3],
      'task.failed',
    ]);
  });

  test('a failed one that is resumed is waited for again', () => {
    const { own } = waiting();
    own.begin([task('A')]);
    own.take(event('task.failed', 'A'));
    expect(own.left).toBe(0);
    own.take(event('task.resumed', 'A'));
    expect(own.left).toBe(1);
    own.take(event('task.done', 'A'));
    expect([own.left, own.failed]).toEqual([0, false]);
  });

  test('a snapshot from before they were known ends what it shows as ended, and removes nothing', () => {
    const { gone, own } = waiting();
    own.take(snapshot(task('A', { state: 'done' })));
    own.begin([task('A'), task('B')]);
    expect([own.left, own.failed, gone]).toEqual([1, true, []]);
  });

  test('a later snapshot tells what has become of them; what is on none of its pages is gone', () => {
    const { gone, own } = waiting();
    own.begin([task('A'), task('B'), task('C'), task('D')]);
    own.take(event('task.done', 'D'));
    own.take(snapshot(...others(999), task('A', { state: 'done' })));
    expect([own.left, gone]).toEqual([2, []]);
    own.take(snapshot(...others(5), task('B')));
    // D was done, and somebody has cleared it away since: that is no failure.
    expect([own.left, gone]).toEqual([1, ['C.bin']]);
    own.take(event('task.done', 'B'));
    expect([own.left, own.failed]).toEqual([0, true]);
  });

  test('where a page is full and the last one, what comes next ends the snapshot', () => {
    const { gone, own } = waiting();
    own.begin([task('A')]);
    own.take(snapshot(...others(1000)));
    expect(gone).toEqual([]);
    own.take(progress(row('other-1')));
    expect([own.left, gone]).toEqual([0, ['A.bin']]);
  });
});
