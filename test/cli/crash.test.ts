import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CrashPoint, crashAt } from '../kit/crash-child.ts';
import { buildFirst, contentsOf, type Desk, desk, expectFile, holdAt, names, ranges } from './kit.ts';
import { leavePart, untilJournaled } from './leave.ts';

buildFirst();

/** Runs the command until it dies at the point. */
async function crash(at: Desk, point: CrashPoint, args: readonly string[]): Promise<string[]> {
  const { signal, stderr } = await at.get(args, { mayCrash: true, env: crashAt(point) });
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
  return names(at.folder);
}

describe('a new download that dies', () => {
  test.each<[CrashPoint, string[]]>([
    ['sealed, not in place', ['a.bin.part', 'a.bin.satchel']],
    ['linked, old name still there', ['a.bin', 'a.bin.part', 'a.bin.satchel']],
    ['in place, journal still there', ['a.bin', 'a.bin.satchel']],
  ])('%s: is finished by the next run, without a request', async (point, left) => {
    const at = await desk();
    const content = at.serve('/a.bin');
    expect(await crash(at, point, ['/a.bin'])).toEqual(left);
    const { status, stderr } = await at.get(['/a.bin']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(at.server.requests).toHaveLength(1);
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
  });

  test.each(['default', 'fail', 'skip', 'overwrite'])(
    "journal made, nothing in it: is in nobody's way (--on-conflict %s)",
    async (policy) => {
      const at = await desk();
      const content = at.serve('/a.bin');
      expect(await crash(at, 'journal made, nothing in it', ['/a.bin'])).toEqual(['a.bin.satchel']);
      const option = policy === 'default' ? [] : ['--on-conflict', policy];
      const { status, stderr } = await at.get([...option, '/a.bin']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(await names(at.folder)).toEqual(['a.bin']);
      await expectFile(join(at.folder, 'a.bin'), content);
    },
  );

  test('journal made, partial file not: keeps its name', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    expect(await crash(at, 'journal made, partial file not', ['/a.bin'])).toEqual(['a.bin.satchel']);
    const { status, stderr } = await at.get(['/a.bin']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
  });
});

describe('from zero', () => {
  const overwrite = ['--on-conflict', 'overwrite', '/a.bin'];
  const restart = ['--on-changed', 'restart', '/a.bin'];

  /** A partial file of the first content, where the server has the second by now. */
  async function changed() {
    const at = await desk();
    at.serve('/a.bin', { seed: 1 });
    await leavePart(at, '/a.bin', 100_000);
    const old = (await contentsOf(at.folder))['a.bin.part'];
    const content = at.serve('/a.bin', { seed: 2 });
    return { at, old, content };
  }

  async function expectOnlyTheNew({ at, content }: Awaited<ReturnType<typeof changed>>) {
    expect(await names(at.folder)).toEqual(['a.bin']);
    await expectFile(join(at.folder, 'a.bin'), content);
  }

  test('--on-changed stop, the default, leaves everything as it is', async () => {
    const { at, old } = await changed();
    const { status, stderr } = await at.get(['/a.bin']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^✗ a\.bin: .*\(source-changed\).*\n$/);
    expect(await names(at.folder)).toEqual(['a.bin.part', 'a.bin.satchel']);
    expect((await contentsOf(at.folder))['a.bin.part']).toBe(old);
  });

  test.each([
    ['--on-changed restart', restart],
    ['--on-conflict overwrite', overwrite],
  ])('%s keeps the old one as NAME.old.part until the new one is done', async (_, args) => {
    const scene = await changed();
    const { at, old } = scene;
    const release = holdAt(at.server, '/a.bin', 150_000);
    const { exit } = at.start(args);
    await untilJournaled(at.folder, 150_000);
    const during = await contentsOf(at.folder);
    expect(Object.keys(during)).toEqual([
      'a.bin.old.part',
      'a.bin.old.satchel',
      'a.bin.part',
      'a.bin.satchel',
    ]);
    expect(during['a.bin.old.part']).toBe(old);
    release();
    expect((await exit).status).toBe(0);
    await expectOnlyTheNew(scene);
  });

  test('interrupted in between and run again, the new one goes on and the old one goes at its end', async () => {
    const scene = await changed();
    const { at, old } = scene;
    await at.killAt('/a.bin', 150_000, restart);
    expect((await contentsOf(at.folder))['a.bin.old.part']).toBe(old);
    expect((await at.get(restart)).status).toBe(0);
    await expectOnlyTheNew(scene);
  });

  test.each([
    ['--on-changed restart', restart],
    ['--on-conflict overwrite', overwrite],
  ])('%s: until the new one really begins, the old one is left under its name', async (_, args) => {
    const { at, old } = await changed();
    const since = at.server.requests.length;
    // The first answer tells of the change, or there is none; the second refuses.
    const fault = { name: 'status', status: 404, when: ({ start }: { start: number | null }) => start === 0 };
    at.server.update('/a.bin', { faults: [fault as never] });
    const { status, stderr } = await at.get(args);
    expect(status).toBe(1);
    expect(stderr).toContain('(not-found)');
    expect(ranges(at, '/a.bin', since).at(-1)).toBe('bytes=0-');
    expect(await names(at.folder)).toEqual(['a.bin.part', 'a.bin.satchel']);
    expect((await contentsOf(at.folder))['a.bin.part']).toBe(old);
  });

  const points: CrashPoint[] = [
    'old journal linked aside',
    'old journal aside, its partial file not',
    'old partial file linked aside',
    'old one aside, new journal not made',
    'journal made, partial file not',
    'in place, what it replaces still there',
    'in place, journal still there',
  ];
  // Each of them for one of the two, which go the same way from here on.
  test.each(points.map((point, i) => [point, i % 2 === 0 ? restart : overwrite] as const))(
    'dies with %s (%j): the next run ends with the new file alone',
    async (point, args) => {
      const scene = await changed();
      await crash(scene.at, point, args);
      const { status, stderr } = await scene.at.get(args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      await expectOnlyTheNew(scene);
    },
  );

  test('dies right before a finished file is replaced: the next run replaces it', async () => {
    const at = await desk();
    at.serve('/a.bin', { seed: 1 });
    await at.get(['/a.bin']);
    const content = at.serve('/a.bin', { seed: 2 });
    await crash(at, 'sealed, not in place of the old file', overwrite);
    expect(await names(at.folder)).toEqual(['a.bin', 'a.bin.part', 'a.bin.satchel']);
    expect((await at.get(overwrite)).status).toBe(0);
    await expectOnlyTheNew({ at, content, old: undefined });
  });

  test("what is set aside by another's download of the name is not ours to remove", async () => {
    const at = await desk();
    at.serve('/other/a.bin', { seed: 3 });
    await leavePart(at, '/other/a.bin', 100_000);
    const content = at.serve('/a.bin');
    await crash(at, 'old one aside, new journal not made', overwrite);
    const before = await contentsOf(at.folder);
    expect(Object.keys(before)).toEqual(['a.bin.old.part', 'a.bin.old.satchel']);
    // Without overwrite nobody has said that it may go.
    expect((await at.get(['/a.bin'])).status).toBe(0);
    expect(await contentsOf(at.folder)).toMatchObject(before);
    await expectFile(join(at.folder, 'a.bin'), content);
  });
});
