import { crc32 } from 'node:zlib';
import { crc32Combine } from '../bytes/crc.ts';
import type { Region, Sink } from '../bytes/partial-file.ts';
import { PieceMap } from '../bytes/piece-map.ts';
import { SatchelError } from '../contract/errors.ts';
import { gains } from './compressible.ts';
import { Deflater, deflateWhole, type Packed } from './deflate.ts';
import type { Announced, DirectZip } from './direct-writer.ts';
import { ENTRY_BYTES, type MemoryBudget } from './memory-budget.ts';
import { LaneNote, laneKey, type Mark, MarkNote, markKey } from './notes.ts';
import { type EntryFacts, METHODS } from './records.ts';
import { HeldTooLong, type TailLane } from './tail-lane.ts';

/** What is looked at to tell whether packing gains anything. */
const SAMPLE_BYTES = 64 * 1024;

export interface EntrySinkOptions {
  readonly zip: DirectZip;
  readonly id: number;
  readonly entry: Announced & Pick<EntryFacts, 'mode'>;
  /** Bytes, or null while nobody knows. */
  readonly size: number | null;
  /** How hard to pack; null: stored. */
  readonly level: number | null;
  /** Packed only if a look at the beginning says that it gains. */
  readonly trial: boolean;
  readonly lane: TailLane;
  readonly memory: MemoryBudget;
}

const NOTHING: Mark = { plain: 0, packed: 0, crc: 0, final: false };

type Way =
  | { readonly kind: 'gathering' }
  /** Placed, or growing: as it is. */
  | { readonly kind: 'stored'; readonly region: Region }
  | { readonly kind: 'deflating'; readonly deflater: Deflater };

/**
 * Receives an entry whose place is not known at once: its size is unknown, or will be another when it is packed. It is
 * collected in memory while it is small, and written in one go when it is whole; a larger one waits for its turn to
 * grow at the end of the ZIP. Bytes have to come in order.
 */
export class EntrySink implements Sink {
  readonly have = new PieceMap();
  readonly #options: EntrySinkOptions;
  #way: Way = { kind: 'gathering' };
  #gathered: Buffer[] = [];
  #memory = 0;
  #level = 0;
  #stopped = false;
  /** How many marks have been kept, and the last one. */
  #marks = 0;
  #mark: Mark = NOTHING;

  constructor(options: EntrySinkOptions) {
    this.#options = options;
  }

  /** Takes what memory it may need; to be awaited before anything is written. */
  async open(): Promise<void> {
    const { zip, id, size } = this.#options;
    if (zip.file.region(id)) return this.#goOn();
    const bytes = Math.min(size ?? ENTRY_BYTES, ENTRY_BYTES);
    this.#demandGoing();
    const taken = this.#options.memory.take(bytes, id);
    // Whoever waits for the end of the ZIP may be all that this one waits for.
    this.#options.lane.look();
    await taken;
    this.#memory = bytes;
  }

