import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFirst, type Exit, run } from '../cli/kit.ts';
import { Content } from '../kit/content.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { httpProxy, server, socksProxy } from './kit.ts';

buildFirst();

/** Every kind of secret that a command can be given, each with characters that are written otherwise somewhere. */
const SECRETS = {
  address: 'adr/ss+1Q',
  user: 'us+r:2=W',
  header: 'h+ader/3=E',
  bearer: 'b+ar/r4=R',
  cookieHeader: 'c/okie+5T',
  cookieFile: 'j/r+6=Y',
  netrc: 'n/trc+7=U',
  proxy: 'pr/xy+8=I',
  socks: 's/cks+9=O',
  referer: 'r/f+0=P',
  set: 's/t+1=A',
} as const;

const LOGINS = { address: 'lea', user: 'ulf', netrc: 'nat', proxy: 'pia', socks: 'sam', referer: 'rob' };

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A secret as it may be written: plain, percent-encoded, as JSON, in base64 at each of its three offsets. */
function formsOf(secret: string): string[] {
  const shifted = ['', 'x', 'xx'].map((before) => base64(before + secret).slice(before === '' ? 0 : 4, -4));
  const login = Object.values(LOGINS).map((name) => base64(`${name}:${secret}`));
  const encoded = encodeURIComponent(secret);
  return [
    secret,
    encoded,
    encoded.toLowerCase(),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
    ...shifted,
    ...login,
  ];
}

interface Look {
  readonly exit: Exit;
  /** All that the program printed and left behind. */
  readonly text: string;
}

/** The forms of which secrets are to be found in the text. */
function found(text: string, secrets: readonly string[] = Object.values(SECRETS)): string[] {
  return secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)));
}

async function look(args: readonly string[], folder: string, env: NodeJS.ProcessEnv): Promise<Look> {
  const exit = await run(['get', ...args], { cwd: folder, env });
  const files = await readdir(folder, { recursive: true });
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'latin1')));
  return { exit, text: [exit.stdout, exit.stderr, ...files, ...texts].join('\n') };
}

/** A server that sends from one address to another, with a password and cookies, and the files that know them. */
async function stage() {
  const [target, folder, secretFolder] = [await server(), await tempFolder(), await tempFolder()];
  const content = new Content(3, 300_000);
  target.serve('/b.bin', { content });
  target.serve('/a.bin', {
    content,
    faults: [
      {
        name: 'status',
        status: 302,
        headers: { location: '/b.bin?SHOWN', 'set-cookie': `s=${SECRETS.set}` },
      },
    ],
  });
  const cookies = join(secretFolder, 'cookies');
  await writeFile(cookies, `127.0.0.1\tFALSE\t/\tFALSE\t0\tjar\t${SECRETS.cookieFile}\n`);
  const netrc = join(secretFolder, 'netrc');
  await writeFile(netrc, `machine 127.0.0.1 login ${LOGINS.netrc} password "${SECRETS.netrc}"\n`);
  return { target, folder, cookies, netrc };
}

const MODES = [[], ['--json'], ['--quiet']];
const named = MODES.map((mode) => [mode.join(' ') || 'lines', mode] as const);

/** Everything but the login, which is one of three kinds. */
const always = (cookies: string): string[] => [
  '-H',
  `X-Own: ${SECRETS.header}`,
  '-H',
  `Cookie: c=${SECRETS.cookieHeader}`,
  '--referer',
  `https://${LOGINS.referer}:${encodeURIComponent(SECRETS.referer)}@a.test/#${SECRETS.referer}`,
  '--cookies',
  cookies,
  '--retries',
  '1',
];

const logins = (origin: string): readonly [string, string, string[]][] => [
  ['in the address', `http://${LOGINS.address}:${encodeURIComponent(SECRETS.address)}@${origin}`, []],
  ['--user', `http://${origin}`, ['--user', `${LOGINS.user}:${SECRETS.user}`]],
  ['bearer', `http://${origin}`, ['-H', `Authorization: Bearer ${SECRETS.bearer}`]],
  ['netrc', `http://${origin}`, []],
];

