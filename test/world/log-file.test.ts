import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Disk } from '../../main/world/disk.ts';
import { LogFile } from '../../main/world/log-file.ts';
import { tempFolder } from '../kit/temp-folder.ts';

test('lines come in order, and those of a later life behind those of an earlier one', async () => {
  const folder = join(await tempFolder(), 'logs');
  for (const life of [1, 2]) {
    const log = new LogFile(new Disk(), folder);
    for (let i = 0; i < 100; i += 1) log.write(`life ${life} line ${i}\n`);
    await log.close();
  }
  const lines = (await readFile(join(folder, 'satchel.log'), 'utf8')).trimEnd().split('\n');
  expect(lines).toEqual(
    [1, 2].flatMap((life) => Array.from({ length: 100 }, (_, i) => `life ${life} line ${i}`)),
  );
  expect((await stat(join(folder, 'satchel.log'))).mode & 0o777).toBe(0o600);
});

test('a log that grows is begun anew, and only the newest are kept', async () => {
  const folder = join(await tempFolder(), 'logs');
  const log = new LogFile(new Disk(), folder, 1000);
  for (let i = 0; i < 200; i += 1) {
    log.write(`line ${i} ${'x'.repeat(90)}\n`);
    await log.flush();
  }
  await log.close();
  const names = (await readdir(folder)).toSorted();
  expect(names).toEqual(['satchel.1.log', 'satchel.2.log', 'satchel.3.log', 'satchel.4.log', 'satchel.log']);
  for (const name of names) expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(1000);
  expect(await readFile(join(folder, 'satchel.log'), 'utf8')).toContain('line 199 ');
});

test('where it cannot be written nothing else suffers', async () => {
  const folder = join(await tempFolder(), 'file');
  const disk = new Disk();
  await (await disk.create(folder)).close();
  const log = new LogFile(disk, join(folder, 'logs'));
  log.write('lost\n');
  await log.close();
  expect((await stat(folder)).size).toBe(0);
});
