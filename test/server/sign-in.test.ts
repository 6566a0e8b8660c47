import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { Sessions } from '../../main/server/sessions.ts';
import { tokenCheck } from '../../main/server/token.ts';
import { WrongTokens } from '../../main/server/wrong-tokens.ts';
import { Disk } from '../../main/world/disk.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { ServerDesk } from '../kit/server.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const LIST = '/api/v1/tasks';
const HOURS = 3_600_000;

interface SignedIn {
  readonly jwt: string;
  readonly expiresAt: string;
  readonly cookie: string;
}

async function signIn(desk: ServerDesk): Promise<SignedIn> {
  const answer = await desk.fetch('/api/v1/session', { json: { token: desk.token }, token: null });
  expect(answer.status).toBe(200);
  const set = answer.headers.get('set-cookie') ?? '';
  const { jwt, expiresAt } = (await answer.json()) as { jwt: string; expiresAt: string };
  return { jwt, expiresAt, cookie: set };
}

/** Of the session's cookie, as a browser sends it back. */
const cookieOf = ({ jwt }: SignedIn) => `satchel_session=${jwt}`;

describe('the token', () => {
  test('is made on the first run, shown once, and readable by its user only', async () => {
    const desk = await ServerDesk.open();
    const { token } = desk.serving;
    expect(token.isNew).toBe(true);
    expect(Buffer.from(token.text, 'base64url')).toHaveLength(32);
    expect((await stat(token.file)).mode & 0o777).toBe(0o600);
    await desk.close();
    await desk.start();
    expect(desk.serving.token).toEqual({ ...token, isNew: false });
  });

  test('lets its bearer in, and nobody else', async () => {
    const desk = await ServerDesk.open();
    expect((await desk.fetch(LIST)).status).toBe(200);
    expect(await desk.problem(LIST, { token: null })).toBe('401 unauthorized');
    expect(await desk.problem(LIST, { token: `${desk.token}x` })).toBe('401 unauthorized');
    expect(await desk.problem(LIST, { token: null, headers: { authorization: `Basic ${desk.token}` } })).toBe(
      '401 unauthorized',
    );
    expect(await desk.problem(`${LIST}?token=${desk.token}`, { token: null })).toBe('401 unauthorized');
  });

  test('timing: takes the same time wherever a wrong one differs', () => {
    // So long that a comparison which stops at the first difference would be faster by far.
    const token = 'a'.repeat(4 * 1024 * 1024);
    const check = tokenCheck(token);
    const early = `b${token.slice(1)}`;
    const late = `${token.slice(1)}b`;
    const times = { early: [] as number[], late: [] as number[] };
    for (let i = 0; i < 15; i += 1) {
      for (const [name, text] of [
        ['early', early],
        ['late', late],
      ] as const) {
        const start = performance.now();
        expect(check(text)).toBe(false);
        times[name].push(performance.now() - start);
      }
    }
    const median = (all: number[]) => all.toSorted((a, b) => a - b)[7] ?? 0;
    expect(median(times.early) / median(times.late)).toBeGreaterThan(0.5);
    expect(check(token)).toBe(true);
  });

  test('where others can reach the server one must be given', async () => {
    await expect(ServerDesk.open({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'bad-input' });
    const desk = await ServerDesk.open({ host: '0.0.0.0', token: 'given' });
    expect(desk.token).toBe('given');
    expect((await desk.fetch(LIST)).status).toBe(200);
  });
});

describe('a session', () => {
  test('is begun with the token, and lets in as bearer and as cookie, for 12 hours', async () => {
    const clock = new FakeClock();
    const desk = await ServerDesk.open({}, { clock });
    const signed = await signIn(desk);
    expect(signed.cookie).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    expect(signed.expiresAt).toBe('2026-11-22T22:00:00.000Z');
    const bearer = { token: signed.jwt };
    const cookie = { token: null, headers: { cookie: cookieOf(signed) } };
    expect((await desk.fetch(LIST, bearer)).status).toBe(200);
    expect((await desk.fetch(LIST, cookie)).status).toBe(200);
    await clock.advance(12 * HOURS - 1000);
    expect((await desk.fetch(LIST, cookie)).status).toBe(200);
    await clock.advance(1000);
    expect(await desk.problem(LIST, cookie)).toBe('401 unauthorized');
  });

  test('that has expired, was forged, or is not signed at all lets nobody in', async () => {
    const clock = new FakeClock();
    const folder = await tempFolder();
    const file = join(folder, 'sessions.json');
    const sessions = await Sessions.open({ disk: new Disk(), clock, file, token: 'token' });
    const { jwt } = await sessions.begin();
    const session = await sessions.check(jwt);
    expect(session).not.toBeNull();
    const now = Math.floor(clock.now() / 1000);
    const claims = (sign: SignJWT | UnsecuredJWT) =>
      sign
        .setIssuer('satchel')
        .setAudience('satchel')
        .setJti('x')
        .setExpirationTime(now + 100);
    const [head = '', body = '', signature = ''] = jwt.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const other = (alg: string) =>
      (claims(new SignJWT({})) as SignJWT).setProtectedHeader({ alg }).sign(Buffer.alloc(64, 1));
    const longer = Buffer.from(
      Buffer.from(body, 'base64url')
        .toString()
        .replace(/"exp":\d+/, '"exp":9999999999'),
    );
    const forged = {
      'alg none': (claims(new UnsecuredJWT({})) as UnsecuredJWT).encode(),
      'alg none with our claims': `${none}.${body}.`,
      'alg none with our signature': `${none}.${body}.${signature}`,
      'another key': await other('HS256'),
      'another algorithm': await other('HS512'),
      'a longer life': `${head}.${longer.toString('base64url')}.${signature}`,
      'no signature': `${head}.${body}.`,
      nothing: '',
    };
    for (const [what, each] of Object.entries(forged)) {
      expect(await sessions.check(each), what).toBeNull();
    }
    // The key that is kept is not the one that signs: without the token it is worth nothing.
    const { key } = JSON.parse(await readFile(file, 'utf8')) as { key: string };
    const withKept = (claims(new SignJWT({})) as SignJWT).setProtectedHeader({ alg: 'HS256' });
    expect(await sessions.check(await withKept.sign(Buffer.from(key, 'base64')))).toBeNull();
    await clock.advance(12 * HOURS);
    expect(await sessions.check(jwt)).toBeNull();
  });

  test('that was ended stays ended, after a restart too; others go on', async () => {
    const desk = await ServerDesk.open();
    const [one, two] = [await signIn(desk), await signIn(desk)];
    expect((await desk.fetch('/api/v1/session', { method: 'DELETE', token: one.jwt })).status).toBe(204);
    expect(await desk.problem(LIST, { token: one.jwt })).toBe('401 unauthorized');
    await desk.close();
    await desk.start();
    expect(await desk.problem(LIST, { token: one.jwt })).toBe('401 unauthorized');
    expect((await desk.fetch(LIST, { token: two.jwt })).status).toBe(200);
  });

  test('ends with the token it was begun with', async () => {
    const folder = await tempFolder();
    const [dataDir, downloads] = [join(folder, 'data'), join(folder, 'downloads')];
    const first = await ServerDesk.open({ dataDir, downloads, token: 'one' });
    const { jwt } = await signIn(first);
    await first.close();
    const second = await ServerDesk.open({ dataDir, downloads, token: 'two' });
    expect(await second.problem(LIST, { token: jwt })).toBe('401 unauthorized');
    expect(await second.problem(LIST, { token: 'one' })).toBe('401 unauthorized');
  });

  test('in a cookie serves no page of another site or port', async () => {
    const desk = await ServerDesk.open();
    const cookie = cookieOf(await signIn(desk));
    const pause = (headers: Record<string, string>) =>
      desk.fetch('/api/v1/tasks/pause-all', { method: 'POST', token: null, headers: { cookie, ...headers } });
    const own = desk.url('');
    expect((await pause({ origin: own })).status).toBe(200);
    expect((await pause({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await pause({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await pause({ 'sec-fetch-site': 'same-site' })).status).toBe(401);
    expect((await pause({ 'sec-fetch-site': 'cross-site' })).status).toBe(401);
  });
});

describe('who guesses', () => {
  test('waits longer each time, and is forgiven after a minute', async () => {
    const clock = new FakeClock();
    const wrong = new WrongTokens(clock);
    const waits: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const start = clock.monotonic();
      let over = false;
      const waited = wrong.wait('10.0.0.1').then(() => {
        over = true;
      });
      while (!over) await clock.advance(50);
      await waited;
      waits.push(clock.monotonic() - start);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3000, 3000, 3000]);
    await clock.advance(61_000);
    let over = false;
    void wrong.wait('10.0.0.1').then(() => {
      over = true;
    });
    await clock.advance(100);
    expect(over).toBe(true);
  });

  test('from many connections is refused at once, while the right token from there is let in at once', async () => {
    const clock = new FakeClock();
    const desk = await ServerDesk.open({}, { clock });
    const refused = Promise.withResolvers<void>();
    let at24 = 0;
    const guesses = Array.from({ length: 40 }, async (_, i) => {
      const answer = await desk.problem('/api/v1/session', { json: { token: `guess ${i}` }, token: null });
      if (answer === '429 rate-limited' && ++at24 === 24) refused.resolve();
      return answer;
    });
    await refused.promise;
    // Sixteen of them wait, and the clock stands still.
    expect((await desk.fetch(LIST)).status).toBe(200);
    expect((await signIn(desk)).jwt).not.toBe('');
    let open = true;
    const all = Promise.all(guesses).finally(() => {
      open = false;
    });
    while (open) await clock.advance(100);
    const answers = await all;
    expect(answers.filter((each) => each === '401 unauthorized')).toHaveLength(16);
    expect(answers.filter((each) => each === '429 rate-limited')).toHaveLength(24);
  });
});
