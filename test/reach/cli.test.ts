import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { basicAuthorization } from '../../main/source/request-headers.ts';
import { buildFirst, type Desk, desk, expectFile } from '../cli/kit.ts';
import { selfSigned } from '../kit/certificate.ts';
import { httpProxy, server, socksProxy } from './kit.ts';

buildFirst();

const challenge = {
  name: 'status',
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="kit"' },
} as const;
const authorizations = (at: Desk) => at.server.requests.map(({ headers }) => headers.authorization);

describe('satchel get', () => {
  test('--user and -H go to the origin of every address', async () => {
    const at = await desk();
    const other = await server();
    const content = at.serve('/a.bin');
    other.serve('/b.bin', { content });
    const args = ['--user', 'me:p:w', '-H', 'X-Own: 1', '-H', 'Accept: text/plain', '-H', 'x-own: 2'];
    expect(await at.get(['/a.bin', other.url('/b.bin'), ...args])).toMatchObject({ status: 0 });
    for (const { headers } of [...at.server.requests, ...other.requests]) {
      expect(headers).toMatchObject({
        authorization: basicAuthorization('me', 'p:w'),
        accept: 'text/plain',
        'x-own': '2',
      });
    }
    expect([at.server.requests.length, other.requests.length]).toEqual([1, 1]);
  });

  test('--user without a colon has no password, and nobody is asked for one', async () => {
    const at = await desk();
    at.serve('/a.bin');
    expect(await at.get(['/a.bin', '--user', 'me'])).toMatchObject({ status: 0 });
    expect(authorizations(at)).toEqual([basicAuthorization('me', '')]);
  });

  test('what is in the address counts more than --user', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const url = at.server.url('/a.bin').replace('//', '//you:pw@');
    expect(await at.get([url, '--user', 'me:no'])).toMatchObject({ status: 0 });
    expect(authorizations(at)).toEqual([basicAuthorization('you', 'pw')]);
  });

  test('--referer, --user-agent and --cookies are sent', async () => {
    const at = await desk();
    at.serve('/a.bin');
    await writeFile(join(at.folder, 'c'), '127.0.0.1\tFALSE\t/\tFALSE\t0\tn\tv\n');
    const args = ['--referer', 'http://a.test/x#y', '--user-agent', 'Mine/1', '--cookies', 'c'];
    expect(await at.get(['/a.bin', ...args])).toMatchObject({ status: 0 });
    const wanted = { referer: 'http://a.test/x', 'user-agent': 'Mine/1', cookie: 'n=v' };
    expect(at.server.requests[0]?.headers).toMatchObject(wanted);
  });

  test('the netrc file is read, at home or where $NETRC says, and not with --no-netrc', async () => {
    const at = await desk();
    const content = at.serve('/a.bin', { faults: [challenge] });
    const home = join(at.folder, 'home');
    await mkdir(home);
    const entry = (login: string) => `machine 127.0.0.1 login ${login} password pw\n`;
    await writeFile(join(home, '.netrc'), entry('home'));
    await writeFile(join(at.folder, 'other'), entry('other'));
    const tries: [string[], NodeJS.ProcessEnv, string | null][] = [
      [[], { NETRC: '', HOME: home, USERPROFILE: home }, 'home'],
      [[], { NETRC: join(at.folder, 'other') }, 'other'],
      [[], { NETRC: join(at.folder, 'missing') }, null],
      [['--no-netrc'], { NETRC: join(at.folder, 'other') }, null],
    ];
    for (const [args, env, login] of tries) {
      const since = at.server.requests.length;
      const exit = await at.get(['/a.bin', ...args], { env });
      expect([exit.status, exit.stderr.split('\n').length]).toEqual([1, 2]);
      const sent = authorizations(at).slice(since);
      expect(sent).toEqual(login === null ? [undefined] : [undefined, basicAuthorization(login, 'pw')]);
    }
    at.server.update('/a.bin', { faults: [{ ...challenge, times: 1 }] });
    const exit = await at.get(['/a.bin'], { env: { NETRC: join(at.folder, 'other') } });
    expect(exit).toMatchObject({ status: 0, stderr: '' });
    await expectFile(join(at.folder, 'a.bin'), content);
  });

  test.each([
    ['cannot be understood', 'machine a.test login "s3cret', /bad: line 1|bad is not used: line 1/],
    ['cannot be read', null, /bad is not used: EISDIR/],
  ])('a netrc file that %s is a note, and no failure', async (_, text, note) => {
    const at = await desk();
    at.serve('/a.bin');
    const path = join(at.folder, 'bad');
    await (text === null ? mkdir(path) : writeFile(path, text));
    const exit = await at.get(['/a.bin', '--json'], { env: { NETRC: path } });
    expect(exit.status).toBe(0);
    expect(exit.stderr).toMatch(note);
    expect(exit.stderr).not.toContain('s3cret');
  });

  test('--proxy comes before the environment; none and nothing mean none', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const [own, other] = [await httpProxy(), await socksProxy()];
    const env = { http_proxy: own.url() };
    const tries: [string[], [number, number]][] = [
      [[], [1, 0]],
      [
        ['--proxy', other.url()],
        [0, 1],
      ],
      [
        ['--proxy', 'none'],
        [0, 0],
      ],
      [
        ['--proxy', ''],
        [0, 0],
      ],
    ];
    for (const [args, counts] of tries) {
      own.asked.length = 0;
      other.asked.length = 0;
      expect(await at.get(['/a.bin', ...args], { env })).toMatchObject({ status: 0 });
      expect([own.asked.length, other.asked.length]).toEqual(counts);
    }
  });

  test.each([[[]], [['--json']], [['--quiet']]])(
    '--insecure %j trusts everyone, and warns once',
    async (mode) => {
      const at = await desk();
      const secure = await server({ tls: true });
      secure.serve('/s.bin', { content: at.serve('/a.bin') });
      secure.serve('/t.bin', { content: at.serve('/a.bin') });
      const urls = [secure.url('/s.bin'), secure.url('/t.bin')];
      expect(await at.get([...urls, ...mode])).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('(tls)'),
      });
      const exit = await at.get([...urls, '--insecure', ...mode]);
      expect(exit.status).toBe(0);
      expect(exit.stderr).toMatch(/^satchel: warning: --insecure: [^\n]+\n$/);
    },
  );

  test('--ca trusts a certificate more', async () => {
    const at = await desk();
    const secure = await server({ tls: true });
    secure.serve('/s.bin', { content: at.serve('/a.bin') });
    await writeFile(join(at.folder, 'ca.pem'), (await selfSigned()).cert);
    expect(await at.get([secure.url('/s.bin'), '--ca', 'ca.pem'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('--limit-rate holds the whole command back', async () => {
    const at = await desk();
    at.serve('/a.bin', { size: 1_500_000 });
    at.serve('/b.bin', { size: 1_500_000 });
    const begun = performance.now();
    expect(await at.get(['/a.bin', '/b.bin', '--limit-rate', '1.5M'])).toMatchObject({ status: 0 });
    expect(performance.now() - begun).toBeGreaterThan(1500);
  });

  test.each([
    [['-H', 'Range: bytes=0-'], "the header Range is Satchel's own to send"],
    [['--user', 'a:b', '-H', 'authorization: x'], '--user and an Authorization header do not go together'],
    [['--cookies', 'none-such'], '--cookies: the file cannot be read: ENOENT'],
    [['--ca', 'none-such'], '--ca: the file cannot be read: ENOENT'],
    [['--proxy', 'ftp://a.test'], 'no proxy of this kind'],
    [['--limit-rate', '0'], '--limit-rate must be a size such as 500K or 1M'],
    [['--user', ''], '--user must be USER:PASSWORD'],
  ])('%j is not understood', async (args, detail) => {
    const at = await desk();
    const exit = await at.get(['/a.bin', ...args]);
    expect(exit.status).toBe(2);
    expect(exit.stderr).toContain(`(bad-input): ${detail}`);
    expect(at.server.requests).toEqual([]);
  });
});
