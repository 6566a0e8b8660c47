import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { SatchelError } from '../contract/errors.ts';
import type { DiskFile, OpenFileFacts } from '../world/disk.ts';
import { type ByteRange, lengthOf } from './ranges.ts';

const READ_BYTES = 256 * 1024;

/** A file and what it was when it was opened: what is promised of it. */
export interface OpenedFile {
  readonly file: DiskFile;
  readonly facts: OpenFileFacts;
}

/** A body with its length, which is kept to: a file that changes meanwhile breaks it off. */
export interface FileBody {
  readonly length: number;
  readonly contentType: string;
  /** Closes the file when it ends, or is destroyed. */
  stream(): Readable;
}

/** One part of an open file; null: all of it. */
export function partOf(opened: OpenedFile, range: ByteRange | null, contentType: string): FileBody {
  const part = range ?? { start: 0, end: opened.facts.size - 1 };
  return { length: lengthOf(part), contentType, stream: () => streamOf(opened, bytesOf(opened.file, part)) };
}

/** Several of them, as `multipart/byteranges` (RFC 9110 §14.6). */
export function partsOf(opened: OpenedFile, ranges: readonly ByteRange[], contentType: string): FileBody {
  // Nobody can put it into the file beforehand.
  const boundary = randomBytes(18).toString('hex');
  const heads = ranges.map(({ start, end }, index) => {
    const before = index === 0 ? '' : '\r\n';
    const range = `Content-Range: bytes ${start}-${end}/${opened.facts.size}`;
    return Buffer.from(`${before}--${boundary}\r\nContent-Type: ${contentType}\r\n${range}\r\n\r\n`);
  });
  const end = Buffer.from(`\r\n--${boundary}--\r\n`);
  async function* parts() {
    for (const [index, range] of ranges.entries()) {
      yield heads[index] as Buffer;
      yield* bytesOf(opened.file, range);
    }
    yield end;
  }
  const own = [...heads, end].reduce((sum, { length }) => sum + length, 0);
  return {
    length: ranges.reduce((sum, range) => sum + lengthOf(range), own),
    contentType: `multipart/byteranges; boundary=${boundary}`,
    stream: () => streamOf(opened, parts()),
  };
}

function streamOf(opened: OpenedFile, body: AsyncIterable<Buffer>): Readable {
  const stream = Readable.from(ofOneFile(opened, body), { objectMode: false, highWaterMark: READ_BYTES });
  stream.once('close', () => void opened.file.close().catch(() => {}));
  return stream;
}

/** The last bytes come when all are known to be of one file: whoever was sent a mixture sees that it is not whole. */
async function* ofOneFile({ file, facts }: OpenedFile, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer | null = null;
  for await (const bytes of body) {
    if (held) yield held;
    held = bytes;
  }
  const { size, modifiedNs } = await file.facts();
  // Not the time of any change: a file that is only renamed, or removed, meanwhile is the same.
  if (size !== facts.size || modifiedNs !== facts.modifiedNs) throw changed('the file has changed');
  if (held) yield held;
}

async function* bytesOf(file: DiskFile, { start, end }: ByteRange): AsyncGenerator<Buffer, void> {
  for (let at = start; at <= end; ) {
    const bytes = await file.read(at, Math.min(READ_BYTES, end - at + 1));
    if (bytes.length === 0) throw changed('the file has become shorter');
    at += bytes.length;
    yield bytes;
  }
}

function changed(detail: string): SatchelError {
  return new SatchelError('source-changed', detail);
}
