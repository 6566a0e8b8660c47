import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { windowsProgram } from './windows-program.ts';

const run = promisify(execFile);

/** Where Electron keeps its fuses: a mark, the version of the wire, its length, then one digit for each, as it ships. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
]);
/** What is no program has its own name in it. */
const program = (name: string) => Buffer.concat([Buffer.from(`#!/bin/sh\nexit 0\n${name}\n`), FUSES]);

const LANGUAGES = ['de', 'en-US', 'zh-CN'];
const MAC_LANGUAGES = ['de', 'en', 'zh_CN'];
const COMMON = ['LICENSE', 'LICENSES.chromium.html', 'version'];
const CHROMIUM = [
  ...['chrome_100_percent.pak', 'chrome_200_percent.pak', 'icudtl.dat', 'resources.pak'],
  ...['snapshot_blob.bin', 'v8_context_snapshot.bin', 'vk_swiftshader_icd.json'],
  ...LANGUAGES.map((language) => `locales/${language}.pak`),
];
const LINUX_PROGRAMS = ['chrome-sandbox', 'chrome_crashpad_handler'];
const LINUX = ['libEGL.so', 'libGLESv2.so', 'libffmpeg.so', 'libvk_swiftshader.so', 'libvulkan.so.1'];
const WINDOWS = ['d3dcompiler_47.dll', 'ffmpeg.dll', 'libEGL.dll', 'libGLESv2.dll', 'vulkan-1.dll'];
const HELPERS = ['', ' (GPU)', ' (Plugin)', ' (Renderer)'].map((kind) => `Electron Helper${kind}`);

type Files = ReadonlyMap<string, Buffer>;

/**
 * Archives in the form of Electron's own, as far as electron-builder looks at them, for Linux, Windows and macOS on x64:
 * the same names, programs that do nothing, and the fuses. `folder` then is an `electronDist`.
 */
export async function writeElectronDist(folder: string, version: string, zip: string): Promise<void> {
  const contents = { linux: linux(), win32: windows(), darwin: mac() };
  for (const [platform, files] of Object.entries(contents)) {
    const tree = join(folder, platform);
    for (const [path, bytes] of files) await write(join(tree, path), bytes);
    await run(zip, ['a', '-mx=0', '-bd', join(folder, `electron-v${version}-${platform}-x64.zip`), '.'], {
      cwd: tree,
    });
  }
}

async function write(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  if (bytes.subarray(0, 2).toString() === '#!') await chmod(path, 0o755);
}

function linux(): Files {
  const programs = [['electron', ...LINUX_PROGRAMS], program] as const;
  return new Map([...programs[0].map(programEntry), ...texts([...COMMON, ...CHROMIUM, ...LINUX])]);
}

function windows(): Files {
  const electron = Buffer.concat([windowsProgram(), FUSES]);
  return new Map([['electron.exe', electron], ...texts([...COMMON, ...CHROMIUM, ...WINDOWS])]);
}

function mac(): Files {
  const contents = 'Electron.app/Contents';
  const framework = `${contents}/Frameworks/Electron Framework.framework`;
  const helpers = HELPERS.flatMap((name) => [
    programEntry(`${contents}/Frameworks/${name}.app/Contents/MacOS/${name}`),
    [`${contents}/Frameworks/${name}.app/Contents/Info.plist`, plist(name)] as const,
  ]);
  const languages = MAC_LANGUAGES.flatMap((language) => [
    `${contents}/Resources/${language}.lproj/locale.txt`,
    `${framework}/Versions/A/Resources/${language}.lproj/locale.pak`,
  ]);
  return new Map([
    [`${contents}/Info.plist`, plist('Electron')],
    programEntry(`${contents}/MacOS/Electron`),
    programEntry(`${framework}/Electron Framework`),
    ...helpers,
    ...texts([...COMMON, ...languages, `${contents}/PkgInfo`, `${contents}/Resources/electron.icns`]),
  ]);
}

const programEntry = (path: string) => [path, program(path)] as const;
const texts = (paths: readonly string[]) => paths.map((path) => [path, Buffer.from(`${path}\n`)] as const);

function plist(name: string): Buffer {
  const facts = {
    CFBundleDisplayName: name,
    CFBundleExecutable: name,
    CFBundleIdentifier: `com.github.${name.replaceAll(/[ ()]/g, '')}`,
    CFBundleName: name,
    CFBundlePackageType: 'APPL',
    CFBundleVersion: '45.4.1',
  };
  const lines = Object.entries(facts).map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>${lines.join('')}</dict></plist>\n`,
  );
}
