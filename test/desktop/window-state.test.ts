import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fitting, readWindowState, writeWindowState } from '../../main/desktop/window-state.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1040 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };

test('a window goes back to where it was', () => {
  const bounds = { x: 100, y: 50, width: 1000, height: 700 };
  expect(fitting(bounds, [screen])).toEqual(bounds);
  expect(fitting({ ...bounds, x: 2000 }, [screen, second])).toEqual({ ...bounds, x: 2000 });
});

test('not to a screen that is gone, nor to where nobody can get hold of it', () => {
  const bounds = { x: 2000, y: 50, width: 1000, height: 700 };
  expect(fitting(bounds, [screen])).toBeNull();
  expect(fitting({ ...bounds, x: 1900 }, [screen])).toBeNull();
  expect(fitting({ ...bounds, x: 100, y: -400 }, [screen])).toBeNull();
  expect(fitting({ ...bounds, x: 100, y: 1030 }, [screen])).toBeNull();
});

test('it is never smaller than what is in it needs', () => {
  expect(fitting({ x: 0, y: 0, width: 10, height: 10 }, [screen])).toMatchObject({ width: 760, height: 520 });
});

test('how it was is kept, and what cannot be read is not known', async () => {
  const path = join(await tempFolder(), 'window.json');
  const disk = new Disk();
  expect(await readWindowState(disk, path)).toBeNull();
  const state = { bounds: { x: 1, y: 2, width: 800, height: 600 }, maximized: true };
  await writeWindowState(disk, path, state);
  expect(await readWindowState(disk, path)).toEqual(state);
  await writeFile(path, '{"bounds":');
  expect(await readWindowState(disk, path)).toBeNull();
});
