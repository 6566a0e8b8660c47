import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPartialFile } from '../../main/bytes/open.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { scene } from './scene.ts';

/** A journal as it is when its process is killed before the partial file is made. */
async function journalOf(folder: string, url: string): Promise<Buffer> {
  const around = { disk: new Disk(), clock: systemClock };
  const notes = { item: { url }, digests: [], replaces: [] };
  const file = await createPartialFile(around, { folder, name: 'a.bin' }, { id: '01J', notes });
  await file.close();
  // The last line is the barrier that closing has made.
  const text = await readFile(join(folder, 'a.bin.satchel'), 'latin1');
  const lines = text.split('\n').filter((line) => !line.includes('"barrier"'));
  return Buffer.from(lines.join('\n'), 'latin1');
}

test('rule 27: a journal that was cut anywhere before its partial file was made does not keep its name', async () => {
  const model = await journalOf(await tempFolder(), 'http://other.example/b.bin');
  const firstLine = model.indexOf('\n') + 1;
  const secondLine = model.indexOf('\n', firstLine) + 1;
  const cuts = [0, 5, firstLine - 1, firstLine, firstLine + 4, secondLine - 1, secondLine, model.length];
  for (const cut of cuts) {
    const at = await scene({ size: 1000 });
    await writeFile(join(at.folder, 'a.bin.satchel'), model.subarray(0, cut));
    const { path } = await at.get().result;
    expect(path).toBe(join(at.folder, 'a.bin'));
    expect(await readdir(at.folder)).toEqual(['a.bin']);
  }
});

test('rule 26: a journal that knows of a region keeps its name although its partial file is gone', async () => {
  const at = await scene({ size: 300_000 });
  const around = { disk: new Disk(), clock: systemClock };
  const place = { folder: at.folder, name: 'a.bin' };
  const file = await createPartialFile(around, place, { id: '01J', notes: {} });
  await file.placeRegion(0, 0, 10);
  await file.close();
  await unlink(join(at.folder, 'a.bin.part'));
  const { path } = await at.get().result;
  expect(path).toBe(join(at.folder, 'a (1).bin'));
  expect((await readdir(at.folder)).sort()).toEqual(['a (1).bin', 'a.bin.satchel']);
});

test('rule 28: a file that begins like a journal and goes on otherwise is left alone', async () => {
  const model = await journalOf(await tempFolder(), 'http://other.example/b.bin');
  const at = await scene({ size: 1000 });
  const firstLine = model.subarray(0, model.indexOf('\n') + 1);
  const foreign = Buffer.concat([firstLine, Buffer.from('my own notes\nand more\n')]);
  await writeFile(join(at.folder, 'a.bin.satchel'), foreign);
  const { path } = await at.get().result;
  expect(path).toBe(join(at.folder, 'a (1).bin'));
  expect(await readFile(join(at.folder, 'a.bin.satchel'))).toEqual(foreign);
});
