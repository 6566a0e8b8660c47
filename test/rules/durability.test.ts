import * as fs from 'node:fs/promises';
import { appendFile, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Appender } from '../../main/bytes/appender.ts';
import { BarrierSchedule } from '../../main/bytes/barriers.ts';
import { putInPlace } from '../../main/bytes/commit.ts';
import { createPartialFile, openPartialFile } from '../../main/bytes/open.ts';
import type { PartialFile } from '../../main/bytes/partial-file.ts';
import { SatchelError } from '../../main/contract/errors.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk, type FileSystem } from '../../main/world/disk.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { put } from '../kit/put.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { MIB, misbehave, scene } from './scene.ts';

const KIB = 1024;
/** What is promised is seen on a busy machine too; what is not never comes, and this long is waited for it. */
const SOON = { timeout: 4000 };

const patched = (base: FileSystem, changes: object) => new Disk({ ...base, ...changes } as FileSystem);

async function partialFile(fault?: FaultDisk, folder?: string) {
  const clock = new FakeClock();
  const place = { folder: folder ?? (await tempFolder()), name: 'a.bin' };
  const disk = new Disk(fault?.fileSystem);
  const file = await createPartialFile({ disk, clock }, place, { id: '01J', notes: {} });
  await file.placeRegion(0, 0, null);
  return { clock, place, file, journal: () => readFile(join(place.folder, 'a.bin.satchel'), 'utf8') };
}

function appenderOf(file: PartialFile, clock: FakeClock) {
  const told = { journaled: 0, errors: [] as unknown[] };
  const appender = new Appender({
    file,
    clock,
    regionId: 0,
    highWater: MIB,
    from: 0,
    onDrain: () => {},
    onJournaled: (bytes) => {
      told.journaled += bytes;
    },
    onError: (error) => void told.errors.push(error),
  });
  return { appender, told };
}

describe('rule 25: written', () => {
  test('256 KiB are on their way at once, however little time has passed', async () => {
    const { clock, file } = await partialFile();
    const { appender, told } = appenderOf(file, clock);
    appender.push(Buffer.alloc(100 * KIB, 1));
    appender.push(Buffer.alloc(156 * KIB, 2));
    await expect.poll(() => told.journaled, SOON).toBe(256 * KIB);
    await file.close();
  });

  test('a single byte is on its way within 50 ms', async () => {
    const { clock, file, journal } = await partialFile();
    const { appender, told } = appenderOf(file, clock);
    appender.push(Buffer.from('x'));
    await clock.advance(50);
    await expect.poll(() => told.journaled, SOON).toBe(1);
    expect(await journal()).toContain('"t":"piece"');
    await file.close();
  });

  test('what comes while a write is under way is journaled in one batch', async () => {
    const { clock, file, journal } = await partialFile();
    const { appender, told } = appenderOf(file, clock);
    for (let n = 0; n < 40; n++) appender.push(Buffer.alloc(64 * KIB, n));
    await appender.finish();
    expect(told.journaled).toBe(40 * 64 * KIB);
    expect((await journal()).match(/"t":"piece"/g)).toHaveLength(2);
    await file.close();
  });
});

