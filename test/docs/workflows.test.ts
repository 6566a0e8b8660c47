import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { tempFolder } from '../kit/temp-folder.ts';
import { read, root } from './markdown.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly uses?: string;
  readonly permissions?: unknown;
  readonly strategy?: { readonly matrix: { readonly os?: readonly string[] } };
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = '.github/workflows';
const names = readdirSync(join(root, FOLDER));
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const workflow = (name: string) => parse(read(join(FOLDER, name))) as Workflow;
const stepsOf = (name: string) => Object.values(workflow(name).jobs).flatMap(({ steps = [] }) => steps);

test('there is one that tests, one that builds, and one that releases', () => {
  expect(names.toSorted()).toEqual(['build.yml', 'release.yml', 'test.yml']);
});

describe.each(names)('%s', (name) => {
  const { on, permissions, jobs } = workflow(name);

  test('runs nothing that can change under it', () => {
    const used = [...read(join(FOLDER, name)).matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, what]) => what);
    expect(used.length).toBeGreaterThan(0);
    for (const what of used)
      expect(what).toMatch(/^(\.\/\.github\/\S+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  });

  test('may read and no more, but for the job that drafts a release', () => {
    expect(permissions).toEqual({ contents: 'read' });
    const more = Object.entries(jobs).filter(([, job]) => job.permissions !== undefined);
    expect(more.map(([job]) => job)).toEqual(name === 'release.yml' ? ['release'] : []);
    for (const { uses, with: given } of stepsOf(name)) {
      if (uses?.startsWith('actions/checkout@'))
        expect(given).toMatchObject({ 'persist-credentials': false });
    }
    // With it, what a fork proposes would run with our secrets.
    expect(Object.keys(on)).not.toContain('pull_request_target');
  });

  test('runs scripts that there are, and ends', () => {
    const run = stepsOf(name).flatMap((step) => step.run ?? []);
    const named = run.flatMap((text) => [...text.matchAll(/npm (?:run ([\w-]+)|(test|start))/g)]);
    for (const [, script, short] of named) expect(Object.keys(scripts)).toContain(script ?? short);
    for (const job of Object.values(jobs)) {
      if (job.uses === undefined) expect(job['timeout-minutes']).toBeLessThanOrEqual(90);
    }
  });

  test('gives secrets to steps alone, which are left out where there are none', () => {
    for (const job of Object.values(jobs)) expect(job).not.toHaveProperty('env');
    for (const step of stepsOf(name)) {
      if (!JSON.stringify(step.env ?? {}).includes('secrets.')) continue;
      expect(step.if).toMatch(/env\.(CERTIFICATE != ''|SIGN == ')/);
    }
  });
});

test('all three systems are tested and built for', () => {
  for (const name of ['test.yml', 'build.yml']) {
    const jobs = Object.values(workflow(name).jobs);
    const systems = jobs.flatMap((job) => job.strategy?.matrix.os ?? job['runs-on'] ?? []);
    for (const system of ['ubuntu-', 'macos-', 'windows-']) {
      expect(systems.some((each) => each.startsWith(system))).toBe(true);
    }
  }
});

test('sums are as sha256sum has them, and of every file', async () => {
  const folder = await tempFolder();
  const sum = () => promisify(execFile)(process.execPath, [join(root, 'scripts', 'checksums.mjs'), folder]);
  await expect(sum()).rejects.toThrow('There is no file');
  await writeFile(join(folder, 'b.deb'), 'b');
  await writeFile(join(folder, 'a.zip'), '');
  await writeFile(join(folder, 'SHA256SUMS'), 'old');
  await sum();
  expect(await readFile(join(folder, 'SHA256SUMS'), 'utf8')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.zip\n' +
      '3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  b.deb\n',
  );
});
