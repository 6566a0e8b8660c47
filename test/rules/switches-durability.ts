import type { Switch } from './switch-off.ts';

const APPENDER = 'main/bytes/appender.ts';
const BARRIERS = 'main/bytes/barriers.ts';
const PARTIAL = 'main/bytes/partial-file.ts';
const OPEN = 'main/bytes/open.ts';
const COMMIT = 'main/bytes/commit.ts';
const DISK = 'main/world/disk.ts';
const RUN = 'main/task/run-file.ts';
const NAMES = 'main/source/names.ts';
const DISPOSITION = 'main/source/disposition.ts';
const TEXT = 'main/source/text.ts';

/** Rules 25–29: what is on the disk, and what it is called. */
export const DURABILITY: readonly Switch[] = [
  {
    rule: '25: 256 KiB',
    file: APPENDER,
    find: 'const FLUSH_BYTES = ',
    replace: 'const FLUSH_BYTES = 512 * 1024 || ',
    test: '256 KiB are on their way at once',
  },
  {
    rule: '25: 50 ms',
    file: APPENDER,
    find: 'const FLUSH_MS = ',
    replace: 'const FLUSH_MS = 100 || ',
    test: 'a single byte is on its way within 50 ms',
  },
  {
    rule: '25: bytes before their record',
    file: PARTIAL,
    find: "await this.#part.write(buffers, region.offset + from);\n      const piece: NewRecord = { t: 'piece', r: regionId, from, n: size, crc };\n      await this.#journal.append(...this.#noteRecords(notes), piece);",
    replace:
      "const piece: NewRecord = { t: 'piece', r: regionId, from, n: size, crc };\n      await this.#journal.append(...this.#noteRecords(notes), piece);\n      await this.#part.write(buffers, region.offset + from);",
    test: 'a record never precedes its bytes',
  },
  {
    rule: '25: a second',
    file: BARRIERS,
    find: 'INTERVAL_MS = 1000',
    replace: 'INTERVAL_MS = 3000',
    test: 'one is due a second after the first byte',
  },
  {
    rule: '25: in a running download',
    file: PARTIAL,
    find: 'this.#schedule.wrote(size);',
    replace: '',
    test: 'a second after its bytes a running download is safe',
  },
  {
    rule: '25: 64 MiB',
    file: BARRIERS,
    find: 'INTERVAL_BYTES = 64 * 1024 * 1024',
    replace: 'INTERVAL_BYTES = 128 * 1024 * 1024',
    test: 'one is due after 64 MiB',
  },
  {
    rule: '25: 20 times',
    file: BARRIERS,
    find: 'REST_FACTOR = 20',
    replace: 'REST_FACTOR = 1',
    test: 'none begins sooner than 20 times what the last one took',
  },
  {
    rule: '25: fsync of the data',
    file: PARTIAL,
    find: "await this.#part.sync();\n    await this.#journal.append({ t: 'barrier', upTo });",
    replace: "await this.#journal.append({ t: 'barrier', upTo });",
    test: 'a barrier leaves nothing that a power cut could take',
  },
  {
    rule: '25: fsync of the journal',
    file: PARTIAL,
    find: "await this.#journal.append({ t: 'barrier', upTo });\n    await this.#journal.sync();",
    replace: "await this.#journal.append({ t: 'barrier', upTo });",
    test: 'a barrier leaves nothing that a power cut could take',
  },
  {
    rule: '25: the names too',
    file: PARTIAL,
    find: 'if (!this.#named) await this.#disk.syncFolder(this.place.folder);',
    replace: '',
    test: 'a stopped download is safe from a power cut',
  },
  {
    rule: '25: what the fsync covers',
    file: PARTIAL,
    find: "{ t: 'barrier', upTo }",
    replace: "{ t: 'barrier', upTo: this.#journal.length }",
    test: 'bytes written while its fsync runs are not covered by it',
  },
  {
    rule: '25: at stop',
    file: PARTIAL,
    find: 'if (!this.#failure) await this.barrier();',
    replace: '',
    test: 'a stopped download is safe from a power cut',
  },
  {
    rule: '25: dead after an error',
    file: PARTIAL,
    find: 'this.#failure ??= { error };',
    replace: '',
    test: 'after one failed write it is dead',
  },
  {
    rule: '25: CRC of each record',
    file: 'main/bytes/journal.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    find: "if (crc !== `${crc32(json).toString(16).padStart(CRC_DIGITS, '0')} `) return null;",
    replace: '',
    test: 'with any byte changed, no record from there on is believed',
  },
  {
    rule: '26: read back',
    file: OPEN,
    find: 'for (const piece of doubtful) await keep(piece, false);',
    replace: 'for (const piece of doubtful) await keep(piece, true);',
    test: 'bytes changed behind the back of the journal are fetched again',
  },
  {
    rule: '26: torn tail',
    file: 'main/bytes/journal.ts',
    find: 'if (!record) break;',
    replace: 'if (!record) { offset = end + 1; continue; }',
    test: 'with any byte changed, no record from there on is believed',
  },
  {
    rule: '26: size',
    file: OPEN,
    find: 'const whole = offset + piece.end <= size;',
    replace: 'const whole = true;',
    test: 'are dropped where the file is too short for them',
  },
  {
    rule: '26: dropped for good',
    file: OPEN,
    find: "await journal.append({ t: 'drop', r: id, from: piece.start, n: piece.end - piece.start });",
    replace: '',
    test: 'what was dropped stays dropped',
  },
  {
    rule: '26: the user is told',
    file: RUN,
    find: 'if (droppedBytes > 0) {',
    replace: 'if (false) {',
    test: 'a journal whose file is gone is begun anew, and the user is told',
  },
  {
    rule: '26: one process at a time',
    file: 'main/bytes/place-lock.ts',
    find: 'return takeLock(journalPath({ ...place, folder: await disk.realFolder(place.folder) }));',
    replace:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
      'return takeLock(`${place.folder} ${performance.now()} ${await disk.realFolder(place.folder)}`);',
    test: 'two do not work on one download at once',
  },
  {
    rule: '27: exclusively',
    file: DISK,
    find: "return this.#open(path, 'wx+', mode);",
    replace: "return this.#open(path, 'w+', mode);",
    test: 'is reserved by a journal that nobody else has made in the meantime',
  },
  {
    rule: '27: sealed first',
    file: PARTIAL,
    find: "await this.#journal.append({ t: 'sealed', name, length, digests: { ...digests } });",
    replace: '',
    test: 'goes on after a failure at link',
  },
  {
    rule: '27: without replacing',
    file: DISK,
    find: 'if (await this.#link(from, to)) return this.#takeOff(from, to);',
    replace: 'return await this.#fs.rename(from, to);',
    test: 'a file that took the name meanwhile is not replaced',
  },
  {
    rule: '27: fsync of the folder',
    file: COMMIT,
    find: 'await disk.syncFolder(place.folder);',
    replace: '',
    test: 'a power cut does not take back what was finished',
  },
  {
    rule: '27: the journal goes last',
    file: COMMIT,
    find: 'await disk.remove(journalPath(place));',
    replace: '',
    test: 'leaves the file alone, with its time',
  },
  {
    rule: '27: sealed is finished',
    file: OPEN,
    find: 'if (replayed.sealed) {',
    replace: 'if (replayed.sealed && Math.random() > 1) {',
    test: 'with a sealed journal is finished: nothing is fetched',
  },
  {
    rule: '28: room at the start',
    file: RUN,
    find: 'if (bytes > free)',
    replace: 'if (false)',
    test: 'is seen at the start, before a byte is fetched or a name taken',
  },
  {
    rule: '28: room at barriers',
    file: PARTIAL,
    find: 'await this.#demandRoom();',
    replace: '',
    test: 'is looked at again at every barrier',
  },
  {
    rule: '28: disk-full',
    file: DISK,
    find: "ENOSPC: 'disk-full'",
    replace: "ENOSPC: 'disk-error'",
    test: 'in the middle ends the run at once, keeps what fits',
  },
  {
    rule: "28: another's journal",
    file: OPEN,
    find: 'if (await isStillborn(disk, place)) await disk.remove(journalPath(place));',
    replace: 'await disk.remove(journalPath(place));',
    test: 'is left as it was, with on-conflict rename',
  },
  {
    rule: "28: another's partial file",
    file: OPEN,
    find: 'for (const file of opened) {',
    replace: 'await disk.remove(partPath(place)); for (const file of opened) {',
    test: 'a partial file made by another in the meantime is left alone',
  },
  {
    rule: '28: replaced when done',
    file: RUN,
    find: 'const file = await claimName(this.#around, wanted, {',
    replace:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
      'await this.#around.disk.remove(`${wanted.folder}/${wanted.name}`);\n    const file = await claimName(this.#around, wanted, {',
    test: 'is replaced by overwriting only when the new file is whole',
  },
  {
    rule: '29: filename* first',
    file: DISPOSITION,
    find: '[...extended, continuedName(params), ...plain]',
    replace: '[...plain, continuedName(params), ...extended]',
    test: 'both, extended last',
  },
  {
    rule: '29: no folders',
    file: NAMES,
    find: "return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\\\')) + 1);",
    replace: 'return name;',
    test: 'up and away: passwd',
  },
  {
    rule: '29: quoted pairs',
    file: DISPOSITION,
    find: "return text.replace(/\\\\([\"\\\\])/g, '$1');",
    replace: 'return text;',
    test: 'escaped quotes: ',
  },
  {
    rule: '29: RFC 2047',
    file: DISPOSITION,
    find: 'return words === text ? percentDecode(text) : words;',
    replace: 'return percentDecode(text);',
    test: 'B word: ',
  },
  {
    rule: '29: raw UTF-8',
    file: TEXT,
    find: 'return decodeUtf8(bytes) ?? chinese(bytes)',
    replace: 'return chinese(bytes)',
    test: 'raw UTF-8: ',
  },
  {
    rule: '29: GBK',
    file: TEXT,
    find: 'chinese(bytes) ?? ',
    replace: '',
    test: 'GBK, among ASCII',
  },
  {
    rule: '29: decoded once',
    file: NAMES,
    find: 'return percentDecode(segment);',
    replace: 'return percentDecode(percentDecode(segment));',
    test: 'escaped once only: a%20b.txt',
  },
  {
    rule: '29: + is kept',
    file: NAMES,
    find: 'return percentDecode(segment);',
    replace: "return percentDecode(segment.replaceAll('+', ' '));",
    test: '+ is a plus: c++ primer+.pdf',
  },
  {
    rule: '29: host',
    file: NAMES,
    find: 'clean(hostOf(source.url)) || LAST_RESORT',
    replace: 'LAST_RESORT',
    test: 'no path: the host',
  },
  {
    rule: '29: extension',
    file: NAMES,
    find: 'hasExtension(name) ? name : name + extension',
    replace: 'name',
    test: 'none: from the type',
  },
  {
    rule: '29: characters',
    file: NAMES,
    find: ".replace(FORBIDDEN, '_')",
    replace: '',
    test: 'safe: what Windows forbids',
  },
  {
    rule: '29: controls',
    file: NAMES,
    find: ".replace(REMOVED, '')",
    replace: '',
    test: 'safe: bidi controls',
  },
  {
    rule: '29: devices',
    file: NAMES,
    find: "return name.replace(RESERVED, '$&_');",
    replace: 'return name;',
    test: 'safe: device, any case and extension',
  },
  {
    rule: '29: length',
    file: NAMES,
    find: 'if (bytes(name) <= limit) return name;',
    replace: 'return name;',
    test: '255 bytes are kept, of 256 the stem is cut',
  },
  {
    rule: '29: duplicates',
    file: NAMES,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    find: 'const tail = ` (${n})${extension}`;',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text.
    replace: 'const tail = ` (${n + 1})${extension}`;',
    test: 'a.tar.gz, number 2: a (2).tar.gz',
  },
];
