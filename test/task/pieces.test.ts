import { appendFile, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeRecord, type JournalRecord } from '../../main/bytes/journal.ts';
import { PieceReader } from '../../main/task/piece-reader.ts';
import { Disk } from '../../main/world/disk.ts';
import { differsAt } from '../kit/content.ts';
import { EngineDesk } from '../kit/engine.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { itemRecord, taskRecord } from './records.ts';

type Spans = readonly (readonly [number, number])[];

const piecesOf = async (desk: EngineDesk, id: string) => {
  const [pieces] = (await desk.call('tasks.pieces', { ids: [id] })).pieces;
  if (!pieces) throw new Error('no pieces');
  return pieces;
};
const bytesOf = (spans: Spans) => spans.reduce((sum, [start, end]) => sum + end - start, 0);

/** In order, apart, and within the length. */
function demandProper(spans: Spans, length: number): void {
  let last = -1;
  for (const [start, end] of spans) {
    expect(start).toBeGreaterThan(last);
    expect(end).toBeGreaterThan(start);
    last = end;
  }
  expect(last).toBeLessThanOrEqual(length);
}

describe('pieces', () => {
  test('of a file are those that are there: while it runs, paused, after a restart of ours, and done', async () => {
    const SIZE = 8_000_000;
    const desk = await EngineDesk.open({ connections: 4, minSplit: 1_000_000 });
    const content = desk.serve('/a.bin', { size: SIZE });
    const gate = desk.server.gate('/a.bin', 500_000);
    const { id } = await desk.add('/a.bin');
    expect(await piecesOf(desk, id)).toEqual({ taskId: id, length: null, spans: [] });
    await desk.receives(id, 3_000_000);
    const running = await piecesOf(desk, id);
    demandProper(running.spans, SIZE);
    expect(running.length).toBe(SIZE);
    expect(bytesOf(running.spans)).toBeGreaterThanOrEqual(3_000_000);
    for (const [start, end] of running.spans) {
      const part = await readFile(join(desk.downloads, 'a.bin.part'));
      expect(part.subarray(start, end).equals(content.slice(start, end))).toBe(true);
    }
    await desk.call('tasks.pause', { id });
    await desk.server.until(() => desk.server.requests.every(({ ended }) => ended !== 'open'));
    await desk.again();
    const paused = await piecesOf(desk, id);
    demandProper(paused.spans, SIZE);
    expect(bytesOf(paused.spans)).toBe((await desk.task(id)).received);
    gate.release();
    await desk.call('tasks.resume', { id });
    await desk.reaches(id, 'done');
    expect(await piecesOf(desk, id)).toEqual({ taskId: id, length: SIZE, spans: [[0, SIZE]] });
    expect(await differsAt(content, join(desk.downloads, 'a.bin'))).toBeNull();
    await desk.call('tasks.restart', { id });
    expect((await piecesOf(desk, id)).spans.every(([, end]) => end < SIZE)).toBe(true);
  });

  test('of a package lie in the ZIP, with what announces its whole entries', async () => {
    const desk = await EngineDesk.open({ connections: 1, jobs: 2 });
    desk.serve('/a.bin', { seed: 1, size: 3_000_000 });
    const b = desk.serve('/b.bin', { seed: 2, size: 3_000_000 });
    const gate = desk.server.gate('/b.bin', 2_000_000);
    const items = ['/a.bin', '/b.bin'].map((path) => ({ url: desk.server.url(path) }));
    const { task } = await desk.call('tasks.add', { kind: 'package', items, compress: 'store' });
    await gate.reached;
    await desk.until(async () => (await desk.task(task.id)).items[0]?.state === 'done');
    const { length, spans } = await piecesOf(desk, task.id);
    demandProper(spans, length ?? 0);
    expect(length).toBeGreaterThan(6_000_000);
    expect(spans[0]?.[0]).toBe(0);
    const part = await readFile(join(desk.downloads, 'package.zip.part'));
    const [start, end] = spans[1] ?? [0, 0];
    expect(end - start).toBeGreaterThan(0);
    expect(part.subarray(start, end).equals(b.slice(0, end - start))).toBe(true);
    gate.release();
    const { path } = await desk.reaches(task.id, 'done');
    const whole = (await readFile(path)).length;
    expect(await piecesOf(desk, task.id)).toEqual({ taskId: task.id, length: whole, spans: [[0, whole]] });
  });

  test('of those that are not there nothing is told', async () => {
    const desk = await EngineDesk.open();
    const { id } = await desk.add('/a.bin', { paused: true });
    const { pieces } = await desk.call('tasks.pieces', { ids: ['nobody', id] });
    expect(pieces).toEqual([{ taskId: id, length: null, spans: [] }]);
  });
});

