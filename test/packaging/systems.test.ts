import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';
import { isLeftOut, lines, made, said } from './kit/archives.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const { version: VERSION, description: DESCRIPTION } = JSON.parse(
  await readFile(join(ROOT, 'package.json'), 'utf8'),
) as { version: string; description: string };

const FUSES = {
  RunAsNode: FuseState.DISABLE,
  EnableCookieEncryption: FuseState.ENABLE,
  EnableNodeOptionsEnvironmentVariable: FuseState.DISABLE,
  EnableNodeCliInspectArguments: FuseState.DISABLE,
  EnableEmbeddedAsarIntegrityValidation: FuseState.ENABLE,
  OnlyLoadAppFromAsar: FuseState.ENABLE,
  LoadBrowserProcessSpecificV8Snapshot: FuseState.DISABLE,
  GrantFileProtocolExtraPrivileges: FuseState.DISABLE,
} as const;

const DEB = () => made(`satchel_${VERSION}_amd64.deb`);
const RPM = () => made(`satchel-${VERSION}.x86_64.rpm`);

describe('the fuses of the program', () => {
  test.each([
    ['Linux', ['linux-unpacked', 'satchel']],
    ['Windows', ['win-unpacked', 'Satchel.exe']],
    ['macOS', ['mac', 'Satchel.app']],
  ])('for %s are as they are to be', async (_, path) => {
    const wire = await getCurrentFuseWire(made(...path));
    const read = Object.keys(FUSES).map((name) => [name, wire[FuseV1Options[name as keyof typeof FUSES]]]);
    expect(Object.fromEntries(read)).toEqual(FUSES);
  });
});

describe('the desktop file', () => {
  const places: [string, () => Promise<string>, boolean][] = [
    ['deb', () => fromDeb('./usr/share/applications/satchel.desktop'), isLeftOut('deb')],
    ['AppImage', () => fromAppImage('satchel.desktop'), isLeftOut('AppImage')],
  ];

  test.for(places)('of the %s is valid', async ([, read, leftOut], { skip }) => {
    skip(leftOut);
    const folder = await tempFolder();
    const path = join(folder, 'satchel.desktop');
    await writeFile(path, await read());
    // It prints what is wrong, and then ends with an error.
    expect(await said('desktop-file-validate', path)).toBe('');
  });

  test.skipIf(isLeftOut('deb'))(
    'names the app as its windows do, its links, its lists and its two entries',
    async () => {
      const text = await fromDeb('./usr/share/applications/satchel.desktop');
      const entry = new Map(lines(text).map((line) => line.split(/=(.*)/s) as [string, string]));
      expect(text).toContain('\nExec=/opt/Satchel/satchel %U\n');
      expect(entry.get('StartupWMClass')).toBe('satchel');
      expect(entry.get('MimeType')).toBe('text/x-satchel-urls;x-scheme-handler/satchel;');
      expect(entry.get('Actions')).toBe('Add;NewPackage;');
      expect(text).toContain('[Desktop Action Add]\n');
      expect(text).toContain('[Desktop Action NewPackage]\n');
      for (const name of ['Name', 'Comment', 'GenericName', 'Keywords'])
        expect(entry.has(name), name).toBe(true);
      for (const name of ['Comment', 'GenericName', 'Keywords'])
        expect(entry.get(`${name}[zh_CN]`)).toMatch(/\p{Script=Han}/u);
    },
  );

  test('is called as the app says that it is', async () => {
    const main = await readFile(join(ROOT, 'main', 'index.ts'), 'utf8');
    expect(main).toContain("'satchel.desktop'");
    const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      desktopName: string;
    };
    expect(manifest.desktopName).toBe('satchel.desktop');
  });
});

describe.skipIf(isLeftOut('deb'))('the deb', () => {
  test('says what it is and what it needs', async () => {
    const control = await said('dpkg-deb', '--field', DEB());
    expect(control).toMatch(/^Package: satchel$/m);
    expect(control).toMatch(new RegExp(`^Version: ${VERSION.replaceAll('.', '\\.')}$`, 'm'));
    expect(control).toMatch(/^Architecture: amd64$/m);
    expect(control).toMatch(/^Section: net$/m);
    expect(control).toMatch(/^Depends: .*libgtk-3-0.*libnss3/m);
    expect(control).toContain(DESCRIPTION);
  });

  test('its scripts are sound, and put the program where it is found', async () => {
    const folder = await tempFolder();
    await said('dpkg-deb', '--control', DEB(), folder);
    for (const script of ['postinst', 'postrm']) await said('bash', '-n', join(folder, script));
    const after = await readFile(join(folder, 'postinst'), 'utf8');
    expect(after).toContain(
      "update-alternatives --install '/usr/bin/satchel' 'satchel' '/opt/Satchel/satchel'",
    );
    expect(after).toContain('update-desktop-database');
  });
});

