import { homedir } from 'node:os';
import { join } from 'node:path';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { API } from '../contract/routes.ts';
import { ServeOptions } from '../contract/serve.ts';
import { type Engine, openEngine, openInBrowser, runDesktop, runningInstance } from '../engine.ts';
import type { Serving } from '../server/server.ts';
import { stopInTime, stopOnSignals } from './signals.ts';

const FIRST_PORT = 7878;
/** Ports after it that are tried when it is taken. */
const MORE_PORTS = 20;
/**
 * What `satchel` does when it is told nothing: opens the desktop or, where that cannot be, says why in one line and
 * serves the same interface to the browser. Gives the exit status.
 */
export async function openApp(version: string): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const stop = stopOnSignals();
  try {
    const obstacle = obstacleHere();
    const fetching = () => say('Fetching Electron, once …');
    const desktop = obstacle === null ? await runDesktop(stop.signal, fetching) : { problem: obstacle };
    if ('status' in desktop) return desktop.status;
    if (stop.signal.aborted) return stop.status() ?? 1;
    say(`No desktop window: ${desktop.problem}. Satchel opens in the browser instead.`);
    return await serveInterface(version, say, stop.aborted);
  } finally {
    stop.release();
  }
}

/** Why there can be no window, whatever is installed; null: nothing is known that speaks against it. */
function obstacleHere(): string | null {
  if (!hasDisplay()) return 'there is no display';
  // Its sandbox is never switched off, and there is none for root.
  if (process.platform === 'linux' && process.getuid?.() === 0) return 'Electron does not run as root';
  return null;
}

function hasDisplay(): boolean {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform !== 'linux' || Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY);
}

async function serveInterface(
  version: string,
  say: (line: string) => void,
  stopped: Promise<void>,
): Promise<number> {
  const engine = await openOwnEngine(version);
  if (engine === null) return tellRunning(say);
  const serving = await openOwnDoor(engine, version);
  const { openHandOver } = await import('../server/hand-over.ts');
  const browsers = await openHandOver({ engine, version, offer: (text) => engine.offer(text) });
  const link = serving.signInLink();
  say(`Satchel serves at ${serving.address}/`);
  say(`Sign in, once, within ten minutes: ${link}`);
  if (hasDisplay()) openInBrowser(link);
  await stopped;
  await stopInTime(() => Promise.all([serving.close(), browsers.close()]).then(() => engine.close()));
  return 0;
}

/** Null where a Satchel is at work on the data folder already. */
async function openOwnEngine(version: string): Promise<Engine | null> {
  try {
    return await openEngine({ dataDir: null, downloads: join(homedir(), 'Downloads'), version });
  } catch (thrown) {
    if (asSatchelError(thrown).code === 'already-running') return null;
    throw thrown;
  }
}

async function openOwnDoor(engine: Engine, version: string): Promise<Serving> {
  // Only now: what it is made of takes longer to load than all the rest.
  const { openDoor } = await import('../server/server.ts');
  const served = { version, log: { write: () => {} } };
  try {
    return await onFreePort((port) => openDoor(engine, ServeOptions.parse({ port: String(port) }), served));
  } catch (thrown) {
    await engine.close();
    throw thrown;
  }
}

async function onFreePort<T>(open: (port: number) => Promise<T>): Promise<T> {
  for (let port = FIRST_PORT; ; port += 1) {
    try {
      return await open(port);
    } catch (thrown) {
      const { code } = asSatchelError(thrown);
      if (code !== 'already-running' || port === FIRST_PORT + MORE_PORTS) throw thrown;
    }
  }
}

/** Somebody else has the data folder: where it is to be found, with a link that signs in. */
async function tellRunning(say: (line: string) => void): Promise<number> {
  const running = await runningInstance(null);
  if (running === null) throw new SatchelError('already-running', 'a Satchel without remote access');
  const { address, token } = running;
  say(`Satchel is at work already, at ${address}/`);
  const answer = await fetch(`${address}${API}/session/link`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token ?? ''}` },
  }).catch(() => null);
  if (answer?.ok) {
    const { link } = (await answer.json()) as { link: string };
    say(`Sign in, once, within ten minutes: ${link}`);
    if (hasDisplay()) openInBrowser(link);
  }
  return 0;
}
