import { z } from 'zod';
import type { DirectZip, EntryRef } from '../zip/direct-writer.ts';
import type { NamedEntry } from './pack-job.ts';
import { type ItemNote, itemKey, itemNotes } from './package-notes.ts';

/** Of which paths the entries of a region were made, in their order. */
export const filesKey = (region: number) => `files:${region}`;
const FilesNote = z.array(z.string());

/** A file that was begun, and perhaps not ended. */
export interface Begun {
  readonly number: number;
  readonly note: ItemNote;
}

/** What an earlier run has packed, and whether it is still what is there now. */
export class PackedBefore {
  readonly #zip: DirectZip;
  readonly #refs = new Map<string, EntryRef>();
  readonly #begun = new Map<string, Begun>();
  #next = 0;

  constructor(zip: DirectZip) {
    this.#zip = zip;
    for (const key of zip.file.notes.keys()) this.#taken(Number(/^\w+:(\d+)/.exec(key)?.[1] ?? -1));
    for (const { id } of zip.file.regions) this.#taken(id);
  }

  #taken(number: number): void {
    this.#next = Math.max(this.#next, number + 1);
  }

  /** A number that nothing has. */
  newNumber(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  /** Keeps what has not changed and takes the rest out; gives the bytes that need not be read again. */
  async keep(found: readonly NamedEntry[]): Promise<number> {
    const byPath = new Map(found.map((entry) => [entry.path, entry]));
    let bytes = 0;
    const begun = itemNotes(this.#zip.file.notes);
    for (const { id } of [...this.#zip.file.regions]) {
      const note = begun.get(id);
      if (note ? this.#keepFile(id, note, byPath) : this.#keepBatch(id, byPath))
        bytes += this.#plainBytes(id);
      else await this.#drop(id);
    }
    return bytes;
  }

  /** Where the entry of this path is, if it is whole. */
  refOf(path: string): EntryRef | undefined {
    return this.#refs.get(path);
  }

  begunOf(path: string): Begun | undefined {
    return this.#begun.get(path);
  }

  #plainBytes(id: number): number {
    const entries = this.#zip.entriesOf(id);
    if (entries) return entries.reduce((sum, { size }) => sum + size, 0);
    const region = this.#zip.file.region(id);
    return region?.length === null ? 0 : (region?.have.bytes ?? 0);
  }

  #keepFile(id: number, note: ItemNote, byPath: ReadonlyMap<string, NamedEntry>): boolean {
    const entry = byPath.get(note.path ?? '');
    const same = entry?.entry === note.name && isSame(entry, note.seen?.size, note.seen?.modified);
    if (!entry || !same) return false;
    if (this.#zip.entriesOf(id)) this.#refs.set(entry.path, { region: id, index: 0 });
    else this.#begun.set(entry.path, { number: id, note });
    return true;
  }

  /** One file of many that has changed, and all of them are packed again: they are small. */
  #keepBatch(id: number, byPath: ReadonlyMap<string, NamedEntry>): boolean {
    const paths = FilesNote.safeParse(this.#zip.file.note(filesKey(id))).data ?? [];
    const facts = this.#zip.entriesOf(id) ?? [];
    const same = facts.every(({ name, size, modified, mode }, index) => {
      const entry = byPath.get(paths[index] ?? '');
      return entry?.entry === name && isSame(entry, size, modified) && entry.mode === mode;
    });
    if (!same || facts.length === 0 || facts.length !== paths.length) return false;
    for (const [index, path] of paths.entries()) this.#refs.set(path, { region: id, index });
    return true;
  }

  async #drop(id: number): Promise<void> {
    const { file } = this.#zip;
    if (file.note(itemKey(id)) != null) await file.keepNote(itemKey(id), null);
    await this.#zip.release(id);
  }
}

function isSame(
  entry: NamedEntry | undefined,
  size: number | undefined,
  modified: number | undefined,
): boolean {
  return entry !== undefined && entry.size === size && entry.modified === modified;
}