test.skipIf(isLeftOut('rpm'))('the rpm says what it is and what it needs', async () => {
  const format = '%{NAME} %{VERSION} %{ARCH} %{LICENSE} %{GROUP}';
  expect(await said('rpm', '-qp', '--queryformat', format, RPM())).toBe(
    `satchel ${VERSION} x86_64 MIT Applications/Internet`,
  );
  expect(lines(await said('rpm', '-qp', '--requires', RPM()))).toContain('nss');
  expect(await said('rpm', '-qp', '--scripts', RPM())).toContain('/usr/bin/satchel');
});

describe('the app for macOS', () => {
  const contents = (...path: string[]) => made('mac', 'Satchel.app', 'Contents', ...path);

  test('opens satchel: links and lists, and says what its asar must be', async () => {
    const info = await readFile(contents('Info.plist'), 'utf8');
    expect(info).toMatch(/<key>CFBundleIdentifier<\/key>\s*<string>dev\.satchel\.app<\/string>/);
    expect(info).toMatch(/<key>CFBundleURLSchemes<\/key>\s*<array>\s*<string>satchel<\/string>\s*<\/array>/);
    expect(info).toMatch(/<key>CFBundleTypeExtensions<\/key>\s*<array>\s*<string>urls<\/string>/);
    expect(info).toMatch(
      /<key>Resources\/app\.asar<\/key>\s*<dict>\s*<key>algorithm<\/key>\s*<string>SHA256</,
    );
  });

  test('has our icon', async () => {
    const [there, ours] = await Promise.all([
      readFile(contents('Resources', 'icon.icns')),
      readFile(join(ROOT, 'packaging', 'icons', 'icon.icns')),
    ]);
    expect(there.equals(ours)).toBe(true);
  });
});

describe('what an update server needs', () => {
  test.skipIf(isLeftOut('AppImage'))('names the AppImage, and no package of a system', async () => {
    const list = await readFile(made('latest-linux.yml'), 'utf8');
    const urls = [...list.matchAll(/url: (\S+)/g)].map(([, url]) => url);
    expect(urls).toEqual([`Satchel-${VERSION}-linux-x86_64.AppImage`]);
    expect(list).toMatch(/sha512: [A-Za-z0-9+/]{86}==/);
  });

  test.skipIf(isLeftOut('zip'))('names the zip for macOS', async () => {
    expect(await readFile(made('latest-mac.yml'), 'utf8')).toContain(`url: Satchel-${VERSION}-mac-x64.zip`);
  });
});

test('the program for Windows has our name, our icon, and says what its asar must be', async () => {
  const program = NtExecutable.from(await readFile(made('win-unpacked', 'Satchel.exe')), {
    ignoreCert: true,
  });
  const { entries } = NtExecutableResource.from(program);
  const [description] = Resource.VersionInfo.fromEntries(entries);
  const language = description?.getAllLanguagesForStringValues()[0] ?? { lang: 0, codepage: 0 };
  expect(description?.getStringValues(language)).toMatchObject({
    ProductName: 'Satchel',
    FileDescription: 'Satchel',
  });
  const [icons] = Resource.IconGroupEntry.fromEntries(entries);
  expect(icons?.icons.map(({ width }) => width || 256)).toEqual([16, 24, 32, 48, 64, 128, 256]);
  const integrity = entries.find(({ type }) => type === 'INTEGRITY');
  expect(Buffer.from(integrity?.bin ?? new ArrayBuffer(0)).toString()).toMatch(
    /resources\\\\app\.asar.*SHA256/i,
  );
});

async function fromDeb(path: string): Promise<string> {
  const folder = await tempFolder();
  const tar = join(folder, 'files.tar');
  await said('sh', '-c', 'dpkg-deb --fsys-tarfile "$1" > "$2"', 'sh', DEB(), tar);
  return said('tar', 'xOf', tar, path);
}

async function fromAppImage(path: string): Promise<string> {
  return said('unsquashfs', '-o', '4096', '-cat', made(`Satchel-${VERSION}-linux-x86_64.AppImage`), path);
}
