import { expect, test } from 'vitest';
import { HostQueue } from '../../main/task/host-queue.ts';
import { newFileRecord } from '../../main/task/new-record.ts';
import { Hosts } from '../../main/transfer/hosts.ts';
import { FakeClock } from '../kit/fake-clock.ts';

const task = (url: string) => newFileRecord({ url, dir: '/d', out: null }, 0);

test('a task of a host that is held for long does not begin; after the hold it does, and is told of it', async () => {
  const clock = new FakeClock();
  let ended = 0;
  const hosts = new Hosts(clock, 8, () => {
    ended += 1;
  });
  const queue = new HostQueue(hosts, clock);
  hosts.hold('a', 60_000);
  expect(queue.mayRun(task('http://a/1'), [])).toBe(false);
  expect(queue.mayRun(task('http://b/1'), [])).toBe(true);
  await clock.advance(55_000);
  expect(queue.mayRun(task('http://a/1'), [])).toBe(true);
  expect(ended).toBe(0);
  await clock.advance(5000);
  expect(ended).toBe(1);
  hosts.close();
});

test('a host has no more tasks than connections', () => {
  const clock = new FakeClock();
  const hosts = new Hosts(clock, 2);
  const queue = new HostQueue(hosts, clock);
  const running = [task('http://a/1'), task('http://a/2'), task('http://b/1')];
  expect(queue.mayRun(task('http://a/3'), running)).toBe(false);
  expect(queue.mayRun(task('http://b/2'), running)).toBe(true);
  hosts.setPerHost(3);
  expect(queue.mayRun(task('http://a/3'), running)).toBe(true);
  hosts.close();
});
