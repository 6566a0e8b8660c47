// `npm run dist:check [FOLDER]`: makes every installer that this machine can make, without a network and without Electron's
// runtime, and lists them. With a folder they stay there, to be looked at; they do not run.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isNewEnough } from '../bin/right-node.mjs';
import { build } from './build.mjs';
import { ifStarted } from './setup.mjs';

await ifStarted(import.meta.url, async () => {
  if (!isNewEnough(process.versions.node))
    throw new Error('Start it as `npm run dist:check`, which finds a newer Node.');
  const { buildArchives } = await import('../test/packaging/kit/build-archives.ts');
  await build();
  const [wanted] = process.argv.slice(2);
  const folder = wanted === undefined ? mkdtempSync(join(tmpdir(), 'satchel-archives-')) : resolve(wanted);
  mkdirSync(folder, { recursive: true });
  try {
    const { leftOut } = await buildArchives(folder);
    for (const name of readdirSync(folder).sort()) {
      const facts = statSync(join(folder, name));
      const size = facts.isDirectory() ? 'folder' : `${Math.ceil(facts.size / 1024)} KiB`;
      process.stdout.write(`${name.padEnd(40)} ${size}\n`);
    }
    for (const { archive, packages } of leftOut) {
      process.stdout.write(`left out: ${archive}, which needs ${packages.join(' and ')}\n`);
    }
  } finally {
    if (wanted === undefined) rmSync(folder, { recursive: true, force: true });
  }
});
