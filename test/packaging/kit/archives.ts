import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { type Built, buildArchives } from './build-archives.ts';
import type { Archive } from './tools.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly archives: Built;
  }
}

const run = promisify(execFile);

/** Before all tests of archives: they are made, once. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { build } = (await import('../../../scripts/build.mjs' as string)) as { build(): Promise<void> };
  await build();
  const folder = await mkdtemp(join(tmpdir(), 'satchel-archives-'));
  project.provide('archives', await buildArchives(folder));
  return () => rm(folder, { recursive: true, force: true });
}

/** A file or folder among those that were made. */
export function made(...names: readonly string[]): string {
  return join(inject('archives').folder, ...names);
}

/** For `test.skipIf`: without some packages of Debian an archive is left out. */
export function isLeftOut(archive: Archive): boolean {
  return inject('archives').leftOut.some((each) => each.archive === archive);
}

/** What a program says. */
export async function said(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run(command, args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Lines that are not empty, in order. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}
