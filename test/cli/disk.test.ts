import { spawnSync } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildFirst, desk, expectFile, MIB, names, told } from './kit.ts';
import { untilJournaled } from './leave.ts';

buildFirst();

const isRoot = process.getuid?.() === 0;
/** `nobody`: an id without rights. */
const NOBODY = 65_534;

/** Root may write anywhere, so another user has to try; he must be able to read the program. */
function mayTryAsNobody(): boolean {
  if (!isRoot) return true;
  const program = join(import.meta.dirname, '..', '..', 'main', 'cli.ts');
  const read = `require('node:fs').readFileSync(${JSON.stringify(program)})`;
  return spawnSync(process.execPath, ['--eval', read], { uid: NOBODY, gid: NOBODY }).status === 0;
}

describe.runIf(process.platform !== 'win32' && mayTryAsNobody())('a folder that may not be written', () => {
  test('is permission, with nothing left in it', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const folder = join(at.folder, 'locked');
    await mkdir(folder);
    await chmod(folder, 0o555);
    await chmod(at.folder, 0o755);
    const user = isRoot ? { uid: NOBODY } : {};
    const { status, stderr } = await at.get(['-d', 'locked', '/a.bin'], user);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'permission', /Choose another folder/));
    expect(await names(folder)).toEqual([]);
  });

  test('a folder that cannot be made is permission, before any request', async () => {
    const at = await desk();
    at.serve('/a.bin');
    await chmod(at.folder, 0o555);
    onTestFinished(() => chmod(at.folder, 0o755));
    const user = isRoot ? { uid: NOBODY } : {};
    const { status, stderr } = await at.get(['-d', 'new', '/a.bin'], user);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'permission', /Choose another folder/));
    expect(at.server.requests).toHaveLength(0);
  });
});

/** Runs a tool of the system; false where it fails or is not there. */
function tool(name: string, ...args: string[]): boolean {
  return spawnSync(name, args, { stdio: 'ignore' }).status === 0;
}

describe.runIf(process.platform === 'linux' && isRoot)('a full disk', () => {
  async function smallDisk(bytes: number) {
    const at = await desk();
    const folder = join(at.folder, 'disk');
    await mkdir(folder);
    const mounted = tool('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'none', folder);
    if (mounted) onTestFinished(() => void tool('umount', '-l', folder));
    return { at, folder, mounted };
  }

  test('that cannot hold the file: told before a byte is fetched, nothing left', async ({ skip }) => {
    const { at, folder, mounted } = await smallDisk(2 * MIB);
    skip(!mounted, 'nothing can be mounted here');
    at.serve('/a.bin', { size: 4 * MIB });
    const { status, stderr } = await at.get(['-d', 'disk', '/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(told('a.bin', 'disk-full', /Free some space/));
    expect(await names(folder)).toEqual([]);
  });

  test.for([
    ['of known length', []],
    ['of unknown length', [{ name: 'chunked' }, { name: 'ignore-range' }]],
  ] as const)(
    'that fills up under a download %s: everything kept, finished after making room',
    async ([_, faults], { skip }) => {
      const { at, folder, mounted } = await smallDisk(6 * MIB);
      skip(!mounted, 'nothing can be mounted here');
      const content = at.serve('/a.bin', { size: 4 * MIB, faults });
      const gate = at.server.gate('/a.bin', MIB);
      const { exit } = at.start(['-d', 'disk', '-x', '1', '/a.bin']);
      await untilJournaled(folder, MIB);
      await writeFile(join(folder, 'filler'), Buffer.alloc(3 * MIB));
      gate.release();
      const { status, stderr } = await exit;
      expect(status).toBe(1);
      expect(stderr).toMatch(told('a.bin', 'disk-full', /every byte received is kept/));
      expect(await names(folder)).toEqual(['a.bin.part', 'a.bin.satchel', 'filler']);
      await rm(join(folder, 'filler'));
      const again = await at.get(['-d', 'disk', '-x', '1', '/a.bin']);
      expect({ status: again.status, stderr: again.stderr }).toEqual({ status: 0, stderr: '' });
      expect(await names(folder)).toEqual(['a.bin']);
      await expectFile(join(folder, 'a.bin'), content);
    },
  );
});
