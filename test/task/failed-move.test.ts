import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Disk } from '../../main/world/disk.ts';
import { EngineDesk } from '../kit/engine.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

/** A disk that does not take a partial file's name off a finished one, the first `times`. */
function stubbornDisk(downloads: string, times: number): FaultDisk {
  const path = /a\.bin(\.part)?$/;
  const faults = Array.from({ length: times }, () => ({ call: 'unlink' as const, nth: 1, path }));
  return new FaultDisk(
    downloads,
    faults.map((fault) => ({ name: 'error', errno: 'EIO', ...fault })),
  );
}

test.each([
  ['can be taken back', 1, ['a.bin.part', 'a.bin.satchel']],
  ['cannot be taken back either', 2, ['a.bin', 'a.bin.part', 'a.bin.satchel']],
] as const)(
  'a last move that fails and %s: tried again it is done, begun anew nothing is left over',
  async (_, times, left) => {
    for (const command of ['tasks.retry', 'tasks.restart'] as const) {
      const downloads = await tempFolder();
      const fault = stubbornDisk(downloads, times);
      const desk = await EngineDesk.open({ retries: 0 }, { downloads, disk: new Disk(fault.fileSystem) });
      const content = desk.serve('/a.bin', { size: 20_000 });
      const { id } = await desk.add('/a.bin');
      await desk.reaches(id, 'failed');
      expect(fault.happened('error')).toBe(times);
      expect((await readdir(downloads)).sort()).toEqual(left);
      await desk.call(command, { id });
      await desk.reaches(id, 'done');
      expect(await readdir(downloads)).toEqual(['a.bin']);
      await desk.demand('a.bin', content);
      await desk.close();
    }
  },
);
