import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFirst, contentsOf, type Desk, desk, expectFile, names, ranges } from './kit.ts';
import { leavePart, leaveSealed } from './leave.ts';

buildFirst();

const HERE = 100_000;
const REST = 'bytes=100000-199999';
const POLICIES = ['default', 'resume', 'fail', 'skip', 'overwrite'] as const;
type Policy = (typeof POLICIES)[number];

const option = (policy: Policy) => (policy === 'default' ? [] : ['--on-conflict', policy]);

describe.each(POLICIES)('--on-conflict %s', (policy) => {
  test('own journal: goes on; from zero with overwrite', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    await leavePart(at, '/a.bin', HERE);
    const { status, stderr } = await at.get([...option(policy), '/a.bin']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
    expect(ranges(at, '/a.bin', 1)).toEqual([policy === 'overwrite' ? 'bytes=0-' : REST]);
  });

  test('own journal, sealed: finished without a request; from zero with overwrite', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    await leaveSealed(at, '/a.bin');
    const { status, stderr } = await at.get([...option(policy), '/a.bin']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
    expect(ranges(at, '/a.bin', 1)).toEqual(policy === 'overwrite' ? ['bytes=0-'] : []);
  });

  test("another's journal", async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    at.serve('/other/a.bin', { seed: 9 });
    await leavePart(at, '/other/a.bin', HERE);
    await expectConflictSettled(at, policy, content);
  });

  test('a finished file', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    await writeFile(join(at.folder, 'a.bin'), 'mine');
    await expectConflictSettled(at, policy, content);
  });

  test('a stray .part', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    await writeFile(join(at.folder, 'a.bin.part'), 'mine');
    await expectConflictSettled(at, policy, content);
  });

  test('a folder: never replaced', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    await mkdir(join(at.folder, 'a.bin'));
    const { status, stderr } = await at.get([...option(policy), '/a.bin']);
    const renamed = policy === 'default';
    expect(status).toBe(renamed || policy === 'skip' ? 0 : 1);
    expect(stderr).toMatch(status === 0 ? /^$/ : /^✗ a\.bin: .*\(name-conflict\).*\n$/);
    expect(await names(at.folder)).toEqual(renamed ? ['a (1).bin', 'a.bin'] : ['a.bin']);
    if (renamed) await expectFile(join(at.folder, 'a (1).bin'), content);
  });
});

/** Of a download of /a.bin into a folder where the name a.bin is taken. */
async function expectConflictSettled(at: Desk, policy: Policy, content: Parameters<typeof expectFile>[1]) {
  const before = await contentsOf(at.folder);
  const { status, stderr, stdout } = await at.get([...option(policy), '/a.bin']);
  if (policy === 'overwrite') {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
    return;
  }
  expect(await contentsOf(at.folder)).toMatchObject(before);
  if (policy === 'default') {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual([...Object.keys(before), 'a (1).bin'].sort());
    await expectFile(join(at.folder, 'a (1).bin'), content);
    return;
  }
  expect(await names(at.folder)).toEqual(Object.keys(before));
  if (policy === 'skip') {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('is there already');
  } else {
    expect(status).toBe(1);
    expect(stderr).toMatch(/^✗ a\.bin: .*\(name-conflict\).*\n$/);
  }
}

