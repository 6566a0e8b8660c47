import type { PieceMap } from '../bytes/piece-map.ts';
import { SatchelError } from '../contract/errors.ts';
import type { DirectZip } from '../zip/direct-writer.ts';
import type { EntryNames } from '../zip/entry-names.ts';
import { entryPath } from '../zip/entry-names.ts';
import { EntrySink } from '../zip/entry-sink.ts';
import type { MemoryBudget } from '../zip/memory-budget.ts';
import { METHODS } from '../zip/records.ts';
import type { TailLane } from '../zip/tail-lane.ts';
import { type ItemNote, itemKey } from './package-notes.ts';
import type { Packing } from './packing.ts';

/** What all entries of a ZIP share. */
export interface ZipTools {
  readonly zip: DirectZip;
  readonly lane: TailLane;
  readonly memory: MemoryBudget;
  readonly names: EntryNames;
}

/** Of whom an entry is made: an item of a package, or a file that is packed. */
export interface Maker {
  readonly id: string;
  /** Of its notes and of its region. */
  readonly number: number;
  /** What the user wants it to be called; null: what it is found to be called. */
  readonly wanted: string | null;
  note: ItemNote | null;
}

export type NamedNote = ItemNote & { readonly name: string };
export type Found = Omit<ItemNote, 'id' | 'name'> & { readonly name: string };

/** Makes one entry of a ZIP: its name, its place, and the word that it is whole. */
export class EntryMaker {
  readonly #of: Maker;
  readonly #tools: ZipTools;
  #sink: EntrySink | null = null;

  constructor(of: Maker, tools: ZipTools) {
    this.#of = of;
    this.#tools = tools;
  }

  get number(): number {
    return this.#of.number;
  }

  get note(): ItemNote | null {
    return this.#of.note;
  }

  /** What is here of it, plain. */
  get have(): PieceMap | undefined {
    return this.#sink?.have ?? this.#tools.zip.file.region(this.number)?.have;
  }

  /** Names it and notes down what is known of it. The name that the user or an earlier run gave stays. */
  async announce(found: Found): Promise<NamedNote> {
    const { zip, names } = this.#tools;
    const of = this.#of;
    const name = of.note?.name ?? names.claim(entryPath(of.wanted ?? found.name));
    const note = { ...found, id: of.id, name };
    of.note = note;
    await zip.file.keepNote(itemKey(of.number), note);
    return note;
  }

  async keepNote(note: ItemNote): Promise<void> {
    this.#of.note = note;
    await this.#tools.zip.file.keepNote(itemKey(this.number), note);
  }

  /** Where bytes go while nobody knows how many they will be in the ZIP, or that goes on growing. */
  async openSink(size: number | null, { level, trial }: Packing): Promise<EntrySink> {
    const { zip, lane, memory } = this.#tools;
    const entry = this.#named;
    this.#sink = new EntrySink({ zip, id: this.number, entry, size, level, trial, lane, memory });
    await this.#sink.open();
    return this.#sink;
  }

  /** All `size` bytes of it have come. */
  async finish(size: number): Promise<void> {
    if (this.#sink) return this.#sink.finish();
    const { zip } = this.#tools;
    const crc = zip.file.region(this.number)?.have.crcOf(size);
    if (crc == null) throw new SatchelError('internal', 'bytes are missing');
    const { name, modified, mode } = this.#named;
    const packed = { method: METHODS.stored, compressedSize: size };
    await zip.finish(this.number, { name, modified, mode, crc, size, ...packed });
  }

  /** Whoever waits for its turn to write gets an error. */
  stop(): void {
    this.#sink?.stop();
  }

  async close(): Promise<void> {
    await this.#sink?.close();
  }

  get #named(): NamedNote {
    const { note } = this.#of;
    if (note?.name == null) throw new SatchelError('internal', 'an entry without a name');
    return note as NamedNote;
  }
}
