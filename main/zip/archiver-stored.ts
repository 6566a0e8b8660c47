import type { Writable } from 'node:stream';
import { SatchelError } from '../contract/errors.ts';
import type { StoredBlocks } from './stored-blocks.ts';

/** What of an entry of archiver's is filled in behind its bytes. */
interface Entry {
  setCrc(crc: number): void;
  setSize(bytes: number): void;
  setCompressedSize(bytes: number): void;
}

type Done = (error: Error | null, entry: Entry) => void;

/** The part of archiver that writes entries (compress-commons, ZipArchiveOutputStream). */
interface Engine extends Writable {
  /** Gives what an entry's bytes are piped into. */
  _smartStream(entry: Entry, done: Done): Writable;
  /** Its bytes are all written. */
  _afterAppend(entry: Entry): void;
}

/**
 * Lets archiver take StoredBlocks for its own deflate, where `blocks` gives some for the entry that is about to come. It
 * would else deflate at level 0: in blocks that fall as its threads please, so that no length could be promised, with every
 * byte copied three times. Throws `internal` for an archiver that is not made as the one we know.
 */
export function storeInBlocks<T>(archive: T, blocks: () => StoredBlocks | null): T {
  const engine = (archive as { readonly _module?: { readonly engine?: Engine } })._module?.engine;
  if (typeof engine?._smartStream !== 'function' || typeof engine._afterAppend !== 'function') {
    throw new SatchelError('internal', 'another archiver than is known here');
  }
  const usual = engine._smartStream.bind(engine);
  engine._smartStream = (entry, done) => {
    const wrapping = blocks();
    if (wrapping === null) return usual(entry, done);
    wrapping.once('end', () => {
      entry.setCrc(wrapping.crc);
      entry.setSize(wrapping.bytes);
      entry.setCompressedSize(wrapping.wrapped);
      engine._afterAppend(entry);
      done(null, entry);
    });
    wrapping.once('error', (error: Error) => done(error, entry));
    wrapping.pipe(engine, { end: false });
    return wrapping;
  };
  return archive;
}
