import { availableParallelism } from 'node:os';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { SatchelError } from '../contract/errors.ts';

/** Packing can be gone on with behind every so many plain bytes; costs less than 0.1 % in size. */
export const GROUP_BYTES = 4 * 1024 * 1024;
/** What one core packs at a time: smaller ones leave cores idle between two, larger ones need more memory. */
export const BLOCK_BYTES = 1024 * 1024;
/** How far back DEFLATE looks (RFC 1951 §2). */
const WINDOW_BYTES = 32 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** Groups held, being filled, packed or written. */
const GROUPS_HELD = 2;
/** Of libuv's thread pool. One block more than there are cores keeps these busy while results are taken in. */
const AT_ONCE = Math.min(4, Math.max(3, availableParallelism()));

/** An empty block with fixed codes that is marked as the last one (RFC 1951 §3.2.6). */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);

/** What comes of so many plain bytes, which are next in order. */
export interface Packed {
  /** Bytes. */
  readonly plain: number;
  /** Raw DEFLATE. */
  readonly bytes: readonly Buffer[];
  /** CRC-32 of the plain bytes. */
  readonly crc: number;
  /** A new Deflater can go on behind it. False only at the very end. */
  readonly boundary: boolean;
  /** Nothing comes behind it. */
  readonly final: boolean;
}

/** Packs one block, `dictionary` being what comes before it. */
export type DeflateBlock = (block: Buffer, level: number, dictionary: Buffer | null) => Promise<Buffer>;

export interface DeflaterOptions {
  /** 1 (fast) to 9 (small). */
  readonly level: number;
  /** Plain bytes that came before, of an earlier Deflater: 0, or where a `boundary` lies. */
  readonly from: number;
  /** Called in order, one at a time. */
  readonly write: (packed: Packed) => Promise<void>;
  readonly deflate?: DeflateBlock;
}

interface Group {
  readonly blocks: Promise<Buffer>[];
  plain: number;
  crc: number;
}

const emptyGroup = (): Group => ({ blocks: [], plain: 0, crc: 0 });

