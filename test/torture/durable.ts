import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { readJournal } from '../../main/bytes/open.ts';
import type { Span } from '../../main/bytes/piece-map.ts';
import type { Replayed, ReplayedRegion } from '../../main/bytes/replay.ts';
import { ItemNote, itemNotes, PackageNote } from '../../main/task/package-notes.ts';
import { Disk } from '../../main/world/disk.ts';
import type { Logged } from '../kit/fault-server.ts';
import { Network } from './network.ts';

const FileNote = z.object({ url: z.string() });

/** What of a file lies in a journal's keeping. */
interface Kept {
  /** Which partial file it lies in: one that is begun anew is another. */
  readonly part: string;
  readonly spans: readonly Span[];
}

/** By path of the server. */
export type Durable = ReadonlyMap<string, Kept>;

/** What the journals in a folder vouch for, right after the process has died. */
export async function durableIn(folder: string): Promise<Durable> {
  const disk = new Disk();
  const found = new Map<string, Kept>();
  for (const file of await readdir(folder)) {
    const [, name] = /^(.*)\.satchel$/.exec(file) ?? [];
    // What a restart has set aside is not gone on with.
    if (name === undefined || /\.old( \(\d+\))?$/.test(name)) continue;
    const journal = await readJournal(disk, { folder, name });
    if (journal === null || journal.sealed !== null) continue;
    const path = join(folder, `${name}.part`);
    const facts = await stat(path, { bigint: true }).catch(() => null);
    const part = `${facts?.ino} ${facts?.birthtimeNs}`;
    for (const [served, region] of regionsOf(journal))
      found.set(served, { part, spans: await rightIn(path, region) });
  }
  return found;
}

/** By path of the server, where its file is to lie. */
function* regionsOf({ notes, regions }: Replayed): Generator<[string, ReplayedRegion]> {
  const made = PackageNote.safeParse(notes.get('package')).data;
  if (made === undefined) {
    const { url } = FileNote.safeParse(notes.get('item')).data ?? {};
    const region = regions.get(0);
    if (url !== undefined && region !== undefined) yield [pathOf(url), region];
    return;
  }
  // What is packed has no offsets of the file.
  if (made.compress !== 'store') return;
  for (const [number, note] of itemNotes(notes)) {
    const { url } = ItemNote.parse(note);
    const region = regions.get(number);
    if (url !== undefined && region !== undefined) yield [pathOf(url), region];
  }
}

/** Its pieces that are as the journal says: after a failing disk some are not, and are not kept either. */
async function rightIn(
  part: string,
  { offset, durable, doubtful }: ReplayedRegion,
): Promise<readonly Span[]> {
  const file = await open(part).catch(() => null);
  if (file === null) return [];
  const right: Span[] = [];
  for (const piece of [...durable, ...doubtful]) {
    const bytes = Buffer.alloc(piece.end - piece.start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset + piece.start);
    if (bytesRead === bytes.length && crc32(bytes) === piece.crc) right.push(piece);
  }
  await file.close();
  return right;
}

const pathOf = (url: string) => new URL(url).pathname;

export interface Refetch {
  readonly path: string;
  /** The partial file that has them. */
  readonly part: string;
  readonly bytes: number;
}

/** Bytes that were durable and were asked for again all the same, by path. */
export function refetched(durable: Durable, requests: readonly Logged[]): readonly Refetch[] {
  const found = new Map<string, number>();
  for (const request of requests) {
    const path = Network.pathOf(request);
    const asked = askedOf(request);
    if (asked === null) continue;
    for (const { start, end } of durable.get(path)?.spans ?? []) {
      const both = Math.min(end, asked.end) - Math.max(start, asked.start);
      if (both > 0) found.set(path, (found.get(path) ?? 0) + both);
    }
  }
  return [...found].map(([path, bytes]) => ({ path, bytes, part: durable.get(path)?.part ?? '' }));
}

/** What of the file a request has brought; null: nothing of it. */
function askedOf({ method, range, status, sent }: Logged): Span | null {
  // A whole answer to a range is the server's doing; what of it is taken follows from the next request.
  if (method !== 'GET' || sent === 0 || (status !== 206 && !(status === 200 && range === null))) return null;
  const [, from = '0', to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const start = Number(from);
  const last = to ? Number(to) + 1 : Number.POSITIVE_INFINITY;
  return { start, end: Math.min(start + sent, last) };
}
