import { createHash } from 'node:crypto';
import { open, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EngineDesk } from '../kit/engine.ts';

const sumOf = async (path: string, algorithm = 'sha256') =>
  `${algorithm}:${createHash(algorithm)
    .update(await readFile(path))
    .digest('hex')}`;

/** Another byte at `at`, with the time that the file had. */
async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const { mtime, atime } = await file.stat();
  const [byte = 0] = (await file.read(Buffer.alloc(1), 0, 1, at)).buffer;
  await file.write(Buffer.from([byte ^ 1]), 0, 1, at);
  await file.close();
  await utimes(path, atime, mtime);
}

async function finished(more: { checksum?: string } = {}) {
  const desk = await EngineDesk.open();
  desk.serve('/a.bin', { size: 3_000_000 });
  const { id, path } = await desk.add('/a.bin', more);
  await desk.reaches(id, 'done');
  return { desk, id, path };
}

describe('a finished file, read once more', () => {
  test('has its checksum told, and compared where there is one', async () => {
    const { desk, id, path } = await finished();
    const sha256 = await sumOf(path);
    expect(await desk.call('tasks.verify', { id })).toEqual({
      checksum: sha256,
      matches: null,
      problems: [],
    });
    const md5 = await sumOf(path, 'md5');
    const given = await desk.call('tasks.verify', { id, checksum: md5.toUpperCase() });
    expect(given).toEqual({ checksum: md5, matches: true, problems: [] });
    const wrong = await desk.call('tasks.verify', { id, checksum: `md5:${'0'.repeat(32)}` });
    expect(wrong).toEqual({ checksum: md5, matches: false, problems: [] });
    expect((await desk.refused('tasks.verify', { id, checksum: 'md5:12' })).code).toBe('bad-input');
  });

  test('is compared with the checksum it was to have; a byte that has turned is seen', async () => {
    const once = await finished();
    const checksum = await sumOf(once.path, 'sha1');
    const { desk, id, path } = await finished({ checksum });
    expect(await desk.call('tasks.verify', { id })).toEqual({ checksum, matches: true, problems: [] });
    await flip(path, 2_999_999);
    const turned = await desk.call('tasks.verify', { id });
    expect(turned).toEqual({ checksum: await sumOf(path, 'sha1'), matches: false, problems: [] });
  });

  test('that was changed since is told of, unless the checksum proves it right', async () => {
    const { desk, id, path } = await finished();
    const checksum = await sumOf(path);
    await utimes(path, new Date(), new Date(0));
    const touched = await desk.call('tasks.verify', { id });
    expect([touched.checksum, touched.problems]).toEqual([checksum, ['it was changed since it was done']]);
    expect((await desk.call('tasks.verify', { id, checksum })).problems).toEqual([]);
    await writeFile(path, 'another');
    const { matches, problems } = await desk.call('tasks.verify', { id, checksum });
    expect([matches, problems]).toEqual([
      false,
      ['it was changed since it was done: it had 3000000 bytes and has 7'],
    ]);
  });

  test('is not-found when it is gone, and bad-transition before it is done', async () => {
    const { desk, id, path } = await finished();
    await rm(path);
    expect((await desk.refused('tasks.verify', { id })).code).toBe('not-found');
    const { id: waiting } = await desk.add('/b.bin', { paused: true });
    expect((await desk.refused('tasks.verify', { id: waiting })).code).toBe('bad-transition');
    expect((await desk.refused('tasks.verify', { id: 'nobody' })).code).toBe('not-found');
  });

  test('does not hold up anything else, nor the end', async () => {
    const { desk, id, path } = await finished();
    // A hole: long to read, and nothing on the disk.
    const file = await open(path, 'r+');
    await file.truncate(20_000_000_000);
    await file.close();
    const verified = desk.engine.call('tasks.verify', { id });
    let over = false;
    void verified.finally(() => {
      over = true;
    });
    for (let n = 0; n < 20; n++) {
      await turn();
      expect((await desk.call('tasks.get', { id })).task.state).toBe('done');
    }
    expect(over).toBe(false);
    await desk.close();
    expect(await verified).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    await desk.start();
  });
});

test('of a ZIP of ours every CRC is looked at', async () => {
  const desk = await EngineDesk.open();
  desk.serve('/a.bin', { seed: 1 });
  desk.serve('/b.bin', { seed: 2 });
  const items = ['/a.bin', '/b.bin'].map((path) => ({ url: desk.server.url(path) }));
  const { task } = await desk.call('tasks.add', { kind: 'package', items, compress: 'store' });
  await desk.reaches(task.id, 'done');
  const path = join(desk.downloads, 'package.zip');
  const good = await desk.call('tasks.verify', { id: task.id });
  expect(good).toEqual({ checksum: await sumOf(path), matches: null, problems: [] });
  await flip(path, 300_000);
  const bad = await desk.call('tasks.verify', { id: task.id });
  expect(bad.problems).toEqual(['b.bin: its bytes are not those that were packed']);
});
