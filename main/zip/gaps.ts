import { crc32OfZeros } from '../bytes/crc.ts';
import type { Findings } from './findings.ts';
import { localHeaderAt } from './local-header.ts';
import type { RandomAccess } from './random-access.ts';
import { FLAG_DESCRIPTOR } from './reader.ts';

const CHUNK_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(CHUNK_BYTES);

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Says what lies between the entries: fillers, which keep readers of streams in step, or something else. */
export async function describeGap(
  file: Pick<RandomAccess, 'read'>,
  gap: Span,
  findings: Findings,
  signal: AbortSignal | undefined,
): Promise<void> {
  let { start } = gap;
  while (start < gap.end && !findings.full('note')) {
    signal?.throwIfAborted();
    const header = await localHeaderAt(file, start);
    // Behind a descriptor nobody knows where the next one begins.
    const known = header !== null && (header.flags & FLAG_DESCRIPTOR) === 0;
    const end = known ? start + header.length + header.compressedSize : gap.end;
    if (!known || end > gap.end) break;
    const zeros = header.method === 0 && header.size === header.compressedSize;
    const span = { start: start + header.length, end };
    if (zeros && header.crc === crc32OfZeros(header.size) && (await allZeros(file, span, signal))) {
      findings.add('filler', `${end - start} bytes from byte ${start} on`);
    } else {
      const name = JSON.stringify(header.name);
      findings.add('gap', `${end - start} bytes from byte ${start} on: an entry that is not listed, ${name}`);
    }
    start = end;
  }
  if (start === gap.end) return;
  const seen = `${gap.end - start} bytes from byte ${start} on`;
  findings.add(start === 0 ? 'prepended' : 'gap', seen);
}

async function allZeros(
  file: Pick<RandomAccess, 'read'>,
  { start, end }: Span,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (let at = start; at < end; at += CHUNK_BYTES) {
    signal?.throwIfAborted();
    const chunk = await file.read(at, Math.min(CHUNK_BYTES, end - at));
    if (!chunk.equals(ZEROS.subarray(0, chunk.length))) return false;
  }
  return true;
}