describe('rule 25: barriers', () => {
  function schedule() {
    const clock = new FakeClock();
    let raised = 0;
    const barriers = new BarrierSchedule(clock, async () => void raised++);
    return { clock, barriers, raised: () => raised };
  }

  test('one is due a second after the first byte that is not safe', async () => {
    const { clock, barriers, raised } = schedule();
    barriers.wrote(1);
    await clock.advance(600);
    barriers.wrote(1);
    await clock.advance(399);
    expect(raised()).toBe(0);
    await clock.advance(1);
    expect(raised()).toBe(1);
  });

  test('one is due after 64 MiB, without a wait', async () => {
    const { barriers, raised } = schedule();
    barriers.wrote(40 * MIB);
    expect(raised()).toBe(0);
    barriers.wrote(24 * MIB);
    expect(raised()).toBe(1);
  });

  test('none begins sooner than 20 times what the last one took', async () => {
    const { clock, barriers, raised } = schedule();
    barriers.wrote(1);
    barriers.started();
    await clock.advance(500);
    barriers.ended(0);
    barriers.wrote(100 * MIB);
    await clock.advance(9_999);
    expect(raised()).toBe(0);
    await clock.advance(1);
    expect(raised()).toBe(1);
  });

  test('a second after its bytes a running download is safe from a power cut', async () => {
    const folder = await tempFolder();
    const fault = new FaultDisk(folder);
    const { clock, file } = await partialFile(fault, folder);
    await file.write(0, 0, [Buffer.alloc(1000, 1)]);
    expect(fault.unsafeBytes).toBeGreaterThan(1000);
    await clock.advance(1000);
    await expect.poll(() => fault.unsafeBytes, SOON).toBe(0);
    await file.close();
  });

  test('a stopped download is safe from a power cut', async () => {
    const at = await scene();
    const fault = new FaultDisk(at.folder);
    await at.getPart(100_000, { disk: new Disk(fault.fileSystem) });
    await fault.powerCut(() => 0);
    const { result, received } = at.get();
    await result;
    await at.demandWhole();
    expect(received()).toBe(200_000);
    expect(at.asked().at(-1)?.range).toBe('bytes=100000-199999');
  });

  test('bytes written while its fsync runs are not covered by it', async () => {
    const folder = await tempFolder();
    const fault = new FaultDisk(folder);
    const place = { folder, name: 'a.bin' };
    const synced = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const open = async (path: string, flags: string) => {
      const handle = await fault.fileSystem.open(path, flags);
      if (!path.endsWith('.part')) return handle;
      const get = (target: fs.FileHandle, key: keyof fs.FileHandle) =>
        key === 'sync'
          ? async () => {
              await target.sync();
              synced.resolve();
              await goOn.promise;
            }
          : target[key];
      return new Proxy(handle, { get: get as ProxyHandler<fs.FileHandle>['get'] & object });
    };
    const around = { disk: patched(fault.fileSystem, { open }), clock: new FakeClock() };
    const file = await createPartialFile(around, place, { id: '01J', notes: {} });
    await file.placeRegion(0, 0, null);
    // The file is long enough, so that only the bytes themselves can tell.
    await file.write(0, 1000, [Buffer.alloc(1000, 1)]);
    const barrier = file.barrier();
    await synced.promise;
    await file.write(0, 0, [Buffer.alloc(1000, 2)]);
    goOn.resolve();
    await barrier;
    await fault.powerCut(() => 0);
    await file.close().catch(() => {});
    const opened = await openPartialFile({ disk: new Disk(), clock: systemClock }, place);
    if (opened.kind !== 'open') throw new Error('it is sealed');
    expect(opened.file.region(0)?.have.pieces).toMatchObject([{ start: 1000, end: 2000 }]);
    await opened.file.close();
  });
});