/** So many at once over the whole process: the disk and the resolver of names use the same threads. */
class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((ready) => this.#waiting.push(ready));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

const gate = new Gate(AT_ONCE);

/** By zlib; ends on a byte, so that another block can follow. */
export const deflateBlock: DeflateBlock = (block, level, dictionary) =>
  packed(block, {
    level,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: CHUNK_BYTES,
    ...(dictionary ? { dictionary } : {}),
  });

function packed(block: Buffer, options: Parameters<typeof deflateRaw>[1] & object): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deflateRaw(block, options, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/**
 * One stream of raw DEFLATE (RFC 1951) made on several cores, as pigz does it: each block is packed for itself, with
 * the window before it as its dictionary, and ends with a sync flush. The first block of a group knows nothing of what
 * came before, so whoever goes on at a group's beginning makes the very same bytes.
 *
 * Bytes are pushed one call after another. The first error, zlib's or that of `write`, ends it: it is what every later
 * call rejects with.
 */
export class Deflater {
  readonly #options: DeflaterOptions;
  readonly #deflate: DeflateBlock;
  /** Plain bytes until the group ends. */
  #toGroupEnd: number;
  #group = emptyGroup();
  #block: Buffer | null = null;
  #filled = 0;
  #dictionary: Buffer | null = null;
  /** Groups that are complete and not written yet, the oldest first. */
  readonly #pending: Promise<void>[] = [];
  #failure: { readonly error: unknown } | null = null;

  constructor(options: DeflaterOptions) {
    this.#options = options;
    this.#deflate = options.deflate ?? deflateBlock;
    this.#toGroupEnd = GROUP_BYTES - (options.from % GROUP_BYTES);
  }

  /** Takes the next plain bytes; they are copied, so their memory is the caller's again when this resolves. */
  async push(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#toGroupEnd === 0) this.#nextGroup();
      while (!this.#failure && this.#pending.length >= GROUPS_HELD) await this.#pending[0];
      if (this.#failure) throw this.#failure.error;
      at += this.#fill(bytes, at);
    }
    if (this.#failure) throw this.#failure.error;
  }

  /** Resolves when everything is packed and written, with the end of the stream. */
  async finish(): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    this.#endBlock();
    this.#endGroup(true);
    await this.#pending.at(-1);
  }

  /** Nothing more is written once this resolves. Not to be called from within `write`. */
  async abort(): Promise<void> {
    this.#fail(new SatchelError('cancelled', 'packing was given up'));
    await this.#pending.at(-1)?.catch(() => {});
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#block = null;
    this.#dictionary = null;
  }

  /** Copies as much as the block holds; gives how much. */
  #fill(bytes: Buffer, at: number): number {
    this.#block ??= Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, this.#toGroupEnd));
    const count = bytes.copy(this.#block, this.#filled, at);
    this.#filled += count;
    if (this.#filled === this.#block.length) this.#endBlock();
    return count;
  }

  #endBlock(): void {
    const block = this.#block?.subarray(0, this.#filled);
    this.#block = null;
    this.#filled = 0;
    if (!block) return;
    const group = this.#group;
    const dictionary = this.#dictionary;
    const packing = gate.run(() => {
      if (this.#failure) throw this.#failure.error;
      return this.#deflate(block, this.#options.level, dictionary);
    });
    // Looked at when it is its turn to be written, which may be after it has failed.
    packing.catch((error: unknown) => this.#fail(error));
    group.blocks.push(packing);
    group.plain += block.length;
    group.crc = crc32(block, group.crc);
    this.#dictionary = block.subarray(-WINDOW_BYTES);
    this.#toGroupEnd -= block.length;
    if (this.#toGroupEnd === 0) this.#endGroup(false);
  }

  #nextGroup(): void {
    this.#toGroupEnd = GROUP_BYTES;
    this.#dictionary = null;
  }

  #endGroup(final: boolean): void {
    const group = this.#group;
    this.#group = emptyGroup();
    const before = this.#pending.at(-1) ?? Promise.resolve();
    const writing = before.then(() => this.#write(group, final));
    writing.then(
      () => this.#pending.shift(),
      (error: unknown) => this.#fail(error),
    );
    this.#pending.push(writing);
  }

  async #write({ blocks, plain, crc }: Group, final: boolean): Promise<void> {
    const bytes = await Promise.all(blocks);
    if (this.#failure) throw this.#failure.error;
    if (final) bytes.push(LAST_BLOCK);
    await this.#options.write({ plain, bytes, crc, boundary: !final, final });
  }
}

export interface PackedWhole {
  readonly bytes: readonly Buffer[];
  /** CRC-32 of the plain bytes. */
  readonly crc: number;
  /** Bytes, packed. */
  readonly size: number;
}

/** Packs what is in memory as a whole; `level` as for Deflater. */
export async function deflateWhole(buffers: readonly Buffer[], level: number): Promise<PackedWhole> {
  const bytes: Buffer[] = [];
  const crc = buffers.reduce((before, buffer) => crc32(buffer, before), 0);
  const plain = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  if (plain <= BLOCK_BYTES) {
    const whole = buffers.length === 1 ? (buffers[0] as Buffer) : Buffer.concat(buffers);
    bytes.push(await gate.run(() => packed(whole, { level, chunkSize: chunkFor(plain) })));
  } else {
    const write = async (group: Packed) => {
      bytes.push(...group.bytes);
    };
    const deflater = new Deflater({ level, from: 0, write });
    for (const buffer of buffers) await deflater.push(buffer);
    await deflater.finish();
  }
  return { bytes, crc, size: bytes.reduce((sum, buffer) => sum + buffer.length, 0) };
}

/** Room for the result of a small block at once, at worst a little longer than it was: the default is for streams. */
function chunkFor(plain: number): number {
  return Math.min(CHUNK_BYTES, plain + (plain >> 8) + 64);
}
