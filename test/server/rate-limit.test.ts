import { describe, expect, test } from 'vitest';
import { callerOf } from '../../main/server/network-address.ts';
import { MemoryRateStore } from '../../main/server/rate-limit.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { ServerDesk } from '../kit/server.ts';

const LIST = '/api/v1/tasks';

test('a caller has its burst, then its rate, then its burst again', async () => {
  const clock = new FakeClock();
  const store = new MemoryRateStore(clock, { rate: 2, burst: 3 });
  const take = (key = 'a') => store.take(key);
  expect([take(), take(), take()].map(({ remaining }) => remaining)).toEqual([2, 1, 0]);
  expect(take()).toEqual({ allowed: false, remaining: 0, retryAfterMs: 500, resetMs: 1500 });
  expect(take('b').allowed).toBe(true);
  await clock.advance(499);
  expect(take().allowed).toBe(false);
  await clock.advance(1);
  expect(take().allowed).toBe(true);
  await clock.advance(1500);
  expect(take().remaining).toBe(2);
});

test('callers without number cost no memory without end', async () => {
  const clock = new FakeClock();
  const store = new MemoryRateStore(clock, { rate: 1, burst: 1 });
  for (let i = 0; i < 100_000; i += 1) {
    store.take(`address ${i}`);
    await clock.advance(20);
  }
  // Those of the last second, and what has come since the others were forgotten.
  expect(store.size).toBeGreaterThanOrEqual(50);
  expect(store.size).toBeLessThan(1100);
});

test('addresses of one network are one caller', () => {
  expect(callerOf('2001:db8:1:2:3:4:5:6')).toBe(callerOf('2001:db8:1:2::1'));
  expect(callerOf('2001:db8:1:3::1')).not.toBe(callerOf('2001:db8:1:2::1'));
  expect(callerOf('::ffff:10.1.2.3')).toBe('10.1.2.3');
  expect(callerOf(undefined)).toBe('unknown');
});

describe('over HTTP', () => {
  test('says how much is left, and refuses with when to come again', async () => {
    const clock = new FakeClock();
    const desk = await ServerDesk.open({ rate: '1', burst: '3' }, { clock });
    await clock.advance(10_000);
    const first = await desk.fetch(LIST);
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=3;w=3');
    expect(first.headers.get('ratelimit')).toBe('"default";r=2;t=1');
    await desk.fetch(LIST);
    await desk.fetch(LIST);
    const over = await desk.fetch(LIST);
    expect(over.status).toBe(429);
    expect(over.headers.get('retry-after')).toBe('1');
    expect(over.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await over.json()).toMatchObject({ code: 'rate-limited', status: 429 });
    await clock.advance(1000);
    expect((await desk.fetch(LIST)).status).toBe(200);
  });

  test('counts each token, each session and each nameless address by itself, and after sign-in', async () => {
    const clock = new FakeClock();
    const desk = await ServerDesk.open({ rate: '1', burst: '2' }, { clock });
    await clock.advance(10_000);
    const signIn = await desk.fetch('/api/v1/session', { json: { token: desk.token }, token: null });
    const { jwt } = (await signIn.json()) as { jwt: string };
    for (const token of [desk.token, jwt]) {
      const statuses = [
        await desk.fetch(LIST, { token }),
        await desk.fetch(LIST, { token }),
        await desk.fetch(LIST, { token }),
      ];
      expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    }
    expect((await desk.fetch('/api/v1/session', { json: { token: desk.token }, token: null })).status).toBe(
      200,
    );
    expect((await desk.fetch('/api/v1/session', { json: { token: desk.token }, token: null })).status).toBe(
      429,
    );
    // Who is not let in is told that, not that it comes too often.
    expect(await desk.problem(LIST, { token: null })).toBe('401 unauthorized');
  });
});
