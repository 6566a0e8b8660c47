import { expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { type Change, Keeper } from '../../main/task/keeper.ts';
import { Leavers } from '../../main/task/leavers.ts';
import { newFileRecord } from '../../main/task/new-record.ts';
import { FakeClock } from '../kit/fake-clock.ts';

const record = () => newFileRecord({ url: 'http://a/x', dir: '/d', out: null }, 0, { removing: 'delete' });

function leaving(discard: () => Promise<void>) {
  const clock = new FakeClock();
  const forgotten: string[] = [];
  const memory = { save: ({ removed = [] }: Change) => void forgotten.push(...removed) };
  const keeper = new Keeper(memory, clock);
  return { clock, keeper, forgotten, leavers: new Leavers(keeper, clock, discard) };
}

test('what is locked for a moment is taken away a little later', async () => {
  let tries = 0;
  const { clock, keeper, forgotten, leavers } = leaving(async () => {
    tries += 1;
    if (tries < 3) throw new SatchelError('already-running');
  });
  const task = record();
  const left = leavers.leave(task, Promise.resolve());
  await new Promise(setImmediate);
  await clock.advance(1000);
  await left;
  keeper.flush();
  expect([tries, forgotten, [...leavers.records()]]).toEqual([3, [task.id], []]);
});

test('what cannot be taken away is told, and a finished file is then left alone for good', async () => {
  const { forgotten, keeper, leavers } = leaving(async () => {
    throw new SatchelError('permission');
  });
  const task = record();
  await expect(leavers.leave(task, Promise.resolve())).rejects.toMatchObject({ code: 'permission' });
  keeper.flush();
  expect([task.removing, forgotten]).toEqual(['keep', []]);
});

test('nothing is taken away before the last run has ended', async () => {
  let discarded = false;
  const { leavers } = leaving(async () => {
    discarded = true;
  });
  const run = Promise.withResolvers<void>();
  const left = leavers.leave(record(), run.promise);
  await new Promise(setImmediate);
  expect(discarded).toBe(false);
  run.resolve();
  await left;
  expect(discarded).toBe(true);
});