  async write(_region: number, from: number, buffers: readonly Buffer[]): Promise<void> {
    if (from !== this.have.end) throw new SatchelError('internal', 'bytes out of order');
    for (const buffer of buffers) {
      const { end } = this.have;
      // Its memory is given away as soon as this resolves, which is before it has been packed.
      await this.#take(this.#way.kind === 'stored' ? buffer : Buffer.from(buffer));
      this.have.add({ start: end, end: end + buffer.length, crc: crc32(buffer) });
    }
    if (this.#way.kind === 'gathering' && this.#isTooLarge) await this.#settle();
  }

  async forget(): Promise<void> {
    const { zip, id } = this.#options;
    this.have.cut(0);
    this.#gathered = [];
    if (this.#way.kind === 'gathering') return;
    if (this.#way.kind === 'deflating') await this.#way.deflater.abort();
    await zip.file.forget(id);
    await this.#forgetMarks();
    if (this.#way.kind === 'deflating') this.#deflate(NOTHING, this.#level);
  }

  /** Else one of them could be taken for one of what comes instead. */
  async #forgetMarks(): Promise<void> {
    const { file } = this.#options.zip;
    const { id } = this.#options;
    const stale: Record<string, null> = {};
    for (let index = 0; file.note(markKey(id, index)) != null; index += 1) stale[markKey(id, index)] = null;
    await file.keepNotes(stale);
    this.#marks = 0;
  }

  /** Stops waiting for a turn, so that whoever writes gets an error. */
  stop(): void {
    const { lane, id, memory } = this.#options;
    this.#stopped = true;
    memory.leave(id, new HeldTooLong());
    if (lane.holder !== id) lane.leave(id);
  }

  /** Everything has come: writes what is not written yet, and says that the entry is whole. */
  async finish(): Promise<void> {
    const { zip, id, entry } = this.#options;
    const size = this.have.end;
    const crc = this.have.crcOf(size);
    if (crc === null) throw new SatchelError('internal', 'bytes are missing');
    const facts = { name: entry.name, modified: entry.modified, mode: entry.mode, crc, size };
    if (this.#way.kind === 'gathering') return this.#put(facts);
    // A crash may have come between its last block and the word that it is whole.
    if (this.#way.kind === 'deflating' && !this.#mark.final) await this.#way.deflater.finish();
    const deflated = this.#way.kind === 'deflating';
    const compressedSize = deflated ? this.#mark.packed : size;
    await zip.endGrowth(id, compressedSize);
    this.#options.lane.leave(id);
    const method = deflated ? METHODS.deflated : METHODS.stored;
    await zip.finish(id, { ...facts, method, compressedSize });
  }

  /** Lets go of memory and turn; what grew at the end stays, to be gone on with. */
  async close(): Promise<void> {
    const { zip, id, lane, memory } = this.#options;
    this.#gathered = [];
    memory.giveBack(this.#memory);
    this.#memory = 0;
    if (this.#way.kind === 'deflating') await this.#way.deflater.abort();
    if (zip.growing === id) await zip.endGrowth(id, null);
    lane.leave(id);
  }

  /** What is told to stop must not begin to wait. */
  #demandGoing(): void {
    if (this.#stopped) throw new HeldTooLong();
  }

  get #isTooLarge(): boolean {
    const { size } = this.#options;
    const enough = size !== null && size > ENTRY_BYTES ? SAMPLE_BYTES : ENTRY_BYTES;
    return this.have.end > enough;
  }

  async #take(buffer: Buffer): Promise<void> {
    const way = this.#way;
    if (way.kind === 'gathering') this.#gathered.push(buffer);
    else if (way.kind === 'stored')
      await this.#options.zip.file.write(way.region.id, this.have.end, [buffer]);
    else await way.deflater.push(buffer);
  }

  /** It is small: packed if that gains, and written in one go. */
  async #put(facts: Omit<EntryFacts, 'method' | 'compressedSize'>): Promise<void> {
    const { zip, id, level, trial, lane } = this.#options;
    const stored = { ...facts, method: METHODS.stored, compressedSize: facts.size };
    const packed = level === null || facts.size === 0 ? null : await deflateWhole(this.#gathered, level);
    if (packed === null || (trial && packed.size >= facts.size)) {
      await lane.pass(id);
      return zip.put(id, [{ facts: stored, buffers: this.#gathered }]);
    }
    const deflated = { ...facts, method: METHODS.deflated, compressedSize: packed.size };
    await lane.pass(id);
    return zip.put(id, [{ facts: deflated, buffers: packed.bytes }]);
  }

  /** It is large: where it goes is decided now, and what has been collected goes there. */
  async #settle(): Promise<void> {
    const { zip, id, entry, size, lane } = this.#options;
    const level = await this.#levelByTrial();
    this.#demandGoing();
    if (level === null && size !== null) {
      await lane.pass(id);
      this.#way = { kind: 'stored', region: await zip.reserve(id, entry, size) };
    } else {
      await lane.take(id);
      const region = await zip.grow(id, entry);
      await this.#forgetMarks();
      await zip.file.keepNote(laneKey(id), { level });
      if (level === null) this.#way = { kind: 'stored', region };
      else this.#deflate(NOTHING, level);
    }
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = [];
    const way = this.#way;
    if (way.kind === 'stored') await this.#options.zip.file.write(way.region.id, 0, gathered);
    else if (way.kind === 'deflating') for (const buffer of gathered) await way.deflater.push(buffer);
    this.#options.memory.giveBack(this.#memory);
    this.#memory = 0;
  }

  async #levelByTrial(): Promise<number | null> {
    const { level, trial } = this.#options;
    if (level === null || !trial) return level;
    return (await gains(Buffer.concat(this.#gathered).subarray(0, SAMPLE_BYTES))) ? level : null;
  }

  #deflate(from: Mark, level: number): void {
    this.#level = level;
    this.#mark = from;
    const deflater = new Deflater({ level, from: from.plain, write: (packed) => this.#writePacked(packed) });
    this.#way = { kind: 'deflating', deflater };
  }

  async #writePacked({ plain, bytes, crc, final }: Packed): Promise<void> {
    const { zip, id } = this.#options;
    const before = this.#mark;
    const length = bytes.reduce((sum, one) => sum + one.length, 0);
    this.#mark = {
      plain: before.plain + plain,
      packed: before.packed + length,
      crc: crc32Combine(before.crc, crc, plain),
      final,
    };
    const key = markKey(id, this.#marks);
    this.#marks += 1;
    await zip.file.write(id, before.packed, bytes, { [key]: this.#mark });
  }

  /** It has grown before: on from the last point from which it can. */
  async #goOn(): Promise<void> {
    const { zip, id, entry, lane } = this.#options;
    await lane.take(id);
    const region = await zip.grow(id, entry);
    const note = LaneNote.safeParse(zip.file.note(laneKey(id))).data;
    const level = note?.level ?? null;
    const first = region.have.pieces[0];
    const end = first?.start === 0 ? first.end : 0;
    // A power cut may have left gaps: nothing behind the first one is of use.
    if (region.have.end > end) await zip.file.forget(id, end);
    if (level === null) {
      if (first && end > 0) this.have.add(first);
      this.#way = { kind: 'stored', region };
      return;
    }
    this.#findMark(end);
    if (this.#mark.packed !== end) {
      await zip.file.forget(id);
      await this.#forgetMarks();
      this.#mark = NOTHING;
    }
    const { plain, crc } = this.#mark;
    if (plain > 0) this.have.add({ start: 0, end: plain, crc });
    this.#deflate(this.#mark, level);
  }

  /** Every packed piece ends at a mark. */
  #findMark(end: number): void {
    const { zip, id } = this.#options;
    for (this.#marks = 0; ; this.#marks += 1) {
      const mark = MarkNote.safeParse(zip.file.note(markKey(id, this.#marks))).data;
      if (!mark || mark.packed > end) return;
      this.#mark = mark;
    }
  }
}
