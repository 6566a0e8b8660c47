import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Bytes that can be read anywhere without being held in memory. Offsets in bytes, `end` exclusive. */
export interface Source {
  readonly size: number;
  /** Changes whenever the bytes do; the default ETag is made of it. */
  readonly id: string;
  slice(start: number, end: number): Buffer;
}

const BLOCK = 64 * 1024;
/** 2 MiB: each of eight connections may be in the middle of a block of its own, with room to spare. */
const CACHED_BLOCKS = 32;

interface Change {
  readonly step: number;
  readonly xor: number;
}

/** Spreads a 32-bit number so that neighbouring blocks share no pattern (Murmur3's finalizer). */
function mixed(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** One block by xorshift32 (Marsaglia 2003), which must not start from zero: it would stay there. */
function generate(seed: number, index: number): Buffer {
  const words = new Uint32Array(BLOCK / 4);
  let x = mixed(mixed(seed) + Math.imul(index + 1, 0x9e3779b1)) || 1;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return Buffer.from(words.buffer);
}

function applyChange(block: Buffer, index: number, { step, xor }: Change): void {
  const from = index * BLOCK;
  const half = step >> 1;
  const first = Math.max(0, Math.ceil((from - half) / step)) * step + half;
  for (let at = first - from; at < BLOCK; at += step) block[at] = (block[at] ?? 0) ^ xor;
}

function checkedSpan(start: number, end: number, size: number): void {
  if (!(start >= 0 && start <= end && end <= size)) {
    throw new RangeError(`slice ${start}–${end} of ${size} bytes`);
  }
}

/**
 * Deterministic pseudo-random bytes: the same seed gives the same bytes at the same offset for any size, and
 * a byte depends on its offset, so that bytes spliced in at a wrong place are seen.
 */
export class Content implements Source {
  readonly size: number;
  readonly id: string;
  readonly #seed: number;
  readonly #changes: readonly Change[];
  readonly #blocks = new Map<number, Buffer>();
  #sha256: string | undefined;

  constructor(seed: number, size: number, changes: readonly Change[] = []) {
    this.#seed = seed;
    this.size = size;
    this.#changes = changes;
    this.id = [seed, size, ...changes.map(({ step, xor }) => `${step}x${xor}`)].join('-');
  }

  /** A fresh copy of bytes [start, end). Throws RangeError outside the content. */
  slice(start: number, end: number): Buffer {
    checkedSpan(start, end, this.size);
    const out = Buffer.allocUnsafe(end - start);
    let at = start;
    while (at < end) {
      const index = Math.floor(at / BLOCK);
      const within = at - index * BLOCK;
      at += this.#block(index).copy(out, at - start, within, Math.min(BLOCK, within + end - at));
    }
    return out;
  }

  /** Lower-case hex over the whole content; computed once. */
  sha256(): string {
    if (this.#sha256 === undefined) {
      const hash = createHash('sha256');
      for (let at = 0; at < this.size; at += BLOCK)
        hash.update(this.slice(at, Math.min(at + BLOCK, this.size)));
      this.#sha256 = hash.digest('hex');
    }
    return this.#sha256;
  }

  /**
   * The same content except for one byte in the middle of every `step`, which is xor-ed with `xor` (1–255).
   */
  withEvery(step: number, xor: number): Content {
    const sound = Number.isSafeInteger(step) && step > 0 && Number.isSafeInteger(xor) && xor > 0 && xor < 256;
    if (!sound) throw new RangeError(`withEvery(${step}, ${xor}) would change nothing`);
    return new Content(this.#seed, this.size, [...this.#changes, { step, xor }]);
  }

  #block(index: number): Buffer {
    let block = this.#blocks.get(index);
    if (block) return block;
    block = generate(this.#seed, index);
    for (const change of this.#changes) applyChange(block, index, change);
    const oldest = this.#blocks.keys().next();
    if (this.#blocks.size >= CACHED_BLOCKS && !oldest.done) this.#blocks.delete(oldest.value);
    this.#blocks.set(index, block);
    return block;
  }
}

/** Bytes in memory as a source; slices are views. */
export function fromBuffer(bytes: Buffer): Source {
  return {
    size: bytes.length,
    id: `${crc32(bytes).toString(16)}-${bytes.length}`,
    slice: (start, end) => {
      checkedSpan(start, end, bytes.length);
      return bytes.subarray(start, end);
    },
  };
}

/** `unit` over and over, `size` bytes of it: filler of any length. */
export function repeated(unit: Buffer, size: number): Source {
  return {
    size,
    id: `${crc32(unit).toString(16)}-${size}`,
    slice: (start, end) => {
      checkedSpan(start, end, size);
      const lead = start % unit.length;
      return Buffer.alloc(lead + end - start, unit).subarray(lead);
    },
  };
}

/** One source after the other. */
export function joined(first: Source, second: Source): Source {
  const cut = first.size;
  return {
    size: cut + second.size,
    id: `${first.id}+${second.id}`,
    slice: (start, end) => {
      if (end <= cut) return first.slice(start, end);
      if (start >= cut) return second.slice(start - cut, end - cut);
      return Buffer.concat([first.slice(start, cut), second.slice(0, end - cut)]);
    },
  };
}

/**
 * Compares the file at `path` with `content`, streaming. Gives the first wrong offset or null when they are
 * equal; where one is a prefix of the other, the length of the shorter. Rejects when the file cannot be read.
 */
export async function differsAt(content: Source, path: string): Promise<number | null> {
  let at = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: BLOCK }) as AsyncIterable<Buffer>) {
    const expected = content.slice(Math.min(at, content.size), Math.min(at + chunk.length, content.size));
    if (!chunk.equals(expected)) {
      const wrong = expected.findIndex((byte, i) => byte !== chunk[i]);
      return at + (wrong < 0 ? expected.length : wrong);
    }
    at += chunk.length;
  }
  return at === content.size ? null : at;
}
