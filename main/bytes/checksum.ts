import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { PartialFile } from './partial-file.ts';

const READ_BYTES = 1024 * 1024;

/** Runs `length` bytes of a partial file through every algorithm at once; algorithm → lower-case hex. */
export async function digestsOf(
  file: PartialFile,
  length: number,
  algorithms: readonly string[],
): Promise<Record<string, string>> {
  const digesters = algorithms.map((algorithm) => [algorithm, digester(algorithm)] as const);
  // Nothing to compute is no reason to read it all.
  let at = digesters.length > 0 ? 0 : length;
  while (at < length) {
    const bytes = await file.read(at, Math.min(READ_BYTES, length - at));
    // The file is shorter than its journal says; the digest will differ, which is the answer.
    if (bytes.length === 0) break;
    for (const [, { update }] of digesters) update(bytes);
    at += bytes.length;
  }
  return Object.fromEntries(digesters.map(([algorithm, { hex }]) => [algorithm, hex()]));
}

function digester(algorithm: string): { update(bytes: Buffer): void; hex(): string } {
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
