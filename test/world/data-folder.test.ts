import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../main/world/clock.ts';
import {
  type DataFolder,
  dataFolderPath,
  openDataFolder,
  readInstance,
} from '../../main/world/data-folder.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const disk = new Disk();
const child = join(import.meta.dirname, 'data-folder-child.ts');
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

async function open(dir: string): Promise<DataFolder> {
  const folder = await openDataFolder({ disk, dir, env: {} });
  onTestFinished(() => folder.close());
  return folder;
}

/** Another process that opens the folder, and what it says to that. */
async function openElsewhere(
  dir: string,
): Promise<{ said: string; process: ChildProcess; kill(): Promise<void> }> {
  const other = spawn(process.execPath, [child, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(other, 'close');
  const kill = async () => {
    other.kill('SIGKILL');
    await closed;
  };
  onTestFinished(kill);
  const [text] = (await once(other.stdout, 'data')) as [Buffer];
  return { said: text.toString().trim(), process: other, kill };
}

describe('where it is', () => {
  test('as given, else as the environment says, else the place of this user', () => {
    expect(dataFolderPath('/given', { SATCHEL_DATA_DIR: '/env' })).toBe('/given');
    expect(dataFolderPath('rel', {})).toBe(resolve('rel'));
    expect(dataFolderPath(null, { SATCHEL_DATA_DIR: '/env' })).toBe('/env');
    const own = dataFolderPath(null, { SATCHEL_DATA_DIR: '' });
    expect(own.startsWith(homedir()) || own === join(process.env['XDG_DATA_HOME'] ?? '', 'satchel')).toBe(
      true,
    );
    expect(own).toMatch(/satchel/i);
    expect(own).not.toMatch(/nodejs/);
  });

  test('it is made private, with those above it, and one that is there is left as it is', async () => {
    const base = await tempFolder();
    const before = process.umask(0);
    try {
      const { path } = await open(join(base, 'a', 'b'));
      expect([await modeOf(path), await modeOf(join(base, 'a'))]).toEqual([0o700, 0o700]);
      expect(await modeOf(join(path, 'instance.json'))).toBe(0o600);
      await mkdir(join(base, 'mine'), { mode: 0o750 });
      await open(join(base, 'mine'));
      expect(await modeOf(join(base, 'mine'))).toBe(0o750);
    } finally {
      process.umask(before);
    }
  });
});

describe('one process at a time', () => {
  test('a second one is refused, by any path, until the first has closed it', async () => {
    const base = await tempFolder();
    const dir = join(base, 'data');
    const folder = await open(dir);
    await symlink(dir, join(base, 'link'));
    for (const path of [dir, join(base, 'link')])
      expect((await openElsewhere(path)).said).toBe('already-running');
    await expect(open(dir)).rejects.toMatchObject({ code: 'already-running', detail: folder.path });
    await folder.close();
    const other = await openElsewhere(dir);
    expect(other.said).toBe('open');
    await expect(open(dir)).rejects.toMatchObject({ code: 'already-running' });
  });

  test('one that was killed leaves no lock, and what it has left tells nobody anything', async () => {
    const dir = await tempFolder();
    const other = await openElsewhere(dir);
    expect(await readInstance(disk, dir)).toEqual({
      pid: other.process.pid,
      startedAt: expect.closeTo(Date.now(), -5),
      address: 'http://127.0.0.1:7878',
      tokenFile: '/there/token',
    });
    await other.kill();
    expect(await readdir(dir)).toEqual(['instance.json']);
    expect(await readInstance(disk, dir)).toBeNull();
    const folder = await open(dir);
    expect(await readInstance(disk, dir)).toMatchObject({ pid: process.pid, address: null, tokenFile: null });
    await folder.close();
    expect(await readdir(dir)).toEqual([]);
  });

  test('asking who is there does not keep the next one out', async () => {
    const dir = await tempFolder();
    const asking = await open(dir);
    // Whoever holds the lock at the first try is gone before the second.
    const clock: Clock = {
      ...systemClock,
      after: (_, fn) => {
        void asking.close().then(fn);
        return { stop: () => {} };
      },
    };
    const folder = await openDataFolder({ disk, dir, env: {}, clock });
    onTestFinished(() => folder.close());
    expect(folder.path).toBe(dir);
  });
});

describe('instance.json', () => {
  test('says where the server is, the newest last, and goes at the end', async () => {
    const dir = await tempFolder();
    const folder = await open(dir);
    await Promise.all([folder.announce('http://a', null), folder.announce('http://b', '/token')]);
    const text = await readFile(join(dir, 'instance.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ pid: process.pid, address: 'http://b', tokenFile: '/token' });
    await folder.close();
    expect(await readdir(dir)).toEqual([]);
  });

  test.each(['', '{', '{"pid":"x"}'])('that holds %j is believed by nobody', async (text) => {
    const dir = await tempFolder();
    await open(dir);
    await writeFile(join(dir, 'instance.json'), text);
    expect(await readInstance(disk, dir)).toBeNull();
  });

  test('is not there where nobody ever was', async () => {
    expect(await readInstance(disk, await tempFolder())).toBeNull();
  });
});
