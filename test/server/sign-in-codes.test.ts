import { expect, test } from 'vitest';
import { SignInCodes } from '../../main/server/sign-in-codes.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { ServerDesk } from '../kit/server.ts';

const MINUTE = 60_000;

test('a code is good once', () => {
  const codes = new SignInCodes(new FakeClock());
  const code = codes.issue();
  expect(Buffer.from(code, 'base64url')).toHaveLength(32);
  expect([codes.use(`${code}x`), codes.use(''), codes.use(code), codes.use(code)]).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

test('a code is good for ten minutes', async () => {
  const clock = new FakeClock();
  const codes = new SignInCodes(clock);
  const [early, late] = [codes.issue(), codes.issue()];
  await clock.advance(10 * MINUTE - 1);
  expect(codes.use(early)).toBe(true);
  await clock.advance(1);
  expect(codes.use(late)).toBe(false);
});

test('of codes that nobody uses only the newest are kept', () => {
  const codes = new SignInCodes(new FakeClock());
  const issued = Array.from({ length: 21 }, () => codes.issue());
  expect(issued.map((code) => codes.use(code))).toEqual([false, ...Array(20).fill(true)]);
});

test('a link is given only to who is signed in, and signs in whoever follows it, once', async () => {
  const desk = await ServerDesk.open();
  const make = { method: 'POST' };
  expect(await desk.problem('/api/v1/session/link', { ...make, token: null })).toBe('401 unauthorized');
  const { link } = await desk.json<{ link: string }>('/api/v1/session/link', make);
  const { origin, hash } = new URL(link);
  expect(origin).toBe(desk.serving.address);
  const follow = () =>
    desk.fetch('/api/v1/session', { json: { code: hash.replace('#sign-in=', '') }, token: null });
  const first = await follow();
  expect(first.status).toBe(200);
  expect(first.headers.get('set-cookie')).toMatch(/^satchel_session=.*HttpOnly.*SameSite=Strict/);
  expect((await follow()).status).toBe(401);
});
