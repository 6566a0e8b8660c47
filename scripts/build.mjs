// Builds out/ when it is older than what it is made from, judged by contents: a checkout changes times without changing files.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rightNode } from '../bin/right-node.mjs';
import { withLock } from './lock.mjs';
import { run, say, toolEnvironment } from './run.mjs';
import { ifStarted, lockFile, root } from './setup.mjs';

const INPUTS = [
  'main',
  'preload',
  'renderer',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
];
const stampFile = join(root, 'out', '.stamp');

/** Builds unless what is in out/ was built from what is there now. Throws one plain sentence when it cannot. */
export async function build() {
  if (stampIs(fingerprint())) return;
  await withLock(lockFile, bundle, say);
}

/** Whoever waited for the lock finds the work done. */
async function bundle(alsoHeldBy) {
  const wanted = fingerprint();
  if (stampIs(wanted)) return;
  say('building …');
  rmSync(stampFile, { force: true });
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const { code, output } = await run(rightNode(root), [tool, 'build'], {
    cwd: root,
    env: toolEnvironment(),
    started: alsoHeldBy,
  });
  if (code !== 0) {
    process.stderr.write(output);
    throw new Error('The build failed; what the tool said about it is above.');
  }
  writeFileSync(stampFile, wanted);
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const input of INPUTS) addTo(hash, input);
  return hash.digest('hex');
}

function addTo(hash, path) {
  const full = join(root, path);
  const facts = statSync(full, { throwIfNoEntry: false });
  if (facts?.isDirectory()) {
    for (const entry of readdirSync(full).sort()) addTo(hash, `${path}/${entry}`);
  } else if (facts !== undefined) {
    const bytes = readFileSync(full);
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
}

function stampIs(wanted) {
  try {
    return readFileSync(stampFile, 'utf8') === wanted;
  } catch {
    return false;
  }
}

await ifStarted(import.meta.url, build);
