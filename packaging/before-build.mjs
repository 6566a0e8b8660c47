import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { licencesOf } from './licences.mjs';

const root = dirname(import.meta.dirname);

/** electron-builder calls this before it packs for a system; true would have it look for packages to take along. */
export function beforeBuild() {
  writeFileSync(join(root, 'out', 'LICENSES.packages.txt'), licencesOf(root));
  return false;
}
