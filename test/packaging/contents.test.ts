import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { getRawHeader, listPackage } from '@electron/asar';
import { describe, expect, test } from 'vitest';
import { isLeftOut, lines, made, said } from './kit/archives.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const VERSION = (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string })
  .version;

const CHROMIUM = [
  ...['LICENSE.electron.txt', 'LICENSES.chromium.html', 'version', 'icudtl.dat', 'resources.pak'],
  ...['chrome_100_percent.pak', 'chrome_200_percent.pak', 'snapshot_blob.bin', 'v8_context_snapshot.bin'],
  ...['vk_swiftshader_icd.json', 'locales/en-US.pak', 'locales/zh-CN.pak'],
];
const sorted = (paths: readonly string[]) => paths.toSorted();
/** The browser extension, as it is loaded. */
const EXTENSION = filesIn('extension');
const OURS = [
  ...['app.asar', 'app-update.yml', 'LICENSE.satchel.txt', 'LICENSES.packages.txt'],
  ...EXTENSION,
].map((name) => `resources/${name}`);
const LINUX = [
  ...[...CHROMIUM, ...OURS, 'satchel', 'chrome-sandbox', 'chrome_crashpad_handler'],
  ...['libEGL.so', 'libGLESv2.so', 'libffmpeg.so', 'libvk_swiftshader.so', 'libvulkan.so.1'],
];
const ICONS = [16, 24, 32, 48, 64, 128, 256, 512].map(
  (size) => `usr/share/icons/hicolor/${size}x${size}/apps/satchel.png`,
);
const MIME = 'usr/share/mime/packages/satchel.xml';
const HOST = 'native-messaging-hosts/dev.satchel.host.json';
/** What deb and rpm have more: where they put it, what they tell the system, and browsers; Firefox looks into `lib`. */
const installed = (lib: string) => [
  ...LINUX.map((path) => `opt/Satchel/${path}`),
  ...['package-type', 'apparmor-profile'].map((name) => `opt/Satchel/resources/${name}`),
  ...[...ICONS, MIME, 'usr/share/applications/satchel.desktop'],
  ...['etc/opt/chrome', 'etc/opt/edge', 'etc/chromium', `usr/${lib}/mozilla`].map(
    (place) => `${place}/${HOST}`,
  ),
];

const filesOf = (tar: string) => lines(tar).filter((path) => !path.endsWith('/'));

describe('the asar', () => {
  const path = () => made('linux-unpacked', 'resources', 'app.asar');

  test('holds what was built and a manifest, and nothing else', () => {
    const built = ['main', 'preload', 'renderer'].flatMap((room) => filesIn(join('out', room)));
    expect(built).toContain('out/main/index.js');
    expect(built).toContain('out/renderer/index.html');
    expect(filesOfAsar(path())).toEqual(sorted([...built, 'package.json']));
  });

  test('has no maps, no stamps, no packages, and no file beside it', () => {
    const wrong = filesOfAsar(path()).filter((name) =>
      /\.map$|\.stamp|\.cache|node_modules|\.ts$/.test(name),
    );
    expect(wrong).toEqual([]);
    expect(JSON.stringify(getRawHeader(path()).header)).not.toContain('"unpacked":true');
  });

  test('is the same on every system', () => {
    const others = [
      made('win-unpacked', 'resources', 'app.asar'),
      made('mac', 'Satchel.app', 'Contents', 'Resources', 'app.asar'),
    ];
    for (const other of others) expect(filesOfAsar(other)).toEqual(filesOfAsar(path()));
  });
});

test('the licences of what is bundled go along, with their texts', async () => {
  const text = await readFile(made('linux-unpacked', 'resources', 'LICENSES.packages.txt'), 'utf8');
  for (const name of ['archiver', 'electron-updater', 'fastify', 'got', 'lucide-react', 'react', 'zod']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'));
  }
  // What archiver needs, and what is of the tools only.
  expect(text).toMatch(/^zip-stream /m);
  expect(text).not.toMatch(/^(vitest|typescript|electron-builder) /m);
  expect(text.match(/^Licence: (undefined|UNLICENSED|GPL.*|AGPL.*)$/gm)).toBeNull();
  expect(text).toContain('THE SOFTWARE IS PROVIDED "AS IS"');
});