describe('rule 26: what is not to be trusted', () => {
  test('a journal whose file is gone is begun anew, and the user is told', async () => {
    const at = await scene();
    await at.getPart(100_000);
    await unlink(`${at.file}.part`);
    const { result, rewinds } = at.get();
    await result;
    await at.demandWhole();
    expect(rewinds.map(({ code }) => code)).toEqual(['disk-error']);
    expect(at.asked().at(-1)?.range).toBe('bytes=0-199999');
  });

  test('a torn tail is cut off before anything is appended', async () => {
    const { clock, place, file } = await partialFile();
    await file.write(0, 0, [Buffer.alloc(1000, 1)]);
    await file.close();
    await appendFile(join(place.folder, 'a.bin.satchel'), '0123abcd {"t":"piece","at":1,"r":0,"fr');
    for (const from of [1000, 2000]) {
      const opened = await openPartialFile({ disk: new Disk(), clock }, place);
      if (opened.kind !== 'open') throw new Error('it is sealed');
      expect(opened.file.region(0)?.have.pieces).toMatchObject([{ start: 0, end: from }]);
      await opened.file.write(0, from, [Buffer.alloc(1000, 2)]);
      await opened.file.close();
    }
  });

  test('bytes changed behind the back of the journal are fetched again', async () => {
    const at = await scene();
    const fault = new FaultDisk(at.folder);
    // Without the last barrier, as when the process is killed.
    fault.faults.push({ name: 'error', call: 'sync', nth: 1, errno: 'EIO', path: /\.part$/ });
    misbehave(at, { name: 'stall', after: 100_000, times: 1 });
    const stop = new AbortController();
    const onJournaled = (received: number) => {
      if (received === 100_000) stop.abort(new SatchelError('cancelled'));
    };
    const first = at.get({ disk: new Disk(fault.fileSystem), signal: stop.signal, onJournaled });
    await expect(first.result).rejects.toBeDefined();
    expect(fault.happened('error')).toBe(1);
    const part = await fs.open(`${at.file}.part`, 'r+');
    await part.write(Buffer.alloc(500), 0, 500, 50_000);
    await part.close();
    const { result, rewinds } = at.get();
    await result;
    await at.demandWhole();
    expect(rewinds).toHaveLength(1);
  });
});

describe('rule 27: the name', () => {
  test('is reserved by a journal that nobody else has made in the meantime', async () => {
    const at = await scene();
    let strangers = 0;
    const open = async (path: string, flags: string) => {
      // Somebody is quicker, after every check that the name is free.
      if (path === `${at.file}.satchel` && strangers++ === 0) await writeFile(path, "somebody else's");
      return fs.open(path, flags);
    };
    const { path } = await at.get({ disk: patched(fs, { open }) }).result;
    expect(strangers).toBeGreaterThan(0);
    expect(path).toBe(join(at.folder, 'a (1).bin'));
    expect(await readFile(`${at.file}.satchel`, 'utf8')).toBe("somebody else's");
  });

  test('with a sealed journal is finished: nothing is fetched', async () => {
    const at = await scene();
    const fault = new FaultDisk(at.folder, [
      { name: 'error', call: 'unlink', nth: 1, errno: 'EIO', path: /\.satchel$/ },
    ]);
    const first = at.get({ disk: new Disk(fault.fileSystem) });
    await expect(first.result).rejects.toMatchObject({ code: 'disk-error' });
    expect(fault.happened('error')).toBe(1);
    expect((await readdir(at.folder)).sort()).toEqual(['a.bin', 'a.bin.satchel']);
    expect(await at.get().result).toMatchObject({ path: at.file, already: true });
    await at.demandWhole();
    expect(await readdir(at.folder)).toEqual(['a.bin']);
    expect(at.asked()).toHaveLength(1);
  });

  test('a power cut does not take back what was finished', async () => {
    const at = await scene();
    const fault = new FaultDisk(at.folder);
    await at.get({ disk: new Disk(fault.fileSystem) }).result;
    await fault.powerCut(() => 0);
    await at.demandWhole();
    // The journal may come back; it then says that nothing is left to do.
    await putInPlace(new Disk(), { folder: at.folder, name: 'a.bin' }, 'a.bin', put('fail'));
    expect(await readdir(at.folder)).toEqual(['a.bin']);
  });
});

