import * as fs from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { newFileRecord } from '../../main/task/new-record.ts';
import type { TaskRecord } from '../../main/task/record.ts';
import { RoomWatch } from '../../main/task/room.ts';
import { Disk, type FileSystem } from '../../main/world/disk.ts';
import { FakeClock } from '../kit/fake-clock.ts';

const MIB = 1024 * 1024;

/** A disk that says how much is free, in blocks of 1 MiB. */
function diskWith(free: { mib: number; asked: number }): Disk {
  const statfs = async () => {
    free.asked += 1;
    return { blocks: 1000, bavail: free.mib, bsize: MIB };
  };
  return new Disk({ ...fs, statfs } as unknown as FileSystem);
}

function stopped(name: string, total: number | null, received: number): TaskRecord {
  const error = new SatchelError('disk-full').report();
  const record = newFileRecord({ url: `http://a/${name}`, dir: '/d', out: name }, 0, {
    state: 'paused',
    error,
  });
  Object.assign(record.items[0] ?? {}, { total, received });
  return record;
}

function watching(records: TaskRecord[], mib: number) {
  const clock = new FakeClock();
  const free = { mib, asked: 0 };
  const room: string[] = [];
  const watch = new RoomWatch({
    disk: diskWith(free),
    clock,
    list: () => records,
    onRoom: (record) => {
      room.push(record.name);
      record.state = 'waiting';
      record.error = null;
    },
  });
  watch.watch();
  return { clock, free, room, watch };
}

test('a task goes on when what it misses fits, and not before', async () => {
  const { clock, free, room } = watching([stopped('a', 100 * MIB, 40 * MIB)], 60);
  await clock.advance(30_000);
  expect(free.asked).toBe(6);
  expect(room).toEqual([]);
  free.mib = 61;
  await clock.advance(5000);
  expect(room).toEqual(['a']);
  expect(clock.pending).toBe(0);
});

test('several share what is free, and what runs has its share already', async () => {
  const running = stopped('runs', 50 * MIB, 0);
  Object.assign(running, { state: 'running', error: null });
  const tasks = [
    running,
    stopped('large', 200 * MIB, 0),
    stopped('a', 30 * MIB, 0),
    stopped('b', 30 * MIB, 0),
  ];
  const { clock, room, free } = watching(tasks, 50 + 35);
  await clock.advance(5000);
  expect(room).toEqual(['a']);
  free.mib = 1000;
  await clock.advance(5000);
  expect(room.toSorted()).toEqual(['a', 'b', 'large']);
});

test('a task that the user has paused, or that has failed, stays where it is', async () => {
  const paused = stopped('paused', MIB, 0);
  paused.error = null;
  const { clock, room, free } = watching([paused], 500);
  await clock.advance(60_000);
  expect([room, free.asked]).toEqual([[], 0]);
});

test('a watch that was closed looks no more', async () => {
  const { clock, room, watch } = watching([stopped('a', MIB, 0)], 500);
  watch.close();
  await clock.advance(60_000);
  expect([room, clock.pending]).toEqual([[], 0]);
});
