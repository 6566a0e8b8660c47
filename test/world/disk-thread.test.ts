import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { mkdir, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type BlockingFs, list, OUTCOMES, readSmall, SMALL_BYTES } from '../../main/world/blocking-disk.ts';
import { DiskThread, type ReadFile, type Wanted } from '../../main/world/disk-thread.ts';
import { seeded } from '../kit/random.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const MIB = 1024 * 1024;
const thread = new DiskThread();
afterAll(() => thread.close());

async function gathered(wanted: AsyncIterable<Wanted> | Iterable<Wanted>): Promise<(readonly ReadFile[])[]> {
  const batches: (readonly ReadFile[])[] = [];
  for await (const batch of thread.read(wanted)) batches.push(batch);
  return batches;
}

/** Writes files of these sizes; each byte of one is different from its neighbours'. */
async function plant(sizes: readonly number[]): Promise<{ wanted: Wanted[]; contents: Buffer[] }> {
  const folder = await tempFolder();
  const random = seeded(3);
  const contents = sizes.map((size) => Buffer.alloc(size, Buffer.from(`${random()}`)));
  const wanted = contents.map(({ length }, index) => ({ path: join(folder, `${index}`), size: length }));
  for (const [index, { path }] of wanted.entries()) await writeFile(path, contents[index] as Buffer);
  return { wanted, contents };
}

describe('DiskThread: reading', () => {
  test('gives every file whole, in order, in batches of a MiB', async () => {
    const random = seeded(1);
    const sizes = Array.from({ length: 700 }, () => Math.floor(random() ** 3 * SMALL_BYTES));
    const { wanted, contents } = await plant([0, SMALL_BYTES, ...sizes]);
    for (const { path } of wanted) await utimes(path, 7, 1_700_000_000.5);
    const batches = await gathered(wanted);
    const expected = contents.map((bytes, index) => ({ index, crc: crc32(bytes), size: bytes.length }));
    const files = batches.flat();
    expect(files).toMatchObject(
      expected.map((each) => ({ kind: 'whole', ...each, modified: 1_700_000_000_500, mode: 0o100644 })),
    );
    for (const file of files) {
      expect(file.kind === 'whole' && file.bytes.equals(contents[file.index] as Buffer)).toBe(true);
    }
    expect(batches.length).toBeGreaterThan(5);
    for (const batch of batches) {
      const bytes = batch.reduce((sum, file) => sum + (file.kind === 'whole' ? file.size : 0), 0);
      expect(bytes).toBeLessThanOrEqual(MIB);
    }
  });

  test('leaves large ones to others', async () => {
    const { wanted } = await plant([5, SMALL_BYTES + 1, 6]);
    const [batch] = await gathered(wanted);
    expect(batch?.map(({ kind }) => kind)).toEqual(['whole', 'large', 'whole']);
    expect(batch?.[1]).toMatchObject({ index: 1, size: SMALL_BYTES + 1 });
  });

  test('is not misled by sizes that are out of date', async () => {
    const { wanted, contents } = await plant([100, 20_000, 300]);
    const stale = wanted.map(({ path }, index) => ({ path, size: [5000, 10, 0][index] as number }));
    const [batch] = await gathered(stale);
    expect(batch?.map((file) => file.kind === 'whole' && file.bytes)).toEqual(contents);
  });

  test('tells what cannot be read, and reads the others', async () => {
    const { wanted, contents } = await plant([1, 2, 3, 4, 5]);
    const path = (index: number) => (wanted[index] as Wanted).path;
    for (const index of [0, 1, 2]) await unlink(path(index));
    await symlink(path(0), path(0));
    execFileSync('mkfifo', [path(1)]);
    await mkdir(path(2));
    await unlink(path(3));
    const [batch] = await gathered(wanted);
    const codes = batch?.map((file) => (file.kind === 'failed' ? file.error.code : file.kind));
    expect(codes).toEqual(['disk-error', 'bad-input', 'bad-input', 'not-found', 'whole']);
    expect(batch?.[3]).toMatchObject({ index: 3, error: { detail: path(3) } });
    expect(batch?.[4]).toMatchObject({ bytes: contents[4] });
  });

  test('reads no more than four batches ahead of who takes them', async () => {
    const { wanted } = await plant(Array.from({ length: 200 }, () => SMALL_BYTES));
    let asked = 0;
    function* counted() {
      for (const each of wanted) {
        asked += 1;
        yield each;
      }
    }
    const reading = thread.read(counted());
    await reading.next();
    const perBatch = MIB / SMALL_BYTES;
    expect(asked).toBeGreaterThan(3 * perBatch);
    // The first of the next batch has been looked at, to see that it does not fit.
    expect(asked).toBeLessThanOrEqual(4 * perBatch + 1);
    await reading.return(undefined);
    expect(asked).toBeLessThanOrEqual(4 * perBatch + 1);
  });

  test('gives nothing for nothing', async () => expect(await gathered([])).toEqual([]));
});