describe('rule 28: a full disk', () => {
  test('is seen at the start, before a byte is fetched or a name taken', async () => {
    const at = await scene();
    let looked = 0;
    const statfs = async () => {
      looked++;
      return { bavail: 199, bsize: 1000 };
    };
    const { result, waits } = at.get({ disk: patched(fs, { statfs }) });
    await expect(result).rejects.toMatchObject({ code: 'disk-full' });
    expect(looked).toBe(1);
    expect(waits).toEqual([]);
    expect(await readdir(at.folder)).toEqual([]);
  });

  test('when resuming needs room only for the rest', async () => {
    const at = await scene();
    await at.getPart(100_000);
    const statfs = (blocks: number) => async () => ({ bavail: blocks, bsize: 1000 });
    const full = at.get({ disk: patched(fs, { statfs: statfs(99) }) });
    await expect(full.result).rejects.toMatchObject({ code: 'disk-full' });
    await at.demandPart(100_000);
    await at.get({ disk: patched(fs, { statfs: statfs(100) }) }).result;
    await at.demandWhole();
  });

  test('in the middle ends the run at once, keeps what fits, and goes on when there is room', async () => {
    const at = await scene({ size: 4 * MIB, bytesPerSecond: 16 * MIB });
    const fault = new FaultDisk(at.folder, [{ name: 'full', bytes: 2 * MIB }]);
    const { result, waits, received } = at.get({ disk: new Disk(fault.fileSystem) });
    await expect(result).rejects.toMatchObject({ code: 'disk-full' });
    expect(fault.happened('full')).toBeGreaterThan(0);
    expect(waits).toEqual([]);
    const kept = received();
    expect(kept).toBeGreaterThan(0);
    await at.demandPart(kept);
    await at.get().result;
    await at.demandWhole();
    expect(at.asked().at(-1)?.range).toBe(`bytes=${kept}-${4 * MIB - 1}`);
  });
});

describe('rule 28: what Satchel did not make', () => {
  const own = {
    'a.bin': 'mine',
    'a.bin.part': "another program's",
    'a (1).bin.satchel': 'no journal\n',
    'a (1).bin.part': 'with its bytes',
    'b.txt': 'b',
  };

  async function demandOwn(folder: string): Promise<void> {
    for (const [name, text] of Object.entries(own))
      expect(await readFile(join(folder, name), 'utf8'), name).toBe(text);
  }

  test.each(['rename', 'fail', 'skip'] as const)(
    'is left as it was, with on-conflict %s',
    async (onConflict) => {
      const at = await scene({ faults: [{ name: 'truncate', after: 100_000, times: 1 }] });
      for (const [name, text] of Object.entries(own)) await writeFile(join(at.folder, name), text);
      const { result } = at.get({ onConflict });
      if (onConflict === 'rename') {
        expect((await result).path).toBe(join(at.folder, 'a (2).bin'));
        await at.demandWhole(at.content, join(at.folder, 'a (2).bin'));
        expect(at.server.happened('truncate')).toBe(1);
      } else if (onConflict === 'fail') await expect(result).rejects.toMatchObject({ code: 'name-conflict' });
      else expect(await result).toMatchObject({ already: true });
      await demandOwn(at.folder);
    },
  );

  test('a partial file made by another in the meantime is left alone', async () => {
    const at = await scene();
    let strangers = 0;
    const open = async (path: string, flags: string) => {
      if (path === `${at.file}.part` && strangers++ === 0) await writeFile(path, "somebody else's");
      return fs.open(path, flags);
    };
    const { path } = await at.get({ disk: patched(fs, { open }) }).result;
    expect(strangers).toBe(1);
    expect(path).toBe(join(at.folder, 'a (1).bin'));
    expect((await readdir(at.folder)).sort()).toEqual(['a (1).bin', 'a.bin.part']);
    expect(await readFile(`${at.file}.part`, 'utf8')).toBe("somebody else's");
  });

  test('is replaced by overwriting only when the new file is whole', async () => {
    const at = await scene({ faults: [{ name: 'truncate-clean', after: 100_000 }] });
    await writeFile(at.file, 'mine');
    const { result } = at.get({ onConflict: 'overwrite', retries: 0 });
    await expect(result).rejects.toMatchObject({ code: 'network' });
    expect(at.server.happened('truncate-clean')).toBe(1);
    expect(await readFile(at.file, 'utf8')).toBe('mine');
    misbehave(at);
    await at.get({ onConflict: 'overwrite' }).result;
    await at.demandWhole();
  });
});
