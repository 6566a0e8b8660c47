import { access, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { OriginMarks } from '../../main/desktop/origin-mark.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

type Items = Task['items'];

const from = (...urls: (string | null)[]) => urls.map((url) => ({ url })) as unknown as Items;

async function finished(): Promise<string> {
  const path = join(await tempFolder(), 'setup.exe');
  await writeFile(path, 'MZ');
  await utimes(path, 1_700_000_000, 1_700_000_000);
  return path;
}

test('Windows is told by a stream beside the content, without what may let somebody in', async () => {
  const path = await finished();
  const marks = new OriginMarks({ disk: new Disk(), platform: 'win32' });
  await marks.mark({ path, items: from('https://me:secret@a.example/dl/setup.exe?token=secret') });
  expect(await readFile(`${path}:Zone.Identifier`, 'utf8')).toBe(
    '[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://a.example/dl/setup.exe\r\n',
  );
  const { mtimeMs } = await stat(`${path}:Zone.Identifier`);
  expect(mtimeMs).toBe((await stat(path)).mtimeMs);
});

test('a package of several sources names none of them, one of this machine alone is not marked', async () => {
  const marks = new OriginMarks({ disk: new Disk(), platform: 'win32' });
  const [mixed, own] = [await finished(), await finished()];
  await marks.mark({ path: mixed, items: from(null, 'https://a.example/1', 'https://b.example/2') });
  expect(await readFile(`${mixed}:Zone.Identifier`, 'utf8')).toBe('[ZoneTransfer]\r\nZoneId=3\r\n');
  await marks.mark({ path: own, items: from(null, null) });
  await expect(access(`${own}:Zone.Identifier`)).rejects.toThrow();
});

test('macOS is told by an attribute', async () => {
  const ran: (readonly string[])[] = [];
  const run = async (command: readonly string[]) => void ran.push(command);
  const marks = new OriginMarks({ disk: new Disk(), platform: 'darwin', run });
  await marks.mark({ path: '/Users/me/a.dmg', items: from('https://a.example/a.dmg') });
  expect(ran).toEqual([
    [
      '/usr/bin/xattr',
      '-w',
      'com.apple.quarantine',
      expect.stringMatching(/^0081;[0-9a-f]{8};Satchel;$/),
      '/Users/me/a.dmg',
    ],
  ]);
});

test('a file that is gone is no reason to fail', async () => {
  const marks = new OriginMarks({ disk: new Disk(), platform: 'win32' });
  const path = join(await tempFolder(), 'gone.exe');
  await marks.mark({ path, items: from('https://a.example/gone.exe') });
  await expect(access(`${path}:Zone.Identifier`)).rejects.toThrow();
});
