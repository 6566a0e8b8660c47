import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { buildFirst, linesOf, type Running, type RunOptions, satchel } from './kit.ts';

buildFirst();

/** Somebody who is not root, as whom Electron does not run. */
const NOBODY = 65_534;
const ROOT = join(import.meta.dirname, '..', '..');
const isRoot = process.getuid?.() === 0;

interface Open extends Running {
  readonly folder: string;
  printed(): string;
}

interface Start {
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** As somebody who is not root, wherever this is run. */
  readonly asUser?: boolean;
  readonly more?: Partial<RunOptions>;
}

/** `satchel`, and nothing more. */
async function start({ folder, env = {}, asUser = false, more = {} }: Start = {}): Promise<Open> {
  const own = folder ?? (await tempFolder());
  if (asUser && isRoot) {
    await chown(own, NOBODY, NOBODY);
    await chmod(own, 0o755);
  }
  const surroundings = {
    ...{ HOME: own, SATCHEL_DATA_DIR: join(own, 'data'), DISPLAY: '', WAYLAND_DISPLAY: '' },
    // Nothing is fetched in a test, wherever it is run.
    ...{ ELECTRON_MIRROR: 'http://127.0.0.1:9/', ELECTRON_OVERRIDE_DIST_PATH: '' },
    ...env,
  };
  const running = satchel([], {
    cwd: own,
    env: surroundings,
    ...(asUser && isRoot ? { uid: NOBODY } : {}),
    ...more,
  });
  let printed = '';
  running.child.stdout?.on('data', (text: string) => {
    printed += text;
  });
  return { ...running, folder: own, printed: () => printed };
}