describe('what is in', () => {
  test.skipIf(isLeftOut('tar.gz'))('the tar.gz', async () => {
    const name = `Satchel-${VERSION}-linux-x64`;
    const listed = filesOf(await said('tar', 'tzf', made(`${name}.tar.gz`)));
    expect(listed).toEqual(sorted(LINUX.map((path) => `${name}/${path}`)));
  });

  test.skipIf(isLeftOut('zip'))('the zip', async () => {
    const listed = filesOf(await said('unzip', '-Z1', made(`Satchel-${VERSION}-linux-x64.zip`)));
    expect(listed).toEqual(sorted(LINUX));
  });

  test.skipIf(isLeftOut('AppImage'))('the AppImage', async () => {
    const image = made(`Satchel-${VERSION}-linux-x86_64.AppImage`);
    const listed = lines(await said('unsquashfs', '-o', '4096', '-ll', image))
      .filter((line) => /^[-l]/.test(line))
      .map((line) => (/squashfs-root\/(.*?)( -> |$)/.exec(line) ?? [])[1] ?? line);
    const own = ['AppRun', '.DirIcon', 'satchel.desktop', 'satchel.png', ...ICONS, MIME];
    expect(sorted(listed)).toEqual(sorted([...LINUX, ...own]));
  });

  test.skipIf(isLeftOut('deb'))('the deb', async () => {
    const deb = made(`satchel_${VERSION}_amd64.deb`);
    const listed = lines(await said('dpkg-deb', '--contents', deb))
      .map((line) => line.replace(/^.* \.\//, ''))
      .filter((path) => path !== '' && !path.endsWith('/'));
    expect(sorted(listed)).toEqual(sorted(installed('lib')));
  });

  test.skipIf(isLeftOut('rpm'))('the rpm', async () => {
    const listed = lines(await said('rpm', '-qlp', made(`satchel-${VERSION}.x86_64.rpm`)));
    expect(listed.map((path) => path.slice(1))).toEqual(sorted(installed('lib64')));
  });

  test('the folder for Windows', () => {
    const programs = ['Satchel.exe', 'd3dcompiler_47.dll', 'ffmpeg.dll', 'vulkan-1.dll', 'libEGL.dll'];
    // Where updates are only its installer knows, which is not made here.
    const ours = OURS.filter((path) => path !== 'resources/app-update.yml');
    const hosts = ['chromium', 'firefox'].map((name) => `resources/native-messaging/${name}.json`);
    const all = [...CHROMIUM, ...ours, ...programs, 'libGLESv2.dll', ...hosts];
    expect(treeOf(made('win-unpacked'))).toEqual(sorted(all));
  });

  test.skipIf(isLeftOut('zip'))('the zip for macOS', async () => {
    const listed = filesOf(await said('unzip', '-Z1', made(`Satchel-${VERSION}-mac-x64.zip`)));
    const contents = 'Satchel.app/Contents';
    const framework = `${contents}/Frameworks/Electron Framework.framework`;
    const helpers = ['', ' (GPU)', ' (Plugin)', ' (Renderer)'].flatMap((kind) => {
      const helper = `${contents}/Frameworks/Satchel Helper${kind}.app/Contents`;
      return [`${helper}/Info.plist`, `${helper}/MacOS/Satchel Helper${kind}`];
    });
    const resources = [
      ...[
        'app.asar',
        'app-update.yml',
        'icon.icns',
        'electron.icns',
        'en.lproj/locale.txt',
        'zh_CN.lproj/locale.txt',
      ],
      ...['LICENSE.satchel.txt', 'LICENSES.packages.txt', 'LICENSE.electron.txt', 'LICENSES.chromium.html'],
      ...EXTENSION,
    ].map((name) => `${contents}/Resources/${name}`);
    const locales = ['en', 'zh_CN'].map(
      (name) => `${framework}/Versions/A/Resources/${name}.lproj/locale.pak`,
    );
    const own = ['Info.plist', 'PkgInfo', 'MacOS/Satchel'].map((name) => `${contents}/${name}`);
    const all = [...own, ...helpers, ...resources, ...locales, `${framework}/Electron Framework`];
    expect(listed).toEqual(sorted(all));
  });
});

function filesOfAsar(path: string): string[] {
  const { header } = getRawHeader(path);
  const isFolder = (name: string) =>
    'files' in name.split('/').reduce((node, part) => (node as never)['files'][part], header as object);
  const names = listPackage(path, { isPack: false }).map((name) => name.replaceAll(sep, '/').slice(1));
  return sorted(names.filter((name) => !isFolder(name)));
}

/** Relative to the project, without what a build keeps for itself. */
function filesIn(folder: string): string[] {
  return treeOf(join(ROOT, folder))
    .map((path) => `${folder}/${path}`)
    .filter((path) => !path.endsWith('.map'));
}

function treeOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return sorted(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  );
}
