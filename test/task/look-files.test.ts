import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookAtFiles } from '../../main/task/look-files.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const never = new AbortController().signal;

test('a file is itself; a folder is what is in it, in the order that people expect, each with its size', async () => {
  const folder = await tempFolder();
  const names = ['album/img10.jpg', 'album/img2.jpg', 'album/raw/a.cr2', 'album/zz.txt', 'one.bin'];
  await mkdir(join(folder, 'album', 'raw'), { recursive: true });
  await mkdir(join(folder, 'album', 'empty'));
  for (const [size, name] of names.entries()) await writeFile(join(folder, name), 'x'.repeat(size));
  const { files, left, more } = await lookAtFiles([join(folder, 'one.bin'), join(folder, 'album')], never);
  expect(files).toEqual(
    ['one.bin', 'album/img2.jpg', 'album/img10.jpg', 'album/zz.txt', 'album/raw/a.cr2'].map((name) => ({
      path: join(folder, name),
      name,
      size: names.indexOf(name),
    })),
  );
  expect({ left, more }).toEqual({ left: [], more: false });
});

test('what cannot be packed is told, with why, and the rest is there', async () => {
  const folder = await tempFolder();
  await mkdir(join(folder, 'in'));
  await writeFile(join(folder, 'in', 'a'), 'x');
  await symlink('/', join(folder, 'in', 'all'));
  const gone = join(folder, 'gone');
  const { files, left } = await lookAtFiles([gone, join(folder, 'in')], never);
  expect(files.map(({ name }) => name)).toEqual(['in/a']);
  expect(left).toEqual([{ path: gone, error: expect.objectContaining({ code: 'not-found' }) }]);
});

test('it ends when it is told to', async () => {
  const end = new AbortController();
  end.abort(new Error('enough'));
  await expect(lookAtFiles([await tempFolder()], end.signal)).rejects.toThrow();
});
