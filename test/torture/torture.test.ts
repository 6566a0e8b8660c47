import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';
import { torture } from './torture.ts';

test('tortured for seven lives, it breaks no promise', { timeout: 180_000 }, async () => {
  const { broken, tally, told } = await torture({
    folder: await tempFolder(),
    seed: 8,
    goesOn: (lives) => lives < 7,
    tasks: 10,
  });
  expect(broken).toEqual([]);
  // It was as bad as it was meant to be.
  const atLeast = (names: RegExp, count: number) => {
    const happened = tally.entries().filter(([name]) => names.test(name));
    expect(
      happened.reduce((sum, [, times]) => sum + times, 0),
      String(names),
    ).toBeGreaterThanOrEqual(count);
  };
  atLeast(/^SIGKILL/, 3);
  atLeast(/^SIGSTOP/, 1);
  atLeast(/^storm: /, 2);

  atLeast(/^disk: /, 1);
  atLeast(/^the clock jumped/, 1);
  atLeast(/^WebSocket client/, 10);
  atLeast(/^server: /, 10);
  atLeast(/^killed while bytes were coming/, 2);
  atLeast(/^files done at last/, 5);
  expect(told.length).toBeGreaterThan(50);
});

const OF_THE_USER = ['file-1.bin', 'file-2.bin.part', 'file-3.bin.satchel', 'file-4.bin', 'bundle-1.zip'];

/** What is broken by hand between two lives, as soon as there is enough to break; the oracle is to find all of it. */
async function brokenBy(plant: (folder: string) => void): Promise<readonly string[]> {
  const folder = await tempFolder();
  let plantedAt = Number.POSITIVE_INFINITY;
  const goesOn = (lives: number) => {
    const { finished, partial } = downloadsIn(folder);
    if (lives < plantedAt && finished.length > 1 && partial.length > 1) {
      plant(folder);
      plantedAt = lives;
    }
    return lives <= plantedAt && lives < 20;
  };
  return (await torture({ folder, seed: 7, tasks: 10, goesOn })).broken;
}

function downloadsIn(folder: string) {
  const downloads = join(folder, 'downloads');
  const ours = readdirSync(downloads).filter((name) => !OF_THE_USER.includes(name));
  const paths = ours.map((name) => join(downloads, name));
  const partial = paths.filter((path) => /\.(part|satchel)$/.test(path));
  return { downloads, partial, finished: paths.filter((path) => path.endsWith('.bin')) };
}

test('files that are broken by hand are noticed', { timeout: 120_000 }, async () => {
  const broken = await brokenBy((folder) => {
    const { downloads, finished, partial } = downloadsIn(folder);
    const [wrong = '', gone = ''] = finished;
    const bytes = readFileSync(wrong);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(wrong, bytes);
    // What was durable is to be fetched again.
    for (const path of [gone, ...partial]) rmSync(path);
    writeFileSync(join(downloads, 'stray.bin'), 'x');
    appendFileSync(join(downloads, 'file-1.bin'), 'x');
  });
  const expected = [/is done, and wrong from byte 100/, /is done, and not there/, /durable bytes .*again/];
  for (const found of [...expected, /stray\.bin is left over/, /of the user's: file-1\.bin/]) {
    expect(broken).toContainEqual(expect.stringMatching(found));
  }
});

test('a list that is broken by hand is noticed', { timeout: 120_000 }, async () => {
  const broken = await brokenBy((folder) => {
    const open = new DatabaseSync(join(folder, 'data', 'satchel.db'));
    const [first] = open.prepare("SELECT id FROM task WHERE state != 'done'").all();
    open.prepare('DELETE FROM item WHERE task_id = ?').run(String(first?.['id']));
    open.prepare('DELETE FROM task WHERE id = ?').run(String(first?.['id']));
    open.exec("UPDATE task SET state = 'paused' WHERE state = 'done'");
    open.close();
  });
  for (const found of [/is lost$/, /is paused, and must be done/, /task\.done, and is paused/]) {
    expect(broken).toContainEqual(expect.stringMatching(found));
  }
});
