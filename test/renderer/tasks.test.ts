import { beforeEach, expect, test } from 'vitest';
import type { EventMessage, ProgressRow } from '../../main/contract/events.ts';
import type { Task } from '../../main/contract/task.ts';
import { removeTasks, takeMessage, takeTasks, taskById, useTasks } from '../../renderer/store/tasks.ts';

function task(id: string, position: number, more: Partial<Task> = {}): Task {
  return {
    ...{ id, position, kind: 'file', name: `${id}.bin`, dir: '/d', path: `/d/${id}.bin`, state: 'waiting' },
    ...{ phase: null, received: 0, total: null, progress: null, speed: 0, etaSeconds: null, connections: 0 },
    ...{
      priority: 0,
      limitRate: null,
      resumable: null,
      retryAt: null,
      compress: null,
      error: null,
      category: null,
    },
    ...{ asking: false, duplicateOf: null, createdAt: '2026-11-23T12:00:00.000Z', startedAt: null },
    ...{ finishedAt: null, items: [], segments: [] },
    ...more,
  };
}

function row(taskId: string, more: Partial<ProgressRow> = {}): ProgressRow {
  return {
    ...{ taskId, status: 'running', progress: 10, received: 10, total: 100, speed: 5, etaSeconds: 18 },
    ...{ connections: 1, retryAt: null, error: null },
    ...more,
  };
}

function event(event_type: EventMessage['event_type'], taskId: string): EventMessage {
  const event_id = `evt_${'0'.repeat(26)}`;
  return {
    ...{ type: 'event', event_id, event_type, source: 'satchel' },
    payload: { taskId },
    timestamp: '2026-11-23T12:00:00.000Z',
  };
}

const snapshot = (...tasks: Task[]) => takeMessage({ type: 'snapshot', seq: 1, tasks });
const progress = (...tasks: ProgressRow[]) => takeMessage({ type: 'progress', seq: 2, at: '', tasks });
const order = () => useTasks.getState().order;
const structure = () => useTasks.getState().structure;

beforeEach(() => void snapshot(task('a', 0), task('b', 1), task('c', 2)));

test('a snapshot comes by pages, and the first task of all begins another', () => {
  snapshot(task('d', 3));
  expect(order()).toEqual(['a', 'b', 'c', 'd']);
  snapshot(task('x', 0));
  expect(order()).toEqual(['x']);
  expect(taskById('a')).toBeUndefined();
  snapshot();
  expect(order()).toEqual([]);
  expect(useTasks.getState().loaded).toBe(true);
});

test('a row changes its task alone, and the list only where lists may look different', () => {
  const [other, before] = [taskById('b'), structure()];
  progress(row('a'));
  expect(taskById('a')).toMatchObject({ state: 'running', progress: 10, received: 10, speed: 5 });
  expect(taskById('b')).toBe(other);
  expect(structure()).toBe(before + 1);
  progress(row('a', { received: 20, progress: 20 }));
  expect(structure()).toBe(before + 1);
});

test('a row may say a better name and a phase', () => {
  progress(row('a', { name: 'real.iso', phase: 'probing' }));
  expect(taskById('a')).toMatchObject({ name: 'real.iso', phase: 'probing' });
  progress(row('a'));
  expect(taskById('a')).toMatchObject({ name: 'real.iso', phase: 'probing' });
});

test('a row of a task that is not there is nothing', () => {
  progress(row('nobody'));
  expect(taskById('nobody')).toBeUndefined();
});

test('after an event that says more than rows do, the task is asked for whole', () => {
  expect(takeMessage(event('task.added', 'new'))).toEqual(['new']);
  expect(takeMessage(event('task.done', 'a'))).toEqual(['a']);
  expect(takeMessage(event('task.retrying', 'a'))).toEqual([]);
});

test('a removed task leaves at once', () => {
  expect(takeMessage(event('task.removed', 'b'))).toEqual([]);
  expect(order()).toEqual(['a', 'c']);
  removeTasks(['a', 'nobody']);
  expect(order()).toEqual(['c']);
});

test('tasks take the places that they say', () => {
  takeTasks([task('c', 0)]);
  expect(order()).toEqual(['c', 'a', 'b']);
  takeTasks([task('new', 1), task('other', 4)]);
  expect(order()).toEqual(['c', 'new', 'a', 'b', 'other']);
});
