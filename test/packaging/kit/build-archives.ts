import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeElectronDist } from './electron-dist.ts';
import { type Archive, ensureTools, missingFor, offlineEnvironment, toolPath } from './tools.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/**
 * Each group in a run of its own: some add files to the folder that others pack at the same time. The last one's list of
 * updates stays.
 */
const LINUX: readonly (readonly Archive[])[] = [['tar.gz', 'zip'], ['deb'], ['rpm'], ['AppImage']];

export interface Built {
  /** Archives, and a folder for each system as it is before it is packed. */
  readonly folder: string;
  /** Archives that cannot be made here, with the Debian packages that they need. */
  readonly leftOut: readonly { readonly archive: Archive; readonly packages: readonly string[] }[];
}

/**
 * Makes all archives that can be made on this machine from what is in out/, without a network: in place of Electron's
 * runtime stands one that only looks like it. Throws with what electron-builder said when it fails.
 */
export async function buildArchives(folder: string): Promise<Built> {
  ensureTools();
  const leftOut = LINUX.flat()
    .map((archive) => ({ archive, packages: missingFor(archive) }))
    .filter(({ packages }) => packages.length > 0);
  const names = new Set(leftOut.map(({ archive }) => archive));
  const work = await mkdtemp(join(tmpdir(), 'satchel-dist-'));
  try {
    const dist = join(work, 'electron');
    await mkdir(dist);
    await writeElectronDist(dist, await electronVersion(), toolPath('7za'));
    const common = [
      `-c.electronDist=${dist}`,
      `-c.directories.output=${folder}`,
      '--x64',
      '--publish',
      'never',
    ];
    const env = await offlineEnvironment(work);
    const others = ['--win', 'dir', '--mac', names.has('zip') ? 'dir' : 'zip'];
    for (const [index, group] of LINUX.entries()) {
      const archives = group.filter((archive) => !names.has(archive));
      const targets = ['--linux', 'dir', ...archives, ...(index === 0 ? others : [])];
      await electronBuilder([...targets, ...common], env);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { folder, leftOut };
}

async function electronVersion(): Promise<string> {
  const manifest = join(ROOT, 'node_modules', 'electron', 'package.json');
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
}

async function electronBuilder(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const script = join(ROOT, 'node_modules', 'electron-builder', 'cli.js');
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    env: { ...withoutSigning(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`electron-builder ended with ${code}:\n${said}`);
}

/** Whoever runs this may have what signs real releases in the environment. */
function withoutSigning(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(WIN_)?CSC_|^APPLE_|^AZURE_|^G(H|ITHUB)_TOKEN$/.test(name)),
  );
}
