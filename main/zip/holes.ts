import { crc32OfZeros } from '../bytes/crc.ts';
import type { PartialFile } from '../bytes/partial-file.ts';
import { type Layout, type Slot, serves } from './layout.ts';
import { FILE_MODE, localHeader, localHeaderBytes } from './records.ts';

const BLOCK_BYTES = 1024 * 1024;
const FILLER_NAME = 'unused';

/**
 * Leaves no gap that a reader who goes from header to header would stumble over: an entry from behind moves in, where
 * one fits, and what is left becomes an entry of zeros that the central directory does not list.
 */
export async function closeHoles(
  file: PartialFile,
  layout: Layout,
  move: (id: number, hole: Slot) => Promise<void>,
): Promise<void> {
  // One that has moved is before the holes that are left.
  const movable = layout.behind(-1);
  for (let next = 0; next < layout.holes.length; ) {
    const hole = layout.holes[next] as Slot;
    const at = movable.findIndex(([, { start, end }]) => start > hole.start && serves(hole, end - start));
    const [fitting] = at < 0 ? [] : movable.splice(at, 1);
    if (fitting) await move(fitting[0], hole);
    else next += 1;
  }
  for (const hole of layout.holes) await fill(file, hole);
}

async function fill(file: PartialFile, { start, end }: Slot): Promise<void> {
  const header = fillerHeader(end - start);
  await file.writeBare([header], start);
  const zeros = Buffer.alloc(BLOCK_BYTES);
  for (let at = start + header.length; at < end; at += BLOCK_BYTES) {
    const length = Math.min(BLOCK_BYTES, end - at);
    const there = await file.read(at, length);
    // What was never written takes no room on the disk, and shall not.
    if (!there.equals(zeros.subarray(0, length))) await file.writeBare([zeros.subarray(0, length)], at);
  }
}

/** The local header of `bytes` in all, header included. */
function fillerHeader(bytes: number): Buffer {
  const spare = bytes - localHeaderBytes(filler('x', bytes));
  const name = FILLER_NAME.slice(0, Math.min(FILLER_NAME.length, spare + 1));
  const head = localHeaderBytes(filler(name, bytes));
  return localHeader(filler(name, bytes - head), head);
}

/** A time that the timestamp's 32 bits cannot hold, so that the header has none. */
const NO_TIMESTAMP = Date.UTC(1900, 0, 1);

function filler(name: string, size: number) {
  const crc = crc32OfZeros(size);
  return {
    name,
    size,
    compressedSize: size,
    crc,
    method: 0,
    mode: FILE_MODE,
    modified: NO_TIMESTAMP,
  } as const;
}
