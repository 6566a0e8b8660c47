import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EngineDesk } from '../kit/engine.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const MIB = 1024 * 1024;

/** Runs a tool of the system; false where it fails or is not there. */
function tool(name: string, ...args: string[]): boolean {
  return spawnSync(name, args, { stdio: 'ignore' }).status === 0;
}

describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('a full disk', () => {
  /** A disk of `bytes`, with a file on it that leaves `free` of them. */
  async function smallDisk(bytes: number) {
    const folder = join(await tempFolder(), 'disk');
    await mkdir(folder);
    const mounted = tool('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'none', folder);
    if (mounted) onTestFinished(() => void tool('umount', '-l', folder));
    return { folder, mounted, filler: join(folder, 'filler') };
  }

  test('pauses a task with everything kept; it goes on by itself when there is room', async ({ skip }) => {
    const { folder, mounted, filler } = await smallDisk(8 * MIB);
    skip(!mounted, 'nothing can be mounted here');
    const clock = new FakeClock();
    const desk = await EngineDesk.open({ connections: 1 }, { clock, downloads: folder });
    const content = desk.serve('/a.bin', { size: 4 * MIB });
    const gate = desk.server.gate('/a.bin', MIB);
    const { id } = await desk.add('/a.bin');
    await desk.receives(id, MIB);
    await writeFile(filler, Buffer.alloc(5 * MIB));
    gate.release();
    const paused = await desk.reaches(id, 'paused');
    expect(paused.error?.code).toBe('disk-full');
    expect(paused.received).toBeGreaterThanOrEqual(MIB);
    expect(desk.events(id).at(-1)).toBe('task.paused');
    await clock.advance(60_000);
    expect((await desk.task(id)).state).toBe('paused');
    // It is remembered why, over a restart.
    await desk.again();
    expect((await desk.task(id)).error?.code).toBe('disk-full');
    await rm(filler);
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
    const [first, ...later] = desk.server.requests.map(({ range }) => Number(/\d+/.exec(range ?? '')));
    expect(first).toBe(0);
    expect(Math.min(...later)).toBeGreaterThanOrEqual(MIB);
  });

  test('lets a task go on that fits, and leaves one waiting that does not', async ({ skip }) => {
    const { folder, mounted, filler } = await smallDisk(10 * MIB);
    skip(!mounted, 'nothing can be mounted here');
    const clock = new FakeClock();
    const desk = await EngineDesk.open({ connections: 1 }, { clock, downloads: folder });
    await writeFile(filler, Buffer.alloc(9 * MIB));
    desk.serve('/large', { size: 20 * MIB });
    const content = desk.serve('/small', { size: 4 * MIB, seed: 2 });
    const large = await desk.add('/large');
    const small = await desk.add('/small');
    await desk.reaches(large.id, 'paused');
    await desk.reaches(small.id, 'paused');
    await rm(filler);
    await desk.reaches(small.id, 'done');
    await desk.demand('small', content);
    await clock.advance(60_000);
    expect(await desk.task(large.id)).toMatchObject({ state: 'paused', error: { code: 'disk-full' } });
    expect(desk.server.requests.filter(({ path }) => path === '/large')).toHaveLength(1);
  });

  test('a task that the user has paused does not go on by itself', async ({ skip }) => {
    const { folder, mounted } = await smallDisk(8 * MIB);
    skip(!mounted, 'nothing can be mounted here');
    const clock = new FakeClock();
    const desk = await EngineDesk.open({}, { clock, downloads: folder });
    desk.serve('/a.bin', { size: MIB });
    const { id } = await desk.add('/a.bin', { paused: true });
    await clock.advance(60_000);
    expect((await desk.task(id)).state).toBe('paused');
    expect(desk.server.requests).toHaveLength(0);
  });
});
