import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// got 16 and vitest 5 refuse anything older; node:sqlite is not in it either.
const OLDEST = [22, 12];

/** True when a Node of this version (`process.versions.node`) can run Satchel. */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/**
 * Path of a Node that can run Satchel: the running one, else the binary of the platform's `node-OS-CPU` package as
 * seen from `root` (an installed tree may have it further up). Throws one plain sentence when there is neither.
 */
export function rightNode(root) {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const os = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(
      `node-${os}-${process.arch}/package.json`,
    );
    const binary = join(dirname(manifest), 'bin', os === 'win' ? 'node.exe' : 'node');
    if (existsSync(binary)) return binary;
  } catch {
    // No such package for this system, or it was left out of the install: said below.
  }
  throw new Error(
    `Satchel needs Node ${OLDEST.join('.')} or newer and this is Node ${process.versions.node}; ` +
      'install a newer one from https://nodejs.org and try again.',
  );
}
