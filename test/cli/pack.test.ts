import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { watch } from 'node:fs';
import { chmod, mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';
import { buildFirst, MIB, run, satchel } from './kit.ts';

buildFirst();

const shell = promisify(execFile);
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const WHEN = 1_700_000_000;

/** Writes files, `NAME/` for folders, and gives name → SHA-256 of what has a content. */
async function tree(folder: string, files: Record<string, Buffer>): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(name.endsWith('/') ? path : join(path, '..'), { recursive: true });
    if (name.endsWith('/')) continue;
    await writeFile(path, bytes);
    await utimes(path, WHEN, WHEN);
    made.set(name, sha(bytes));
  }
  return made;
}

async function filesIn(zip: string): Promise<Map<string, string>> {
  return new Map((await entriesIn(zip)).filter(([name]) => !name.endsWith('/')));
}

const FILES = {
  't/a.txt': Buffer.alloc(30_000, 'some text that is packed '),
  't/sub/b.bin': randomBytes(70_000),
  't/sub/large.bin': randomBytes(2 * MIB),
  't/sub/large.txt': Buffer.alloc(17 * MIB, 'a long text, packed at the end of the ZIP '),
  't/größe 大.bin': randomBytes(10),
  't/empty.bin': Buffer.alloc(0),
  't/hollow/': Buffer.alloc(0),
};

describe('satchel pack', () => {
  test.each([['auto'], ['store'], ['6']])('packs files and folders, --compress %s', async (how) => {
    const cwd = await tempFolder();
    const made = await tree(cwd, FILES);
    await chmod(join(cwd, 't/sub/b.bin'), 0o755);
    const { status, stderr } = await run(['pack', 't', '-o', 'x.zip', '--compress', how, '-q'], { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect((await readdir(cwd)).sort()).toEqual(['t', 'x.zip']);
    const zip = join(cwd, 'x.zip');
    await demandSound(zip);
    expect(await filesIn(zip)).toEqual(made);
    const { stdout } = await shell('zipinfo', [zip], { env: { ...process.env, TZ: 'UTC' } });
    expect(stdout).toMatch(/-rwxr-xr-x .*b\.bin/);
    expect(stdout).toMatch(/drwx.* t\/hollow\//);
    expect((await stat(zip)).size < 5 * MIB).toBe(how !== 'store');
  });

  test('leaves out what is to be, follows links or skips them, and never packs itself', async () => {
    const cwd = await tempFolder();
    await tree(cwd, { 't/a.txt': randomBytes(5), 't/b.tmp': randomBytes(5), 't/skip/c.txt': randomBytes(5) });
    await symlink('a.txt', join(cwd, 't/link.txt'));
    const flags = ['--exclude', '*.tmp', '--exclude', 'skip/'];
    await run(['pack', 't', '-o', 't/x.zip', ...flags], { cwd });
    expect([...(await filesIn(join(cwd, 't/x.zip'))).keys()].sort()).toEqual(['t/a.txt', 't/link.txt']);
    await run(['pack', 't', '-o', 'y.zip', ...flags, '--exclude', '*.zip', '--symlinks', 'skip'], { cwd });
    expect([...(await filesIn(join(cwd, 'y.zip'))).keys()]).toEqual(['t/a.txt']);
  });

  test('names what it cannot read, packs the rest, and exits with 1', async () => {
    const cwd = await tempFolder();
    await tree(cwd, { 't/a.txt': randomBytes(5) });
    await shell('mkfifo', [join(cwd, 't/pipe')]);
    await symlink('nowhere', join(cwd, 't/broken'));
    const { status, stderr } = await run(['pack', 't', 'missing', '-o', 'x.zip'], { cwd });
    expect(status).toBe(1);
    for (const name of ['t/pipe', 't/broken', 'missing']) expect(stderr).toContain(name);
    expect([...(await filesIn(join(cwd, 'x.zip'))).keys()]).toEqual(['t/a.txt']);
  });

  test('killed, it goes on where it was, and packs anew what has changed since', async () => {
    const cwd = await tempFolder();
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, n) => [`t/f${n}.bin`, randomBytes(n % 4 === 0 ? 300_000 : 9000)]),
    );
    const made = await tree(cwd, files);
    const { child, exit } = satchel(['pack', 't', '-o', 'x.zip', '--compress', 'store', '-q'], { cwd });
    const part = join(cwd, 'x.zip.part');
    const watcher = watch(cwd);
    await new Promise<void>((resolve) => {
      watcher.on('change', async () => {
        const size = await stat(part).then(
          (facts) => facts.size,
          () => 0,
        );
        if (size > 4 * MIB) resolve();
      });
    });
    child.kill('SIGKILL');
    await exit;
    watcher.close();
    const before = (await readdir(cwd)).sort();
    const changed = randomBytes(9000);
    await writeFile(join(cwd, 't/f1.bin'), changed);
    made.set('t/f1.bin', sha(changed));
    const { status, stdout } = await run(['pack', 't', '-o', 'x.zip', '--compress', 'store', '--json'], {
      cwd,
    });
    expect(status).toBe(0);
    expect((await readdir(cwd)).sort()).toEqual(['t', 'x.zip']);
    await demandSound(join(cwd, 'x.zip'));
    expect(await filesIn(join(cwd, 'x.zip'))).toEqual(made);
    if (!before.includes('x.zip.satchel')) throw new Error('it was done before it was killed');
    const done = stdout.split('\n').find((line) => line.includes('"task.done"')) ?? '';
    const { fetched } = (JSON.parse(done) as { payload: { fetched: number } }).payload;
    expect(fetched).toBeLessThan(31_000_000);
  });

  test('nothing to pack is said, and nothing is left', async () => {
    const cwd = await tempFolder();
    const { status, stderr } = await run(['pack', 'missing', '-o', 'x.zip'], { cwd });
    expect(status).toBe(1);
    expect(stderr).toContain('nothing to pack');
    expect(await readdir(cwd)).toEqual([]);
  });

  test.each([[[]], [['-o', 'x.zip', '--compress', '0', 't']], [['t']]])('%j is wrong usage', async (args) => {
    const { status } = await run(['pack', ...args], { cwd: await tempFolder() });
    expect(status).toBe(2);
  });
});
