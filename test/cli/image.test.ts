import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { buildFirst } from './kit.ts';

buildFirst();

const root = join(import.meta.dirname, '..', '..');
/** Root writes anywhere, so it becomes the image's user; whoever else runs this loses the right to write the tree. */
const isRoot = process.getuid?.() === 0;

/** What the last stage of the Dockerfile says, by instruction. */
async function lastStage(): Promise<(instruction: string) => string[]> {
  const text = (await readFile(join(root, 'packaging/docker/Dockerfile'), 'utf8')).replaceAll('\\\n', ' ');
  const lines = (text.split(/^(?=FROM )/m).at(-1) ?? '').split('\n');
  return (instruction) =>
    lines.flatMap((line) =>
      line.startsWith(`${instruction} `) ? [line.slice(instruction.length).trim()] : [],
    );
}

/** Another user must be able to run this Node at all; Windows has no users by number. */
function canRunAsOther(): boolean {
  if (process.platform === 'win32') return false;
  const other = isRoot ? { uid: 10_001, gid: 10_001 } : {};
  return spawnSync(process.execPath, ['--version'], { cwd: '/', ...other }).status === 0;
}

interface Image {
  readonly folder: string;
  /** Its root, which may not be written. */
  readonly tree: string;
  readonly child: ChildProcess;
  readonly address: string;
  readonly token: string;
  /** The command that looks at its health. */
  readonly health: readonly string[];
}

/** Starts what the image holds, by its own command, on a port and in folders of the test's. */
async function start(): Promise<Image> {
  const of = await lastStage();
  const folder = await tempFolder();
  const tree = join(folder, 'root');
  for (const copy of of('COPY')) {
    const [, from = '', to = ''] = /^--from=build \/src\/(\S+) (\S+)$/.exec(copy) ?? [];
    const target = join(tree, 'app', to.endsWith('/') ? join(to, from) : to);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(root, from), target, { recursive: true });
  }
  const uid = Number(/^\d+/.exec(of('USER')[0] ?? '')?.[0]);
  await closeOff(folder, tree, uid);
  const list = (instruction: string) => JSON.parse(of(instruction)[0] ?? '') as string[];
  const place = (word: string) => (/^\/(data|downloads)\b/.test(word) ? join(folder, word) : word);
  const [, entry = ''] = list('ENTRYPOINT');
  const command = [...list('CMD').map(place), '--port', '0', '--allow-private'];
  const child = spawn(process.execPath, [join(tree, entry), ...command], {
    cwd: join(folder, 'downloads'),
    env: { HOME: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot ? { uid, gid: uid } : {}),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await said(child, 'Satchel serves at ');
  const instance = await readFile(join(folder, 'data', 'instance.json'), 'utf8');
  const { address, tokenFile } = JSON.parse(instance) as { address: string; tokenFile: string };
  const token = (await readFile(tokenFile, 'utf8')).trim();
  const check = JSON.parse(/\["node".*\]/.exec(of('HEALTHCHECK')[0] ?? '')?.[0] ?? '') as string[];
  const health = check.slice(1).map((word) => word.replace('http://127.0.0.1:7878', address));
  expect(health.join()).toContain(address);
  return { folder, tree, child, address, token, health };
}

/** Resolves when it has said so; rejects with all it has said when it ends before. */
function said(child: ChildProcess, wanted: string): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    for (const output of [child.stdout, child.stderr]) {
      output?.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        if (text.includes(wanted)) resolve();
      });
    }
    child.once('close', () => reject(new Error(`it ended: ${text}`)));
  });
}

/** Gives the user two folders, and takes from it the right to write anything else. */
async function closeOff(folder: string, tree: string, uid: number): Promise<void> {
  for (const name of ['data', 'downloads']) {
    await mkdir(join(folder, name));
    if (isRoot) await chown(join(folder, name), uid, uid);
  }
  const entries = await readdir(tree, { recursive: true });
  const closed = ['', ...entries].map((entry) => join(tree, entry));
  const open = async (path: string, writable: number) =>
    chmod(path, (await lstat(path)).isDirectory() ? 0o555 | writable : 0o444 | writable);
  for (const path of closed) await open(path, 0);
  await chmod(folder, 0o755);
  // Else what was made for the test could not be removed after it.
  onTestFinished(async () => {
    for (const path of closed) await open(path, 0o200);
  });
}

async function written(tree: string): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true });
  const facts = await Promise.all(entries.map((entry) => lstat(join(tree, entry))));
  return entries.map((entry, at) => `${entry} ${facts[at]?.size} ${facts[at]?.mtimeMs}`).toSorted();
}

const node = (args: readonly string[]) =>
  promisify(execFile)(process.execPath, [...args]).then(
    () => 0,
    ({ code }: { code: number }) => code,
  );

const title = 'what the image holds runs alone, for its own user, and writes to its two folders only';
test.runIf(canRunAsOther())(title, async () => {
  const source = await FaultServer.start();
  onTestFinished(() => source.close());
  const content = new Content(9, 300_000);
  source.serve('/a.bin', { content });
  const { folder, tree, child, address, token, health } = await start();
  const before = await written(tree);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ url: source.url('/a.bin') });
  const added = await fetch(`${address}/api/v1/tasks`, { method: 'POST', headers, body });
  expect(added.status).toBe(201);
  const { task } = (await added.json()) as { task: Task };
  const state = async () => {
    const answer = await fetch(`${address}/api/v1/tasks/${task.id}`, { headers });
    return ((await answer.json()) as { task: Task }).task.state;
  };
  while ((await state()) !== 'done') await new Promise(setImmediate);
  expect(await differsAt(content, join(folder, 'downloads', 'a.bin'))).toBeNull();
  expect(await node(health)).toBe(0);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await node(health)).toBe(1);
  expect(before.length).toBeGreaterThan(5);
  expect(await written(tree)).toEqual(before);
  expect((await readdir(folder)).toSorted()).toEqual(['data', 'downloads', 'root']);
});