describe('what is read of a journal', () => {
  const ID = 'J';
  async function scene(total: number) {
    const folder = await tempFolder();
    const path = join(folder, 'a.satchel');
    const place = { folder, name: 'a', journalId: ID };
    const record = taskRecord(1, { place, items: [itemRecord(1, { total })] });
    const reader = new PieceReader(new Disk());
    const put = (...records: Unstamped[]) =>
      appendFile(
        path,
        Buffer.concat(records.map((each) => encodeRecord({ ...each, at: 0 } as JournalRecord))),
      );
    return { path, record, put, spans: async () => (await reader.read(record)).spans };
  }
  type Unstamped = JournalRecord extends infer R ? (R extends unknown ? Omit<R, 'at'> : never) : never;
  const open = (id = ID): Unstamped => ({ t: 'open', v: 1, id, name: 'a' });
  const region: Unstamped = { t: 'region', id: 0, offset: 0, length: null };
  const piece = (from: number, n: number): Unstamped => ({ t: 'piece', r: 0, from, n, crc: 0 });

  test('is joined, goes on where it was left, and heeds what is dropped piece by piece', async () => {
    const { put, spans } = await scene(1000);
    expect(await spans()).toEqual([]);
    await put(open(), region, piece(0, 100), piece(200, 100));
    expect(await spans()).toEqual([
      [0, 100],
      [200, 300],
    ]);
    await put(piece(100, 100), piece(500, 10));
    expect(await spans()).toEqual([
      [0, 300],
      [500, 510],
    ]);
    // A piece that is touched is void as a whole.
    await put({ t: 'drop', r: 0, from: 250, n: 10 });
    expect(await spans()).toEqual([
      [0, 200],
      [500, 510],
    ]);
    await put({ t: 'drop', r: 0, from: 150, n: null }, piece(600, 1));
    expect(await spans()).toEqual([
      [0, 100],
      [600, 601],
    ]);
    await put({ t: 'gone', r: 0 });
    expect(await spans()).toEqual([]);
  });

  test('is believed up to a line that is torn, and on when it is whole', async () => {
    const { path, put, spans } = await scene(1000);
    await put(open(), region, piece(0, 100));
    const line = encodeRecord({ ...piece(100, 50), at: 0 } as JournalRecord);
    await appendFile(path, line.subarray(0, 20));
    expect(await spans()).toEqual([[0, 100]]);
    await appendFile(path, line.subarray(20));
    expect(await spans()).toEqual([[0, 150]]);
    await appendFile(path, 'nonsense\n');
    await put(piece(150, 50));
    expect(await spans()).toEqual([[0, 150]]);
  });

  test('is nothing where the journal is another one, and begins anew with one that has taken its place', async () => {
    const { path, put, spans } = await scene(1000);
    await put(open('another'), region, piece(0, 100));
    expect(await spans()).toEqual([]);
    await rename(path, `${path}.0`);
    await put(open(), region, piece(0, 10), piece(20, 10), piece(40, 10));
    expect(await spans()).toEqual([
      [0, 10],
      [20, 30],
      [40, 50],
    ]);
    // Longer than the one before, so that only its file tells.
    await rename(path, `${path}.1`);
    await put(open(), region, piece(5, 10), piece(60, 10), piece(80, 10), piece(90, 10));
    expect(await spans()).toEqual([
      [5, 15],
      [60, 70],
      [80, 100],
    ]);
    await rm(path);
    expect(await spans()).toEqual([]);
  });

  test('has lines longer than what is read at once', async () => {
    const { put, spans } = await scene(1000);
    await put(open(), { t: 'note', key: 'long', value: 'x'.repeat(1_000_000) }, region, piece(0, 100));
    expect(await spans()).toEqual([[0, 100]]);
  });

  test('of many pieces the small ones are left out, and no byte is told of that is not there', async () => {
    const TOTAL = 1_000_000_000;
    const { put, spans } = await scene(TOTAL);
    await put(open(), region);
    // Half a megabyte is a 2,000th; one piece in five is as large.
    const pieces = Array.from({ length: 1000 }, (_, n) => [
      piece(n * 1_000_000, 500_000),
      ...Array.from({ length: 4 }, (_, m) => piece(n * 1_000_000 + 600_000 + m * 100_000, 50_000)),
    ]);
    await put(...pieces.flat());
    const shown = await spans();
    expect(shown).toEqual(pieces.map((_, n) => [n * 1_000_000, n * 1_000_000 + 500_000]));
  });
});
