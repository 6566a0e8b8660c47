import type { Findings } from './findings.ts';
import { localHeaderAt } from './local-header.ts';
import { type RandomAccess, Window } from './random-access.ts';
import { FLAG_DESCRIPTOR } from './reader.ts';
import { SIGNATURES } from './records.ts';

const AHEAD_BYTES = 4096;
/** Entries looked at; whoever has more of them and no directory is told where this ended. */
const ENTRY_LIMIT = 100_000;

/**
 * Where a ZIP without an end was cut: goes from local header to local header, and names the entry in which the file
 * ends. Says nothing of a file that does not begin as a ZIP does.
 */
export async function findCut(
  file: RandomAccess,
  findings: Findings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const size = await file.size();
  const window = new Window(file, AHEAD_BYTES);
  let at = 0;
  let name: string | null = null;
  for (let index = 0; index < ENTRY_LIMIT; index++) {
    signal?.throwIfAborted();
    const header = await localHeaderAt(window, at);
    if (header === null) break;
    name = header.name;
    const about = { name, index };
    if ((header.flags & FLAG_DESCRIPTOR) !== 0 && header.compressedSize === 0) {
      findings.add('truncated', `somewhere in it or behind it; the file ends at byte ${size}`, about);
      return;
    }
    const start = at + header.length;
    at = start + header.compressedSize;
    if (at > size) {
      const there = Math.max(0, size - start);
      findings.add('truncated', `${there} of its ${header.compressedSize} packed bytes are there`, about);
      return;
    }
  }
  if (name === null && !(await beginsLikeOne(window))) return;
  const where =
    name === null ? 'in the header of its first entry' : `behind the entry ${JSON.stringify(name)}`;
  findings.add('truncated', `${where}, at byte ${at} or later; the file ends at byte ${size}`);
}

async function beginsLikeOne(window: Window): Promise<boolean> {
  const head = await window.read(0, 4);
  return head.length === 4 && head.readUInt32LE(0) === SIGNATURES.local;
}
