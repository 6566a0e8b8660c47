/**
 * What a disk holds for certain, beside the real files: per file the content at its last fsync and what was written
 * since; per folder the names at its last fsync and what was renamed since. After a power cut any part of the writes
 * may have reached the disk, in any order, torn at sector borders; of the names a prefix (file systems in use journal
 * their metadata in order).
 */
const SECTOR = 512;

class Inode {
  #durable: Buffer;
  #pending: ({ at: number; bytes: Buffer } | { truncate: number })[] = [];

  constructor(content: Buffer) {
    this.#durable = content;
  }

  get unsafeBytes(): number {
    return this.#pending.reduce((sum, op) => sum + ('bytes' in op ? op.bytes.length : 0), 0);
  }

  wrote(at: number, bytes: Buffer): void {
    this.#pending.push({ at, bytes: Buffer.from(bytes) });
  }

  truncated(size: number): void {
    this.#pending.push({ truncate: size });
  }

  synced(): void {
    this.#durable = this.#apply(() => 0, 1);
    this.#pending = [];
  }

  /** Each sector of each write since the last fsync survives with this chance. */
  afterPowerCut(random: () => number): Buffer {
    return this.#apply(random, random());
  }

  #apply(random: () => number, chance: number): Buffer {
    const ends = this.#pending.map((op) => ('truncate' in op ? op.truncate : op.at + op.bytes.length));
    const content = Buffer.alloc(Math.max(this.#durable.length, ...ends));
    let size = this.#durable.copy(content);
    for (const op of this.#pending) {
      if ('truncate' in op) {
        if (random() >= chance) continue;
        content.fill(0, Math.min(size, op.truncate));
        size = op.truncate;
        continue;
      }
      for (let from = 0; from < op.bytes.length; ) {
        const to = Math.min(op.bytes.length, from + SECTOR - ((op.at + from) % SECTOR));
        if (random() < chance) {
          op.bytes.copy(content, op.at + from, from, to);
          size = Math.max(size, op.at + to);
        }
        from = to;
      }
    }
    return content.subarray(0, size);
  }
}

export class Shadow {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #pendingNames: ((names: Map<string, Inode>) => void)[] = [];

  get unsafeBytes(): number {
    return [...this.#names.values()].reduce((sum, inode) => sum + inode.unsafeBytes, 0);
  }

  at(path: string): Inode | null {
    return this.#names.get(path) ?? null;
  }

  opened(path: string, content: Buffer): void {
    if (this.#names.has(path)) return;
    const inode = new Inode(content);
    this.#change((names) => names.set(path, inode));
  }

  linked(from: string, to: string): void {
    const inode = this.#names.get(from);
    if (inode) this.#change((names) => names.set(to, inode));
  }

  unlinked(path: string): void {
    this.#change((names) => names.delete(path));
  }

  renamed(from: string, to: string): void {
    const inode = this.#names.get(from);
    if (!inode) return;
    this.#change((names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  folderSynced(): void {
    this.#durableNames = new Map(this.#names);
    this.#pendingNames = [];
  }

  /** The files that a machine would find; one with several names is one file. */
  afterPowerCut(random: () => number): { paths: string[]; content: Buffer }[] {
    const names = new Map(this.#durableNames);
    const kept = Math.floor(random() * (this.#pendingNames.length + 1));
    for (const change of this.#pendingNames.slice(0, kept)) change(names);
    const files = new Map<Inode, string[]>();
    for (const [path, inode] of names) files.set(inode, [...(files.get(inode) ?? []), path]);
    return [...files].map(([inode, paths]) => ({ paths, content: inode.afterPowerCut(random) }));
  }

  #change(change: (names: Map<string, Inode>) => void): void {
    change(this.#names);
    this.#pendingNames.push(change);
  }
}
