import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXTENSION_IDS, FIREFOX_EXTENSION_ID, NATIVE_HOST } from '../../main/contract/hand-over.ts';
import { isLeftOut, made, said } from './kit/archives.ts';

const PLACE = join(import.meta.dirname, '..', '..', 'packaging');

interface Manifest {
  readonly name: string;
  readonly type: string;
  readonly path: string;
  readonly allowed_origins?: readonly string[];
  readonly allowed_extensions?: readonly string[];
}

async function manifest(name: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(PLACE, 'native-messaging', name), 'utf8'));
}

describe('what tells browsers of the program that their extension speaks to', () => {
  test.each([
    ['', '/opt/Satchel/satchel'],
    // From where it lies: the user chooses the folder.
    ['windows/', '..\\..\\Satchel.exe'],
  ])('in %s names the installed program, and our extension only', async (folder, path) => {
    const common = { name: NATIVE_HOST, type: 'stdio', path };
    const chromium = await manifest(`${folder}chromium.json`);
    expect(chromium).toMatchObject(common);
    expect(chromium.allowed_origins).toEqual(EXTENSION_IDS.map((id) => `chrome-extension://${id}/`));
    const firefox = await manifest(`${folder}firefox.json`);
    expect(firefox).toMatchObject(common);
    expect(firefox.allowed_extensions).toEqual([FIREFOX_EXTENSION_ID]);
  });

  test.skipIf(isLeftOut('rpm'))('names a program that the packages bring', async () => {
    const listed = await said('sh', '-c', 'rpm -qlp "$1"/*.rpm', 'sh', made());
    expect(listed.split('\n')).toContain((await manifest('chromium.json')).path);
  });

  test('is in the registry of Windows as long as the program is installed', async () => {
    const script = await readFile(join(PLACE, 'nsis', 'installer.nsh'), 'utf8');
    expect(script).toContain(`NativeMessagingHosts\\${NATIVE_HOST}"`);
    const keys = (command: string) =>
      [...script.matchAll(new RegExp(`${command} SHELL_CONTEXT "(.*?)"`, 'g'))].map(([, key]) => key);
    expect(keys('WriteRegStr')).toHaveLength(4);
    expect(keys('DeleteRegKey')).toEqual(keys('WriteRegStr'));
    const files = [...script.matchAll(/\$INSTDIR\\resources\\native-messaging\\(\w+\.json)/g)];
    expect(new Set(files.map(([, name]) => name))).toEqual(new Set(['chromium.json', 'firefox.json']));
  });
});
