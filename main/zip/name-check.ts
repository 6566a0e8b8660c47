import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { nameKey, safeName } from '../source/names.ts';
import type { Findings } from './findings.ts';
import type { ZipEntry } from './reader.ts';

/** Folders within folders; more than any system's paths can have, and a bound for what one name can cost. */
const DEPTH_LIMIT = 255;
/** Names and folders remembered, about 100 bytes each. */
const NODE_LIMIT = 2_000_000;
/** A longer name is remembered by its hash. */
const KEPT_LENGTH = 64;

interface Node {
  readonly id: number;
  /** What stands there; `way` where only something below it is known. */
  kind: 'file' | 'folder' | 'way';
  /** CRC-32 of the name as it was written. */
  written: number;
}

/** Looks at the names of one ZIP, one after another, as they would become files and folders. */
export class NameCheck {
  readonly #findings: Findings;
  readonly #nodes = new Map<string, Node>();
  #full = false;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  look(entry: ZipEntry): void {
    const unsafe = whyUnsafe(entry);
    if (unsafe !== null) this.#findings.add('unsafe-name', unsafe, entry);
    const parts = entry.name.split('/').filter((part) => part !== '' && part !== '.');
    if (unsafe === null) this.#lookAtSpelling(entry, parts);
    if (parts.length > 0 && parts.length <= DEPTH_LIMIT) this.#place(entry, parts);
  }

  #lookAtSpelling(entry: ZipEntry, parts: readonly string[]): void {
    if (this.#findings.full('note')) return;
    if (!entry.nameIsSound) {
      this.#findings.add('unportable-name', 'it is not the UTF-8 that it says it is', entry);
      return;
    }
    // NFD is what macOS writes, and every system can have it.
    const bad = parts.find((part) => safeName(part) !== part.normalize('NFC'));
    if (bad !== undefined) {
      this.#findings.add('unportable-name', `${JSON.stringify(bad)} would be ${safeName(bad)}`, entry);
    }
  }

  /** Walks down from folder to folder, as whoever unpacks it would make them. */
  #place(entry: ZipEntry, parts: readonly string[]): void {
    let parent = 0;
    for (const [depth, part] of parts.entries()) {
      const key = `${parent}/${short(folded(part))}`;
      const last = depth === parts.length - 1;
      const there = this.#nodes.get(key);
      if (there) {
        if (!this.#meet(entry, there, last)) return;
        parent = there.id;
      } else {
        if (!this.#hasRoom()) return;
        parent = this.#nodes.size + 1;
        const kind = !last ? 'way' : entry.folder ? 'folder' : 'file';
        this.#nodes.set(key, { id: parent, kind, written: last ? crc32(entry.rawName) : 0 });
      }
    }
  }

  /** False where it cannot stand where it would. */
  #meet(entry: ZipEntry, there: Node, last: boolean): boolean {
    const isFile = last && !entry.folder;
    if ((there.kind === 'file') !== isFile) {
      this.#findings.add(
        'file-and-folder',
        there.kind === 'file' ? 'a file is there' : 'a folder is there',
        entry,
      );
      return false;
    }
    if (!last) return true;
    const written = crc32(entry.rawName);
    if (there.kind === 'way') {
      there.kind = 'folder';
      there.written = written;
      return true;
    }
    this.#findings.add(
      there.written === written ? 'duplicate-name' : 'similar-name',
      'an earlier entry has it',
      entry,
    );
    return true;
  }

  #hasRoom(): boolean {
    if (this.#nodes.size < NODE_LIMIT) return true;
    if (!this.#full) this.#findings.add('too-many-entries', `only ${NODE_LIMIT} names were compared`);
    this.#full = true;
    return false;
  }
}

/** nameKey's, which takes its time over every letter. */
const folded = (part: string) => (/^[\x20-\x7e]*$/.test(part) ? part.toLowerCase() : nameKey(part));

const short = (key: string) =>
  key.length <= KEPT_LENGTH ? key : `/${createHash('sha256').update(key).digest('base64')}`;

/** Why unpacking it could write where nobody expects it, or null. */
function whyUnsafe({ name, rawName }: ZipEntry): string | null {
  if (name === '') return 'it is empty';
  if (name.startsWith('/')) return 'it is absolute';
  if (/^[a-z]:/i.test(name)) return 'it names a drive';
  if (name.includes('\\')) return 'it has a backslash, which some readers take for a slash';
  // CP 437 shows pictures for them, so the bytes are looked at too.
  if (rawName.some((byte) => byte < 0x20 || byte === 0x7f) || /\p{Cc}/u.test(name)) {
    return 'it has control characters';
  }
  const parts = name.split('/');
  if (parts.includes('..')) return 'it has a ".."';
  if (parts.length > DEPTH_LIMIT + 1) return `it is in more than ${DEPTH_LIMIT} folders`;
  return null;
}
