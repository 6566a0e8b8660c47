import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFirst, contentsOf, desk, expectFile, MIB, names, ranges } from './kit.ts';
import { leavePart, untilJournaled } from './leave.ts';

buildFirst();

const SIZE = 24 * MIB;
/** What a kill may cost. */
const LOST = 4 * MIB;

describe('killed with SIGKILL, the same command goes on', () => {
  test.each([
    ['at the first byte', 0, 1],
    ['early', 300_000, 1],
    ['in the middle', 12 * MIB, 1],
    ['just before the end', SIZE - 1, 1],
    ['begun, over several connections', 2 * MIB, 8],
  ])('%s', async (_, after, connections) => {
    const at = await desk();
    const content = at.serve('/a.bin', { size: SIZE });
    const args = ['-x', String(connections), '/a.bin'];
    await at.killAt('/a.bin', after, args);
    expect(await names(at.folder)).toEqual(['a.bin.part', 'a.bin.satchel']);
    const before = at.server.sentTotal;
    const { status, stderr } = await at.get(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
    expect(at.server.sentTotal - before).toBeLessThanOrEqual(SIZE - after + LOST);
  });

  test('again and again, and every run gets further', async () => {
    const at = await desk();
    const content = at.serve('/a.bin', { size: SIZE });
    for (let n = 0; n < 3; n++) {
      await at.killAt('/a.bin', 4 * MIB, ['-x', '1', '/a.bin'], (n + 1) * 4 * MIB);
    }
    const starts = ranges(at, '/a.bin').map((range) => Number(/=(\d+)/.exec(range ?? '')?.[1]));
    expect(starts).toEqual([0, 4 * MIB, 8 * MIB]);
    expect((await at.get(['/a.bin'])).status).toBe(0);
    await expectFile(join(at.folder, 'a.bin'), content);
  });

  test('many files: what was done stays, what was begun goes on, the rest begins', async () => {
    const at = await desk();
    const paths = ['/1', '/2', '/3', '/4'];
    const contents = paths.map((path, seed) => at.serve(path, { seed, size: MIB }));
    const args = ['-j', '2', '-x', '1', ...paths];
    const gate = at.server.gate('/2', 700_000);
    const third = at.server.gate('/3', 700_000);
    const { child, exit } = at.start(args);
    await Promise.all([gate.reached, third.reached]);
    child.kill('SIGKILL');
    await exit;
    gate.release();
    third.release();
    expect((await names(at.folder)).filter((name) => !name.includes('.'))).toEqual(['1']);
    const since = at.server.requests.length;
    // The finished one is a file like any other now; the user says that it is to be left.
    expect((await at.get(['--on-conflict', 'skip', ...args])).status).toBe(0);
    expect(await names(at.folder)).toEqual(['1', '2', '3', '4']);
    for (const [i, content] of contents.entries()) await expectFile(join(at.folder, `${i + 1}`), content);
    expect(ranges(at, '/2', since)[0]).not.toBe('bytes=0-');
  });
});

describe('--resume-from', () => {
  test('goes on where it was, from another address', async () => {
    const at = await desk();
    const content = at.serve('/old?token=1');
    at.serve('/fresh/other-name.bin');
    await leavePart(at, '/old?token=1', 100_000, 'a.bin');
    const { status, stderr } = await at.get(['--resume-from', 'a.bin.satchel', '/fresh/other-name.bin']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(ranges(at, '/fresh/other-name.bin')).toEqual(['bytes=100000-199999']);
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
  });

  test('stays in the folder of the journal, wherever the command is run', async () => {
    const at = await desk();
    at.serve('/old.bin');
    at.serve('/new.bin');
    await leavePart(at, '/old.bin', 100_000);
    const journal = join(at.folder, 'old.bin.satchel');
    const other = await desk();
    const url = at.server.url('/new.bin');
    const { status } = await other.get([`--resume-from=${journal}`, url, '-d', 'unused']);
    expect(status).toBe(0);
    expect(await names(at.folder)).toEqual(['old.bin']);
    expect(await names(other.folder)).toEqual([]);
  });

  test('from an address with other content: source-changed, not a byte touched, and the old address still goes on', async () => {
    const at = await desk();
    const content = at.serve('/old.bin');
    at.serve('/other.bin', { seed: 8 });
    await leavePart(at, '/old.bin', 100_000);
    const part = await readFile(join(at.folder, 'old.bin.part'));
    const { status, stderr } = await at.get(['--resume-from', 'old.bin.satchel', '/other.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^✗ old\.bin: .*\(source-changed\).*--on-changed restart.*\n$/);
    expect(await names(at.folder)).toEqual(['old.bin.part', 'old.bin.satchel']);
    await expectFile(join(at.folder, 'old.bin.part'), part);
    const since = at.server.requests.length;
    expect((await at.get(['/old.bin'])).status).toBe(0);
    expect(ranges(at, '/old.bin', since)).toEqual(['bytes=100000-199999']);
    await expectFile(join(at.folder, 'old.bin'), content);
  });

  test('interrupted, the fresh address alone goes on', async () => {
    const at = await desk();
    const content = at.serve('/old.bin', { size: MIB });
    at.serve('/new.bin', { size: MIB });
    await leavePart(at, '/old.bin', 100_000);
    await at.killAt('/new.bin', 500_000, ['--resume-from', 'old.bin.satchel', '/new.bin'], 600_000);
    const since = at.server.requests.length;
    expect((await at.get(['/new.bin'])).status).toBe(0);
    expect(ranges(at, '/new.bin', since)[0]).not.toBe('bytes=0-');
    expect(await names(at.folder)).toEqual(['old.bin']);
    await expectFile(join(at.folder, 'old.bin'), content);
  });
});

test('two at once on one download: the second is refused with already-running and touches nothing', async () => {
  const at = await desk();
  const content = at.serve('/a.bin', { size: MIB });
  const gate = at.server.gate('/a.bin', 500_000);
  const first = at.start(['-x', '1', '/a.bin']);
  await gate.reached;
  await untilJournaled(at.folder, 500_000);
  const before = Object.keys(await contentsOf(at.folder));
  const second = await at.get(['/a.bin']);
  expect(second.status).toBe(1);
  expect(second.stderr).toMatch(/^✗ a\.bin: .*\(already-running\).*\n$/);
  expect(await names(at.folder)).toEqual(before);
  expect(at.server.requests).toHaveLength(1);
  gate.release();
  expect((await first.exit).status).toBe(0);
  expect(await names(at.folder)).toEqual(['a.bin']);
  await expectFile(join(at.folder, 'a.bin'), content);
});

test('two at once for one new name: both are kept', async () => {
  const at = await desk();
  const [one, two] = [at.serve('/x/a.bin', { seed: 1 }), at.serve('/y/a.bin', { seed: 2 })];
  const gate = at.server.gate('/x/a.bin', 100_000);
  const first = at.start(['/x/a.bin']);
  await gate.reached;
  expect((await at.get(['/y/a.bin'])).status).toBe(0);
  gate.release();
  expect((await first.exit).status).toBe(0);
  expect(await names(at.folder)).toEqual(['a (1).bin', 'a.bin']);
  const [x, y] = (await contentsOf(at.folder))['a.bin'] === one.sha256() ? ['a.bin', 'a (1).bin'] : [];
  await expectFile(join(at.folder, x ?? 'a (1).bin'), one);
  await expectFile(join(at.folder, y ?? 'a.bin'), two);
});
