/** A small tree that keeps every wall. */
export const SOUND: Readonly<Record<string, string>> = {
  'main/contract/task.ts': `import { z } from 'zod';\nexport type Task = { id: string };\nexport const task = z;`,
  'main/world/clock.ts': `export interface Clock { now(): number }\nexport const systemClock = { now: () => 0 };`,
  'main/world/disk.ts': `export { open as disk } from 'node:fs/promises';`,
  'main/world/http.ts': `import got from 'got';\nexport { Agent } from 'node:https';\nexport const http = got;`,
  'main/source/links.ts': `import type { Clock } from '../world/clock.ts';\nexport const links = (clock: Clock) => clock;`,
  'main/bytes/partial.ts': `export { disk as partial } from '../world/disk.ts';`,
  'main/zip/stream.ts': `export { ZipArchive as stream } from 'archiver';`,
  'main/task/manager.ts': `import { partial } from '../bytes/partial.ts';\nexport type Manager = typeof partial;\nexport const manager = 1;`,
  'main/engine.ts': `export { manager as engine } from './task/manager.ts';`,
  'main/doors/ipc.ts': `export { ipcMain } from 'electron';\nexport type { Manager } from '../task/manager.ts';`,
  'main/desktop/window.ts': `export { app } from 'electron';`,
  'main/index.ts': `export { app } from './desktop/window.ts';\nexport { partial } from './bytes/partial.ts';`,
  'renderer/wire/ipc.ts': `import type { Task } from '../../main/contract/task.ts';\nexport const wire = (task: Task) => task;`,
  'test/kit/place.ts': `export { disk } from '../../main/world/disk.ts';`,
  ...fakePackage('zod'),
  ...fakePackage('got'),
  ...fakePackage('archiver'),
  ...fakePackage('electron'),
};

/** Bad imports, each a file to be added to the sound tree, with the rule that must be broken by it. */
export const PLANTED: readonly { readonly rule: string; readonly file: string; readonly text: string }[] = [
  { rule: 'walls-of-bytes', file: 'main/bytes/value.ts', text: `import { engine } from '../engine.ts';` },
  {
    rule: 'walls-of-bytes',
    file: 'main/bytes/dynamic.ts',
    text: `export const e = () => import('../engine.ts');`,
  },
  {
    rule: 'walls-of-bytes',
    file: 'main/bytes/passed-on.ts',
    text: `export { links } from '../source/links.ts';`,
  },
  { rule: 'walls-of-bytes', file: 'main/bytes/for-effect.ts', text: `import '../engine.ts';` },
  {
    rule: 'walls-of-world',
    file: 'main/world/type.ts',
    text: `import type { Manager } from '../task/manager.ts';`,
  },
  {
    rule: 'walls-of-world',
    file: 'main/world/mixed.ts',
    text: `import { type Manager } from '../task/manager.ts';`,
  },
  {
    rule: 'walls-of-world',
    file: 'main/world/in-place.ts',
    text: `export type M = import('../task/manager.ts').Manager;`,
  },
  {
    rule: 'types-only-in-source',
    file: 'main/source/value.ts',
    text: `import { systemClock } from '../world/clock.ts';`,
  },
  {
    rule: 'types-only-in-doors',
    file: 'main/doors/value.ts',
    text: `import { manager } from '../task/manager.ts';`,
  },
  {
    rule: 'main-has-only-known-rooms',
    file: 'main/misc/things.ts',
    text: `import { task } from '../contract/task.ts';`,
  },
  {
    rule: 'main-stands-alone',
    file: 'main/task/from-test.ts',
    text: `import { disk } from '../../test/kit/place.ts';`,
  },
  {
    rule: 'only-the-desktop-entry-imports-desktop',
    file: 'main/server.ts',
    text: `import './desktop/window.ts';`,
  },
  {
    rule: 'only-one-place-imports-fs',
    file: 'main/task/core.ts',
    text: `import { readFileSync } from 'node:fs';`,
  },
  {
    rule: 'only-one-place-imports-fs',
    file: 'main/task/core-bare.ts',
    text: `import { open } from 'fs/promises';`,
  },
  {
    rule: 'only-one-place-imports-fs',
    file: 'main/task/core-type.ts',
    text: `import type { Stats } from 'node:fs';`,
  },
  {
    rule: 'only-one-place-imports-net',
    file: 'main/doors/core.ts',
    text: `import { createServer } from 'node:http';`,
  },
  {
    rule: 'only-one-place-imports-sqlite',
    file: 'main/task/database.ts',
    text: `import { DatabaseSync } from 'node:sqlite';`,
  },
  { rule: 'only-one-place-imports-got', file: 'main/source/package.ts', text: `import got from 'got';` },
  {
    rule: 'only-one-place-imports-got',
    file: 'main/transfer/package.ts',
    text: `import type { Got } from 'got';`,
  },
  {
    rule: 'only-one-place-imports-archiver',
    file: 'main/zip/lazy.ts',
    text: `export const z = () => import('archiver');`,
  },
  {
    rule: 'only-one-place-imports-electron',
    file: 'main/engine.ts',
    text: `import { app } from 'electron';`,
  },
  {
    rule: 'contract-imports-only-zod',
    file: 'main/contract/package.ts',
    text: `import { app } from 'electron';`,
  },
  {
    rule: 'contract-imports-only-zod',
    file: 'main/contract/core.ts',
    text: `import { join } from 'node:path';`,
  },
  {
    rule: 'pages-see-only-the-contract',
    file: 'renderer/type.ts',
    text: `import type { Clock } from '../main/world/clock.ts';`,
  },
  {
    rule: 'pages-see-only-the-contract',
    file: 'preload/index.ts',
    text: `import { engine } from '../main/engine.ts';`,
  },
  {
    rule: 'pages-stand-alone',
    file: 'renderer/from-test.ts',
    text: `import { disk } from '../test/kit/place.ts';`,
  },
  { rule: 'renderer-runs-in-a-page', file: 'renderer/core.ts', text: `import { join } from 'node:path';` },
  { rule: 'no-circles', file: 'main/progress/self.ts', text: `export { a } from './self.ts';` },
  { rule: 'all-resolved', file: 'main/cli.ts', text: `import { gone } from './gone.ts';` },
];

function fakePackage(name: string): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', types: 'index.d.ts' }),
    [`node_modules/${name}/index.d.ts`]: 'export {};',
  };
}
