import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TrayFile } from '../../main/task/tray-file.ts';
import { Disk } from '../../main/world/disk.ts';
import { newSecretKey, secretBoxOf } from '../../main/world/secrets.ts';
import { tempFolder } from '../kit/temp-folder.ts';

test('what is put together is there again, sealed; the last of several stays, and one that cannot be read is none', async () => {
  const path = join(await tempFolder(), 'tray');
  const box = secretBoxOf(newSecretKey());
  const tray = new TrayFile(new Disk(), box, path);
  expect(await tray.read()).toBeNull();
  await Promise.all(['one', 'two', 'cookie=secret'].map((text) => tray.write(text)));
  expect(await new TrayFile(new Disk(), box, path).read()).toBe('cookie=secret');
  expect(await tray.names('secret')).toBe(true);
  expect((await readFile(path)).includes('secret')).toBe(false);
  expect(await new TrayFile(new Disk(), secretBoxOf(newSecretKey()), path).read()).toBeNull();
  await tray.write(null);
  expect(await tray.read()).toBeNull();
});