describe('a name given by the user', () => {
  test.each(['fail', 'resume', 'skip'] as const)('%s is settled before any request', async (policy) => {
    const at = await desk();
    at.serve('/a.bin');
    await writeFile(join(at.folder, 'b.bin'), 'mine');
    const { status } = await at.get([...option(policy), '-o', 'b.bin', '/a.bin']);
    expect(status).toBe(policy === 'skip' ? 0 : 1);
    expect(at.server.requests).toHaveLength(0);
    expect(await names(at.folder)).toEqual(['b.bin']);
  });

  test('numbering goes on with (1), (2), and counts before the extension', async () => {
    const at = await desk();
    const content = at.serve('/x.tar.gz');
    await writeFile(join(at.folder, 'x.tar.gz'), 'mine');
    await writeFile(join(at.folder, 'x (1).tar.gz'), 'mine too');
    expect((await at.get(['/x.tar.gz'])).status).toBe(0);
    expect(await names(at.folder)).toEqual(['x (1).tar.gz', 'x (2).tar.gz', 'x.tar.gz']);
    await expectFile(join(at.folder, 'x (2).tar.gz'), content);
  });

  test('-o NAME goes on with the journal of that name, whatever its address was', async () => {
    const at = await desk();
    const content = at.serve('/old/a.bin');
    at.serve('/new/a.bin');
    await leavePart(at, '/old/a.bin', HERE, 'mine.bin');
    const { status } = await at.get(['-o', 'mine.bin', '/new/a.bin']);
    expect(status).toBe(0);
    expect(ranges(at, '/new/a.bin')).toEqual([REST]);
    expect(await names(at.folder)).toEqual(['mine.bin']);
    await expectFile(join(at.folder, 'mine.bin'), content);
  });

  test('another -o goes on with the same address, and ends under the new name', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    await leavePart(at, '/a.bin', HERE, 'old.bin');
    expect((await at.get(['-o', 'new.bin', '/a.bin'])).status).toBe(0);
    expect(ranges(at, '/a.bin', 1)).toEqual([REST]);
    expect(await names(at.folder)).toEqual(['new.bin']);
    await expectFile(join(at.folder, 'new.bin'), content);
  });

  test('another -o with overwrite starts from zero under the new name', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    await leavePart(at, '/a.bin', HERE, 'old.bin');
    expect((await at.get(['--on-conflict', 'overwrite', '-o', 'new.bin', '/a.bin'])).status).toBe(0);
    expect(ranges(at, '/a.bin', 1)).toEqual(['bytes=0-']);
    expect(await names(at.folder)).toEqual(['new.bin']);
    await expectFile(join(at.folder, 'new.bin'), content);
  });

  test('another -o whose name is taken fails before the rest is fetched, with fail', async () => {
    const at = await desk();
    at.serve('/a.bin');
    await leavePart(at, '/a.bin', HERE, 'old.bin');
    await writeFile(join(at.folder, 'new.bin'), 'mine');
    const { status, stderr } = await at.get(['--on-conflict', 'fail', '-o', 'new.bin', '/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toContain('(name-conflict)');
    expect(ranges(at, '/a.bin', 1)).toEqual([]);
    expect(await names(at.folder)).toEqual(['new.bin', 'old.bin.part', 'old.bin.satchel']);
  });

  test('a name that somebody takes while it is fetched is left to him', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    const gate = at.server.gate('/a.bin', HERE);
    const { exit } = at.start(['/a.bin']);
    await gate.reached;
    await writeFile(join(at.folder, 'a.bin'), 'mine');
    gate.release();
    expect((await exit).status).toBe(0);
    expect(await names(at.folder)).toEqual(['a (1).bin', 'a.bin']);
    await expectFile(join(at.folder, 'a.bin'), 'mine');
    await expectFile(join(at.folder, 'a (1).bin'), content);
  });

  test('a finished download whose file was taken away since is fetched again', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    await leaveSealed(at, '/a.bin');
    await rm(join(at.folder, 'a.bin.part'));
    expect((await at.get(['/a.bin'])).status).toBe(0);
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
  });

  test('the same list run again matches each journal to its own line', async () => {
    const at = await desk();
    const [one, two] = [at.serve('/x/a.bin', { seed: 1 }), at.serve('/y/a.bin', { seed: 2 })];
    // Not in the order of the list: the second line has got the name, the first the number.
    await leavePart(at, '/y/a.bin', HERE, 'a.bin');
    await leavePart(at, '/x/a.bin', HERE, 'a (1).bin');
    const input = ['/x/a.bin', '/y/a.bin'].map((path) => `${at.server.url(path)}\n out=a.bin\n`).join('');
    const { status, stderr } = await at.get(['-i', '-'], { input });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual(['a (1).bin', 'a.bin']);
    expect([ranges(at, '/x/a.bin', 2), ranges(at, '/y/a.bin', 2)]).toEqual([[REST], [REST]]);
    await expectFile(join(at.folder, 'a.bin'), two);
    await expectFile(join(at.folder, 'a (1).bin'), one);
  });
});