describe.each(named)('nothing secret is printed or kept (%s)', (_, mode) => {
  test('when it succeeds', async () => {
    const at = await stage();
    const proxy = await httpProxy({ user: LOGINS.proxy, password: SECRETS.proxy });
    const through = proxy.url(`${LOGINS.proxy}:${encodeURIComponent(SECRETS.proxy)}`);
    for (const [name, origin, more] of logins(new URL(at.target.origin).host)) {
      const args = [
        `${origin}/a.bin?SHOWN`,
        '-o',
        `${name.at(-1)}.bin`,
        ...always(at.cookies),
        ...more,
        ...mode,
      ];
      const { exit, text } = await look([...args, '--proxy', through], at.folder, { NETRC: at.netrc });
      expect([name, exit.status, found(text)]).toEqual([name, 0, []]);
    }
    // They were all sent: nothing that is not there could be shown.
    const sent = JSON.stringify([at.target.requests, proxy.asked]);
    const { netrc: _netrc, socks: _socks, ...used } = SECRETS;
    expect(found(sent)).toEqual(
      expect.arrayContaining([
        used.address,
        used.user,
        used.header,
        used.bearer,
        used.cookieHeader,
        used.cookieFile,
        used.proxy,
        used.set,
      ]),
    );
    expect(found(sent)).not.toContain(SECRETS.referer);
  });

  test('when it fails: refused, cut, a wrong address, no proxy', async () => {
    const at = await stage();
    const { host } = new URL(at.target.origin);
    const [http, socks] = [await httpProxy({ user: 'x' }), await socksProxy({ user: 'x' })];
    const words = (kind: 'proxy' | 'socks') => `${LOGINS[kind]}:${encodeURIComponent(SECRETS[kind])}`;
    const proxies = [
      'none',
      http.url(words('proxy')),
      socks.url(words('socks')),
      `http://${words('proxy')}@127.0.0.1:1`,
    ];
    at.target.update('/b.bin', {
      faults: [{ name: 'status', status: 401, headers: { 'www-authenticate': 'Basic' } }],
    });
    for (const proxy of proxies) {
      for (const [name, origin, more] of logins(host)) {
        const args = [`${origin}/a.bin?SHOWN`, ...always(at.cookies), ...more, '--proxy', proxy, ...mode];
        const { exit, text } = await look(args, at.folder, { NETRC: at.netrc });
        expect([name, exit.status, found(text)]).toEqual([name, 1, []]);
        expect(exit.stderr).toMatch(/\((auth-required|network)\)/);
      }
    }
    expect(found(JSON.stringify(at.target.requests))).toContain(SECRETS.netrc);
  });

  test('when it is cut off, and stays unfinished', async () => {
    const at = await stage();
    at.target.update('/b.bin', { faults: [{ name: 'truncate', after: 100_000 }] });
    const [, origin, more] = logins(new URL(at.target.origin).host)[1] as [string, string, string[]];
    const { exit, text } = await look(
      [`${origin}/a.bin?SHOWN`, '-o', 'a.bin', ...always(at.cookies), ...more, '--retries', '0', ...mode],
      at.folder,
      { NETRC: at.netrc },
    );
    expect(exit.status).toBe(1);
    expect((await readdir(at.folder)).sort()).toEqual(['a.bin.part', 'a.bin.satchel']);
    expect(found(text)).toEqual([]);
    // The journal holds the address, so a look into it finds what is there.
    expect(text).toContain('a.bin?SHOWN');
  });
});

test('a command that is not understood does not repeat what it was given', async () => {
  const at = await stage();
  const wrongCookies = join(at.folder, 'wrong');
  await writeFile(wrongCookies, `a.test ${SECRETS.cookieFile}\n`);
  const s = SECRETS.header;
  const commands = [
    ['--header', s],
    ['-H', `Range: ${s}`],
    ['-H', `X: a\n${s}`],
    ['-H', `Host: ${s}`],
    ['--user', `ulf:${SECRETS.user}`, '-H', `Authorization: ${s}`],
    ['--referer', SECRETS.referer],
    ['--cookies', wrongCookies],
    ['--proxy', `ftp://pia:${SECRETS.proxy}@p.test`],
    ['--proxy', `http://pia:${SECRETS.proxy}@p.test`],
    ['--user-agent', `a\n${s}`],
    ['--ca', wrongCookies],
    [`--usr=${SECRETS.user}`],
    [`--hedaer=X: ${s}`],
  ];
  for (const command of commands) {
    const { exit } = await look([at.target.url('/a.bin'), ...command], at.folder, {});
    expect([command[0], exit.status]).toEqual([command[0], 2]);
    expect(exit.stderr).toMatch(/^satchel: /);
    expect(found(exit.stdout + exit.stderr)).toEqual([]);
  }
  expect(at.target.requests).toEqual([]);
});

test('the search for secrets finds them in every form', () => {
  for (const secret of Object.values(SECRETS)) {
    for (const form of [
      secret,
      encodeURIComponent(secret),
      base64(`nat:${secret}`),
      base64(`any:${secret} more`),
    ]) {
      expect(found(`x${form}y`, [secret])).toEqual([secret]);
    }
  }
  expect(found('nothing of the kind')).toEqual([]);
});
