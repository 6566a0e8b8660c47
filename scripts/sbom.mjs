// `npm run sbom -- FILE`: what runs in Satchel, package by package, as CycloneDX JSON; of the lock file alone.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ifStarted, root } from './setup.mjs';

await ifStarted(import.meta.url, () => {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('npm run sbom -- FILE');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = [
    'sbom',
    '--sbom-format',
    'cyclonedx',
    '--sbom-type',
    'application',
    '--omit',
    'dev',
    '--package-lock-only',
  ];
  const { status, stdout, stderr } = spawnSync(npm, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(stderr);
  const bill = JSON.parse(stdout);
  // npm calls it by its folder.
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  Object.assign(bill.metadata.component, { name, version });
  writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`);
});
