// `npm run dist [ARGUMENTS]`: the installers of this system, in dist/. Arguments go to electron-builder, such as `--linux deb`.
// Electron's runtime and the tools are fetched; what signs comes from the environment (docs/install.md).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { rightNode } from '../bin/right-node.mjs';
import { build } from './build.mjs';
import { forwardSignals, toolEnvironment } from './run.mjs';
import { ifStarted, root } from './setup.mjs';

/**
 * One after the other: some add files to the folder that others pack at the same time. The list of updates that stays is
 * that of the last, which alone is updated by itself.
 */
const LINUX = ['tar.gz', 'deb', 'rpm', 'AppImage'];

await ifStarted(import.meta.url, async () => {
  await build();
  const given = process.argv.slice(2);
  const tool = join(root, 'node_modules', 'electron-builder', 'cli.js');
  for (const args of given.length > 0 ? [given] : runsFor(process.platform)) {
    process.exitCode = await finish([tool, '--publish', 'never', ...args]);
    if (process.exitCode !== 0) return;
  }
});

function runsFor(platform) {
  // As electron-builder.yml has it.
  if (platform !== 'linux') return [[]];
  return LINUX.map((target) => ['--linux', target, '--x64', '--arm64']);
}

function finish(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(rightNode(root), args, { cwd: root, env: toolEnvironment(), stdio: 'inherit' });
    const stopForwarding = forwardSignals(child);
    child.on('error', reject);
    child.on('exit', (code) => {
      stopForwarding();
      resolve(code ?? 1);
    });
  });
}
