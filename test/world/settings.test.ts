import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Settings, type SettingsPatch } from '../../main/contract/settings.ts';
import { Disk } from '../../main/world/disk.ts';
import { openSettings } from '../../main/world/settings.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const DEFAULTS = Settings.parse({});

async function place(content?: unknown): Promise<{ folder: string; path: string }> {
  const folder = await tempFolder();
  const path = join(folder, 'settings.json');
  if (content !== undefined)
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return { folder, path };
}

const inFile = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

test('a file that is too deep to be written again is set aside, and settings can be changed', async () => {
  const { folder, path } = await place(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  const settings = await openSettings(new Disk(), path);
  expect(settings.problems).toHaveLength(1);
  expect((await settings.update({ jobs: 9 })).jobs).toBe(9);
  expect(await inFile(path)).toEqual({ jobs: 9 });
  expect((await readdir(folder)).sort()).toEqual(['settings.json', 'settings.json.bad']);
});

describe('reading', () => {
  test('no file is the defaults, and makes none', async () => {
    const { folder, path } = await place();
    const settings = await openSettings(new Disk(), path);
    expect(settings.current).toEqual(DEFAULTS);
    expect(settings.problems).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a key that is missing has its default, a byte order mark does no harm', async () => {
    const { path } = await place('\ufeff{"jobs":9}');
    const settings = await openSettings(new Disk(), path);
    expect(settings.current).toEqual({ ...DEFAULTS, jobs: 9 });
    expect(settings.problems).toEqual([]);
  });

  test('a key that is wrong has its default and is a problem, which does not say its value', async () => {
    const limits = { mode: 'base', base: 'hunter2', alternative: null, schedule: [] };
    const { path } = await place({ jobs: 0, retries: 3, proxy: 77, onConflict: 'hunter2', limits });
    const settings = await openSettings(new Disk(), path);
    expect(settings.current).toEqual({ ...DEFAULTS, retries: 3 });
    const keys = settings.problems.map((problem) => problem.split(':')[0]);
    expect(keys.toSorted()).toEqual(['jobs', 'limits.base', 'onConflict', 'proxy']);
    expect(settings.problems.join()).not.toMatch(/hunter2|77/);
  });

  test('the defaults are not those of another reader', async () => {
    const { path } = await place();
    const first = await openSettings(new Disk(), path);
    first.current.categories[0]?.extensions.splice(0);
    const secondOne = await openSettings(new Disk(), path);
    expect(secondOne.current.categories[0]?.extensions).toContain('mp4');
  });
});

describe('changing', () => {
  test('writes only what was set, in two spaces, for this user alone', async () => {
    const before = process.umask(0);
    try {
      const { folder, path } = await place();
      const settings = await openSettings(new Disk(), path);
      expect(await settings.update({ jobs: 2 })).toEqual({ ...DEFAULTS, jobs: 2 });
      expect(settings.current.jobs).toBe(2);
      expect(await readFile(path, 'utf8')).toBe('{\n  "jobs": 2\n}\n');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readdir(folder)).toEqual(['settings.json']);
    } finally {
      process.umask(before);
    }
  });

  test('a file that others may read is private after it', async () => {
    const { path } = await place({ jobs: 1 });
    await chmod(path, 0o644);
    await (await openSettings(new Disk(), path)).update({ jobs: 2 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('keeps what it does not know, also inside of what it sets', async () => {
    const category = { ...DEFAULTS.categories[0], dir: '/a', colour: 'red' };
    const limits = { ...DEFAULTS.limits, note: { by: 'me' } };
    const { path } = await place({ later: [1], limits, categories: [category], __proto__x: 1 });
    const settings = await openSettings(new Disk(), path);
    expect(settings.current.limits).toEqual(DEFAULTS.limits);
    const renamed = { ...DEFAULTS.categories[1]! };
    const { colour: _, ...known } = category;
    await settings.update({
      limits: { ...DEFAULTS.limits, mode: 'base' },
      categories: [renamed, { ...known, dir: '/b' }],
    } as SettingsPatch);
    expect(await inFile(path)).toEqual({
      later: [1],
      limits: { ...limits, mode: 'base' },
      categories: [renamed, { ...category, dir: '/b' }],
      __proto__x: 1,
    });
    expect(settings.current.categories).toEqual([renamed, { ...known, dir: '/b' }]);
  });

  test('a wrong key stays in the file until it is set', async () => {
    const { path } = await place({ jobs: 'many', retries: 1 });
    const settings = await openSettings(new Disk(), path);
    await settings.update({ retries: 2 });
    expect(await inFile(path)).toEqual({ jobs: 'many', retries: 2 });
    expect(settings.problems).toHaveLength(1);
    await settings.update({ jobs: 3 });
    expect(await inFile(path)).toEqual({ jobs: 3, retries: 2 });
    expect(settings.problems).toEqual([]);
  });

  test.each(['{"jobs": 3,', '[1]', 'null', ''])(
    'a file that is no JSON object (%s) is kept',
    async (text) => {
      const { folder, path } = await place(text);
      const settings = await openSettings(new Disk(), path);
      expect(settings.current).toEqual(DEFAULTS);
      expect(settings.problems).toHaveLength(1);
      expect(await readFile(path, 'utf8')).toBe(text);
      await settings.update({ jobs: 2 });
      expect(await readFile(`${path}.bad`, 'utf8')).toBe(text);
      expect(await inFile(path)).toEqual({ jobs: 2 });
      await settings.update({ jobs: 3 });
      expect(await readFile(`${path}.bad`, 'utf8')).toBe(text);
      expect((await readdir(folder)).toSorted()).toEqual(['settings.json', 'settings.json.bad']);
      expect(settings.problems).toEqual([]);
    },
  );

  test('a wrong patch is bad-input and changes nothing', async () => {
    const { folder, path } = await place();
    const settings = await openSettings(new Disk(), path);
    for (const patch of [{ jobs: 0 }, { unknown: 1 }] as SettingsPatch[])
      await expect(settings.update(patch)).rejects.toMatchObject({ code: 'bad-input' });
    expect(settings.current).toEqual(DEFAULTS);
    expect(await readdir(folder)).toEqual([]);
  });

  test('changes at once are made one after the other, and none is lost', async () => {
    const { path } = await place();
    const settings = await openSettings(new Disk(), path);
    const results = await Promise.all([
      settings.update({ jobs: 2 }),
      settings.update({ retries: 1 }),
      settings.update({ jobs: 4 }),
    ]);
    expect(results.map(({ jobs, retries }) => [jobs, retries])).toEqual([
      [2, DEFAULTS.retries],
      [2, 1],
      [4, 1],
    ]);
    expect(await inFile(path)).toEqual({ jobs: 4, retries: 1 });
  });

  test.each(['open', 'write', 'sync', 'rename'] as const)(
    'the old file stays where %s fails, and the next change succeeds',
    async (call) => {
      const { folder, path } = await place({ jobs: 1 });
      const faulty = new FaultDisk(folder, [
        { name: 'error', call, nth: 1, errno: 'ENOSPC', path: /\.new$/ },
      ]);
      const settings = await openSettings(new Disk(faulty.fileSystem), path);
      await expect(settings.update({ jobs: 2 })).rejects.toMatchObject({ code: 'disk-full' });
      expect(faulty.happened('error')).toBe(1);
      expect(settings.current.jobs).toBe(1);
      expect(await inFile(path)).toEqual({ jobs: 1 });
      await settings.update({ retries: 2 });
      expect(await inFile(path)).toEqual({ jobs: 1, retries: 2 });
      expect(await readdir(folder)).toEqual(['settings.json']);
    },
  );

  test('a power cut leaves what was there, or what was answered', async () => {
    for (let seed = 0; seed < 8; seed++) {
      const { folder, path } = await place({ jobs: 1 });
      const faulty = new FaultDisk(folder);
      const settings = await openSettings(new Disk(faulty.fileSystem), path);
      await settings.update({ jobs: 2 });
      await faulty.powerCut(() => seed / 8);
      expect(await inFile(path)).toEqual({ jobs: 2 });
    }
  });
});
