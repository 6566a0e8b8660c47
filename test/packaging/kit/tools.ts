import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Programs that electron-builder would fetch, and the Debian packages that have them. */
const PACKAGES = {
  '7za': 'p7zip-full',
  mksquashfs: 'squashfs-tools',
  'desktop-file-validate': 'desktop-file-utils',
  'dpkg-deb': 'dpkg',
  rpmbuild: 'rpm',
} as const;
type Tool = keyof typeof PACKAGES;

/** What each archive cannot be made without. */
const NEEDED = {
  'tar.gz': ['7za'],
  zip: ['7za'],
  AppImage: ['mksquashfs', 'desktop-file-validate'],
  deb: ['dpkg-deb'],
  rpm: ['rpmbuild'],
} as const satisfies Record<string, readonly Tool[]>;
export type Archive = keyof typeof NEEDED;

/** Installs what is missing, where this is root on Debian; elsewhere archives are left out, see `missingFor`. */
export function ensureTools(): void {
  const missing = (Object.keys(PACKAGES) as Tool[]).filter((tool) => pathOf(tool) === null);
  if (missing.length === 0 || process.getuid?.() !== 0 || pathOf('apt-get') === null) return;
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...missing.map((tool) => PACKAGES[tool]));
}

/** The packages without which this archive cannot be made here. */
export function missingFor(archive: Archive): readonly string[] {
  return NEEDED[archive].filter((tool) => pathOf(tool) === null).map((tool) => PACKAGES[tool]);
}

/** Throws where it is not installed. */
export function toolPath(tool: Tool): string {
  const path = pathOf(tool);
  if (path === null) throw new Error(`${tool} is not installed (Debian's ${PACKAGES[tool]})`);
  return path;
}

/** The environment in which electron-builder finds everything here and fetches nothing. */
export async function offlineEnvironment(folder: string): Promise<Record<string, string>> {
  const fpm = join(folder, 'fpm');
  const stand = join(import.meta.dirname, 'fpm.ts');
  await writeFile(fpm, `#!/bin/sh\nexec '${process.execPath}' '${stand}' "$@"\n`);
  await chmod(fpm, 0o755);
  return {
    ELECTRON_BUILDER_7ZIP_PATH: toolPath('7za'),
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '1',
    ELECTRON_BUILDER_OFFLINE: 'true',
    CUSTOM_FPM_PATH: fpm,
    ...(missingFor('AppImage').length > 0 ? {} : { APPIMAGE_TOOLS_PATH: await appImageTools(folder) }),
  };
}

/** As electron-builder unpacks them; the runtime is the part of an AppImage that mounts the rest, and here does nothing. */
async function appImageTools(folder: string): Promise<string> {
  const tools = join(folder, 'appimage');
  await mkdir(join(tools, 'runtimes'), { recursive: true });
  await mkdir(join(tools, 'lib', 'x64'), { recursive: true });
  for (const tool of ['mksquashfs', 'desktop-file-validate'] as const) {
    await symlink(toolPath(tool), join(tools, tool));
  }
  await writeFile(join(tools, 'runtimes', 'runtime-x64'), '#!/bin/sh\nexit 0\n'.padEnd(4096, '\n'));
  return tools;
}

function pathOf(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function apt(...args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
}