/** Where it serves, and the link that signs in. */
async function served(open: Open): Promise<{ address: string; link: URL }> {
  await open.said('#sign-in=');
  await open.said('\n');
  const address = /at (http:\S+)\/\n/.exec(open.printed())?.[1] ?? '';
  return { address, link: new URL(/http:\S+#sign-in=\S+/.exec(open.printed())?.[0] ?? '') };
}

function signIn({ origin, hash }: URL): Promise<Response> {
  const code = hash.replace('#sign-in=', '');
  const headers = { 'content-type': 'application/json' };
  return fetch(`${origin}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify({ code }) });
}

/** What asks as who has signed in. */
async function signedIn(link: URL) {
  const answer = await signIn(link);
  expect(answer.status).toBe(200);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${link.origin}/api/v1${path}`, {
      headers: { cookie, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.json()) as T;
  };
}

async function end(open: Open): Promise<void> {
  const begun = performance.now();
  open.child.kill('SIGINT');
  const { status, stderr } = await open.exit;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(performance.now() - begun).toBeLessThan(5000);
}

describe('without a display', () => {
  test('it says so in one line, and serves the interface with a link that signs in once', async () => {
    const open = await start({ more: { throughLauncher: true } });
    const { address, link } = await served(open);
    const [why, where, ...others] = linesOf(open.printed());
    expect(why).toBe('No desktop window: there is no display. Satchel opens in the browser instead.');
    expect(where).toBe(`Satchel serves at ${address}/`);
    expect(others).toHaveLength(1);
    expect(link.origin).toBe(address);
    expect(new URL(address).hostname).toBe('127.0.0.1');

    const page = await fetch(`${address}/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect((await fetch(`${address}/api/v1/status`)).status).toBe(401);
    await signedIn(link);
    expect((await signIn(link)).status).toBe(401);
    await end(open);
  });

  test('downloads go to the folder of the user, also from this machine', async () => {
    const source = await FaultServer.start();
    onTestFinished(() => source.close());
    const content = new Content(4, 100_000);
    source.serve('/a.bin', { content });
    const open = await start();
    const ask = await signedIn((await served(open)).link);
    const { task } = await ask<{ task: Task }>('/tasks', { url: source.url('/a.bin') });
    expect(task.path).toBe(join(open.folder, 'Downloads', 'a.bin'));
    const state = async () => (await ask<{ task: Task }>(`/tasks/${task.id}`)).task.state;
    await expect.poll(state, { timeout: 10_000 }).toBe('done');
    expect(await differsAt(content, task.path)).toBeNull();
    await end(open);
  });

  test('where the usual port is taken, it takes the next that is free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      // Whoever has it already does as well.
      other.once('error', () => resolve());
      other.listen(7878, '127.0.0.1', () => resolve());
    });
    onTestFinished(() => void other.close());
    const open = await start();
    const port = Number(new URL((await served(open)).address).port);
    expect(port).toBeGreaterThan(7878);
    expect(port).toBeLessThan(7900);
    await end(open);
  });

  test('where one is at work already, it says where, with another link', async () => {
    const first = await start();
    const { address, link } = await served(first);
    const second = await start({ folder: first.folder });
    const { status, stdout } = await second.exit;
    expect(status).toBe(0);
    expect(stdout).toContain(`Satchel is at work already, at ${address}/\n`);
    const another = new URL(/http:\S+#sign-in=\S+/.exec(stdout)?.[0] ?? '');
    expect(another.href).not.toBe(link.href);
    await signedIn(another);
    expect((await signIn(another)).status).toBe(401);
    await signedIn(link);
    await end(first);
  });
});

describe('with a display', () => {
  /** A program that writes down what it is given, and ends so. */
  async function planted(folder: string, name: string, status: number): Promise<string> {
    const file = join(folder, name);
    await mkdir(folder, { recursive: true });
    await writeFile(file, `#!/bin/sh\nprintf '%s\\n' "$@" >> '${file}.given'\nexit ${status}\n`);
    await writeFile(`${file}.given`, '');
    await chmod(file, 0o755);
    await chmod(`${file}.given`, 0o666);
    await chmod(folder, 0o755);
    return folder;
  }

  async function runtime(status: number): Promise<{ folder: string; given: string }> {
    const folder = await tempFolder();
    await chmod(folder, 0o755);
    await planted(folder, 'electron', status);
    return { folder, given: join(folder, 'electron.given') };
  }

  test.each([
    ['ends as it does', 0, 0],
    ['ends with a failure where it has refused to start', 3, 1],
  ])("it opens the desktop on Electron's runtime, and %s", async (_, code, status) => {
    const { folder, given } = await runtime(code);
    const env = { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: folder };
    const open = await start({ asUser: true, env });
    expect(await open.exit).toMatchObject({ status, stdout: '', stderr: '' });
    expect(await readFile(given, 'utf8')).toBe(`${ROOT}\n`);
  });

  test('on which Electron does not run, it says so, and serves', async () => {
    const { folder } = await runtime(127);
    const open = await start({ asUser: true, env: { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: folder } });
    await served(open);
    expect(linesOf(open.printed())[0]).toBe(
      'No desktop window: Electron does not run here: it ended with 127. Satchel opens in the browser instead.',
    );
    await end(open);
  });

  test('where Electron cannot be fetched, it says so, and serves', { timeout: 60_000 }, async () => {
    const empty = await tempFolder();
    const open = await start({
      asUser: true,
      env: { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: empty },
    });
    await open.said("Electron's runtime cannot be fetched");
    await served(open);
    expect(linesOf(open.printed())).toHaveLength(4);
    await end(open);
  });

  test('the browser of the system is shown the link, and outlives Satchel', async () => {
    const { folder } = await runtime(127);
    const programs = await tempFolder();
    const seen = join(programs, 'seen');
    const script = `#!/bin/sh\necho "$1" $$ > '${seen}.new'\nmv '${seen}.new' '${seen}'\nexec sleep 60\n`;
    await writeFile(join(programs, 'xdg-open'), script, { mode: 0o755 });
    const path = `${programs}:${process.env['PATH']}`;
    const env = { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: folder, PATH: path };
    const open = await start({ env });
    const { link } = await served(open);
    const read = () => readFile(seen, 'utf8').catch(() => '');
    await expect.poll(read, { timeout: 10_000 }).toContain(link.href);
    await end(open);
    const browser = Number((await read()).trim().split(' ')[1]);
    expect(process.kill(browser, 'SIGKILL')).toBe(true);
  });

  test.runIf(isRoot)('root gets no window: Electron would have to do without its sandbox', async () => {
    const { folder, given } = await runtime(0);
    const open = await start({ env: { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: folder, PATH: '' } });
    await served(open);
    expect(linesOf(open.printed())[0]).toContain('Electron does not run as root');
    expect(await readFile(given, 'utf8')).toBe('');
    await end(open);
  });
});