describe('DiskThread: its end', () => {
  test('whoever waits is told', async () => {
    const own = new DiskThread();
    const looking = own.look(['/'], true);
    await Promise.all([expect(looking).rejects.toMatchObject({ code: 'cancelled' }), own.close()]);
  });

  test('it can be asked again', async () => {
    const own = new DiskThread();
    await own.look(['/'], true);
    await own.close();
    expect((await own.look(['/'], true)).ids.size).toBe(1);
    await own.close();
  });

  test('it dies: whoever waits is told, and the next question finds another', async () => {
    const own = new DiskThread();
    // No buffer has a negative length.
    const dying = own.read([{ path: '/', size: -1 }]).next();
    const waiting = own.read([{ path: '/', size: 1 }]).next();
    await Promise.all(
      [dying, waiting].map((each) => expect(each).rejects.toMatchObject({ code: 'internal' })),
    );
    expect((await own.look(['/'], true)).ids.size).toBe(1);
    await own.close();
  });

  test('it keeps no process from ending', () => {
    const url = new URL('../../main/world/disk-thread.ts', import.meta.url);
    const script = `import { DiskThread } from '${url}'; await new DiskThread().look(['/'], true); console.log('ok');`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 10_000 });
    expect(output.toString()).toBe('ok\n');
  });
});

describe('list', () => {
  test('looks into no more folders once it has names enough', async () => {
    const { wanted } = await plant([1, 2]);
    const folder = dirname((wanted[0] as Wanted).path);
    expect(list([folder, folder, folder], true, 3).map(({ names }) => names)).toEqual([
      ['0', '1'],
      ['0', '1'],
    ]);
    expect(list([folder, folder], true, 1).length).toBe(1);
  });
});

describe('readSmall: a file that is written to meanwhile', () => {
  /** The real disk, with something done after each of the first reads. */
  function meddling(times: number, meddle: () => void): BlockingFs & { count: number } {
    const own = {
      ...fs,
      count: 0,
      readSync: ((...given: Parameters<typeof fs.readSync>) => {
        const read = fs.readSync(...given);
        own.count += 1;
        if (own.count <= times) meddle();
        return read;
      }) as typeof fs.readSync,
    };
    return own;
  }

  const outcomeOf = (read: ReturnType<typeof readSmall>) => OUTCOMES[read.outcomes[0] as number];

  test.each([
    ['grows', (path: string) => fs.appendFileSync(path, 'more')],
    ['shrinks', (path: string) => fs.truncateSync(path, fs.statSync(path).size - 1)],
    [
      'grows, and its time is set back',
      (path: string) => {
        fs.appendFileSync(path, 'more');
        fs.utimesSync(path, 5, 5);
      },
    ],
    ['is overwritten', (path: string) => fs.utimesSync(path, 1, fs.statSync(path).mtimeMs / 1000 + 1)],
  ])('it %s: read again', async (_how, meddle) => {
    const { wanted } = await plant([1000]);
    const { path } = wanted[0] as Wanted;
    fs.utimesSync(path, 5, 5);
    const disk = meddling(1, () => meddle(path));
    const read = readSmall([path], 1000, disk);
    expect(disk.count).toBeGreaterThan(1);
    expect(outcomeOf(read)).toBe('whole');
    expect(Buffer.from(read.bytes).equals(fs.readFileSync(path))).toBe(true);
    expect(read.crcs[0]).toBe(crc32(fs.readFileSync(path)));
  });

  test('it does so always: told, and its bytes are nowhere', async () => {
    const { wanted, contents } = await plant([1000, 50]);
    const [changing, calm] = wanted as [Wanted, Wanted];
    const disk = meddling(3, () => fs.appendFileSync(changing.path, 'x'));
    const read = readSmall([changing.path, calm.path], 1050, disk);
    expect(disk.count).toBe(4);
    expect([...read.outcomes].map((outcome) => OUTCOMES[outcome])).toEqual(['changed', 'whole']);
    expect(Buffer.from(read.bytes)).toEqual(contents[1]);
  });

  test('it becomes large: left to others', async () => {
    const { wanted } = await plant([1000]);
    const { path } = wanted[0] as Wanted;
    const disk = meddling(1, () => fs.appendFileSync(path, Buffer.alloc(SMALL_BYTES)));
    expect(outcomeOf(readSmall([path], 1000, disk))).toBe('large');
  });

  test('a read that gives less than asked for is gone on with', async () => {
    const { wanted, contents } = await plant([1000]);
    let reads = 0;
    const readSync = (fd: number, buffer: Buffer, at: number, length: number, position: number) => {
      reads += 1;
      return fs.readSync(fd, buffer, at, Math.min(length, 300), position);
    };
    const read = readSmall([(wanted[0] as Wanted).path], 1000, {
      ...fs,
      readSync: readSync as typeof fs.readSync,
    });
    expect(reads).toBe(4);
    expect(Buffer.from(read.bytes)).toEqual(contents[0]);
  });
});
