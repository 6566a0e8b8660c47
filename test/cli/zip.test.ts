import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';
import { buildFirst, type Desk, desk, messages, names, ranges, run, told } from './kit.ts';

buildFirst();

const SIZE = 300_000;

async function served(): Promise<Desk> {
  const at = await desk();
  at.serve('/a.bin', { seed: 1, size: SIZE });
  at.serve('/b.bin', { seed: 2, size: 4_000_000 });
  return at;
}

async function entries(at: Desk, name = 'all.zip'): Promise<string[]> {
  const path = join(at.folder, name);
  await demandSound(path);
  return (await entriesIn(path)).map(([entry]) => entry);
}

describe('satchel get --zip FILE', () => {
  test('brings everything into one ZIP, told as one task with its items', async () => {
    const at = await served();
    const { status, stdout, stderr } = await at.get(['/a.bin', '/b.bin', '--zip', 'all.zip', '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual(['all.zip']);
    expect(await entries(at)).toEqual(['a.bin', 'b.bin']);
    const all = messages(stdout);
    const snapshot = all.find(({ type }) => type === 'snapshot');
    expect(
      snapshot?.type === 'snapshot' && snapshot.tasks.map(({ kind, items }) => [kind, items.length]),
    ).toEqual([['package', 2]]);
    const types = all.flatMap((message) => (message.type === 'event' ? [message.event_type] : []));
    expect(types.toSorted()).toEqual(['item.done', 'item.done', 'task.added', 'task.done', 'task.started']);
  });

  test('goes on where it was killed, and takes in what has been added', async () => {
    const at = await served();
    at.serve('/c.bin', { seed: 3, size: SIZE });
    const zip = ['--zip', 'all.zip', '-x', '1', '-j', '1'];
    await at.killAt('/b.bin', 2_000_000, ['/a.bin', '/b.bin', ...zip], SIZE + 1_000_000);
    const since = at.server.requests.length;
    const { status } = await at.get(['/a.bin', '/b.bin', '/c.bin', ...zip]);
    expect(status).toBe(0);
    expect(ranges(at, '/a.bin', since)).toEqual([]);
    expect(ranges(at, '/b.bin', since)[0]).toMatch(/^bytes=[1-9]/);
    expect(await entries(at)).toEqual(['a.bin', 'b.bin', 'c.bin']);
  });

  test.each([
    ['rename', 1, ['all.zip.part', 'all.zip.satchel']],
    ['fail', 1, ['all.zip.part', 'all.zip.satchel']],
    ['skip', 0, ['all.zip.part', 'all.zip.satchel']],
    ['overwrite', 0, ['all.zip']],
  ])('a package there with more in it is, with %s, left or begun anew', async (how, wanted, left) => {
    const at = await served();
    const zip = ['--zip', 'all.zip', '-x', '1', '-j', '1'];
    await at.killAt('/b.bin', 2_000_000, ['/a.bin', '/b.bin', ...zip], SIZE + 1_000_000);
    const { status, stderr } = await at.get(['/a.bin', ...zip, '--on-conflict', how]);
    expect({ status, stderr }).toEqual({
      status: wanted,
      stderr: wanted === 0 ? '' : expect.stringMatching(told('all.zip', 'name-conflict', /name/)),
    });
    expect(await names(at.folder)).toEqual(left);
  });

  test.each([
    ['rename', 0, ['all (1).zip', 'all.zip']],
    ['fail', 1, ['all.zip']],
    ['skip', 0, ['all.zip']],
    ['overwrite', 0, ['all.zip']],
  ])('where a file has the name, %s', async (how, wanted, left) => {
    const at = await served();
    await writeFile(join(at.folder, 'all.zip'), 'mine');
    const { status } = await at.get(['/a.bin', '--zip', 'all.zip', '--on-conflict', how]);
    expect(status).toBe(wanted);
    expect(await names(at.folder)).toEqual(left);
    if (how === 'rename') expect(await entries(at, 'all (1).zip')).toEqual(['a.bin']);
    if (how === 'overwrite') expect(await entries(at)).toEqual(['a.bin']);
  });

  test('each item that fails is named; everything else is kept, and the same command goes on', async () => {
    const at = await served();
    const args = ['/a.bin', '/gone.bin', '/b.bin', '--zip', 'all.zip', '-q'];
    const { status, stderr } = await at.get(args);
    expect(status).toBe(1);
    expect(stderr.split('\n').slice(0, -1)).toEqual([
      expect.stringMatching(/^✗ gone\.bin: .*\(not-found\)/),
      expect.stringMatching(/^✗ all\.zip: .*\(not-found\): 1 of 3 items failed/),
    ]);
    at.serve('/gone.bin', { seed: 5, size: 1000 });
    const since = at.server.requests.length;
    expect((await at.get(args)).status).toBe(0);
    expect(at.server.requests.slice(since).map(({ path }) => path)).toEqual(['/gone.bin']);
    expect(await entries(at)).toEqual(['a.bin', 'gone.bin', 'b.bin']);
  });

  test('--finish-without leaves out what fails, says so in the ZIP, and exits with 1', async () => {
    const at = await served();
    const { status, stdout, stderr } = await at.get([
      ...['/a.bin', '/gone.bin', 'ftp://nowhere/x', '--zip', 'all.zip', '--finish-without', '--json'],
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^✗ gone\.bin: .*\(not-found\)/m);
    expect(stderr).toMatch(/^✗ .*\(bad-url\)/m);
    expect(await entries(at)).toEqual(['a.bin', 'MISSING.txt']);
    const types = messages(stdout).flatMap((each) => (each.type === 'event' ? [each.event_type] : []));
    expect(types).not.toContain('task.failed');
    expect(types.at(-1)).toBe('task.done');
  });

  test('out= and dir= of an input file name entries', async () => {
    const at = await served();
    const input = `${at.server.url('/a.bin')}\n  out=x.bin\n  dir=sub\n${at.server.url('/b.bin')}\n`;
    const { status } = await at.get(['-i', '-', '--zip', 'out/all.zip'], { input });
    expect(status).toBe(0);
    expect(await entries(at, 'out/all.zip')).toEqual(['sub/x.bin', 'b.bin']);
  });

  test.each([
    [['--finish-without']],
    [['--zip', '-', '--finish-without']],
    [['--zip', 'x/']],
    [['--zip', 'x.zip', '--compress', '10']],
  ])('%s is wrong usage', async (args) => {
    const at = await served();
    expect((await at.get(['/a.bin', ...args])).status).toBe(2);
    expect(at.server.requests).toEqual([]);
  });
});

describe('satchel open-partial', () => {
  const killed = async () => {
    const at = await served();
    const zip = ['--zip', 'all.zip', '-x', '1', '-j', '1'];
    await at.killAt('/b.bin', 2_000_000, ['/a.bin', '/b.bin', ...zip], SIZE + 1_000_000);
    return at;
  };
  const open = (at: Desk, args: readonly string[]) => run(['open-partial', ...args], { cwd: at.folder });

  test.each(['all.zip', 'all.zip.part', 'all.zip.satchel'])('%s: what is whole, as a ZIP', async (name) => {
    const at = await killed();
    const { status, stdout, stderr } = await open(at, [name, '-o', 'some.zip']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^1 of 2 entries, 29\d\.?\d* KiB → some\.zip\n$/);
    expect(await entries(at, 'some.zip')).toEqual(['a.bin']);
    expect(await names(at.folder)).toEqual(['all.zip.part', 'all.zip.satchel', 'some.zip']);
  });

  test('replaces nothing, and says what is not there', async () => {
    const at = await killed();
    await writeFile(join(at.folder, 'some.zip'), 'mine');
    const taken = await open(at, ['all.zip', '-o', 'some.zip']);
    expect([taken.status, taken.stderr]).toEqual([1, expect.stringContaining('(name-conflict)')]);
    const missing = await open(at, ['other.zip', '-o', 'x.zip']);
    expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining('(not-found)')]);
    expect((await open(at, ['all.zip'])).status).toBe(2);
    expect(await names(at.folder)).toEqual(['all.zip.part', 'all.zip.satchel', 'some.zip']);
  });
});
