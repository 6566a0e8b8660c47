import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ICruiseResult } from 'dependency-cruiser';
import { afterEach, describe, expect, test } from 'vitest';
import { PLANTED, SOUND } from './planted.ts';

const root = join(import.meta.dirname, '..', '..');
const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** What dependency-cruiser sees in `main` and what else there is below `cwd`, and which file breaks which wall. */
async function cruise(cwd: string) {
  const present = (await readdir(cwd)).filter((name) =>
    ['main', 'preload', 'renderer', 'test'].includes(name),
  );
  const args = [cruiser, '--output-type', 'json', ...present];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, maxBuffer: 1 << 26 });
  const { modules, summary } = JSON.parse(stdout) as ICruiseResult;
  return {
    seen: modules.map(({ source }) => source),
    broken: summary.violations.map(({ rule, from }) => `${rule.name} by ${from}`),
  };
}

async function plant(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'satchel-walls-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `${text}\n`);
  }
  for (const name of ['.dependency-cruiser.mjs', 'tsconfig.json'])
    await cp(join(root, name), join(folder, name));
  return folder;
}

describe('the walls', () => {
  test('stand in the program, all of which is looked at', async () => {
    const { seen, broken } = await cruise(root);
    const sources = (await readdir(join(root, 'main'), { recursive: true }))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `main/${name.replaceAll('\\', '/')}`);
    expect(sources.length).toBeGreaterThan(0);
    expect(seen).toEqual(expect.arrayContaining(sources));
    expect(broken).toEqual([]);
  });

  test('let a sound program through', async () => {
    const { seen, broken } = await cruise(await plant(SOUND));
    expect(seen).toContain('main/task/manager.ts');
    expect(broken).toEqual([]);
  });

  test('show every bad import that is planted', async () => {
    const planted = PLANTED.map(({ file, text }) => [file, text] as const);
    const { broken } = await cruise(await plant({ ...SOUND, ...Object.fromEntries(planted) }));
    expect(broken).toEqual(expect.arrayContaining(PLANTED.map(({ rule, file }) => `${rule} by ${file}`)));
  });
});
