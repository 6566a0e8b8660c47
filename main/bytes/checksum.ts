import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { PartialFile } from './partial-file.ts';

const READ_BYTES = 1024 * 1024;

/** Runs `length` bytes of a partial file through every algorithm at once; algorithm → lower-case hex. */
export function digestsOf(
  file: PartialFile,
  length: number,
  algorithms: readonly string[],
): Promise<Record<string, string>> {
  // Nothing to compute is no reason to read it all.
  return digestsOfBytes(readSpan(file, 0, algorithms.length > 0 ? length : 0), algorithms);
}

/** The same of bytes that come from anywhere. */
export async function digestsOfBytes(
  chunks: AsyncIterable<Buffer>,
  algorithms: readonly string[],
): Promise<Record<string, string>> {
  const digesters = algorithms.map((algorithm) => [algorithm, digester(algorithm)] as const);
  for await (const bytes of chunks) for (const [, { update }] of digesters) update(bytes);
  return Object.fromEntries(digesters.map(([algorithm, { hex }]) => [algorithm, hex()]));
}

/** Bytes of a partial file, from its start; fewer where it is shorter than its journal says. */
export async function* readSpan(file: PartialFile, from: number, length: number): AsyncGenerator<Buffer> {
  const end = from + length;
  for (let at = from; at < end; ) {
    const bytes = await file.read(at, Math.min(READ_BYTES, end - at));
    if (bytes.length === 0) return;
    yield bytes;
    at += bytes.length;
  }
}

export interface Digester {
  update(bytes: Buffer): void;
  /** Lower-case. Once. */
  hex(): string;
}

/** Digests bytes as they come by. */
export function digester(algorithm: string): Digester {
  if (algorithm === 'crc32') {
    let crc = 0;
    return {
      update: (bytes) => {
        crc = crc32(bytes, crc);
      },
      hex: () => crc.toString(16).padStart(8, '0'),
    };
  }
  const hash: Hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
}
