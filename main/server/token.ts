import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SatchelError } from '../contract/errors.ts';
import type { Disk } from '../world/disk.ts';
import { PRIVATE, writeNew, writeWhole } from '../world/small-file.ts';

/** 256 bits: nobody guesses it, however long they try. */
const TOKEN_BYTES = 32;
const OTHERS = 0o077;

export interface Token {
  readonly text: string;
  /** Where local programs find it. */
  readonly file: string;
  /** It was made just now: to be shown once. */
  readonly isNew: boolean;
}

/** The token in a file, made at the first use; readable by this user only. Errors: `bad-input` where there is none in it. */
export async function openTokenFile(disk: Disk, path: string): Promise<Token> {
  const facts = await disk.facts(path);
  if (facts === null) {
    const text = randomBytes(TOKEN_BYTES).toString('base64url');
    await writeNew(disk, path, Buffer.from(`${text}\n`));
    return { text, file: path, isNew: true };
  }
  // A file of the administrator's may belong to somebody else; one of our own has been copied back without its mode.
  if (process.platform !== 'win32' && (facts.mode & OTHERS) !== 0) {
    await disk.setMode(path, PRIVATE).catch(() => {});
  }
  return {
    text: checkedToken((await disk.readWhole(path)).toString('utf8').trim()),
    file: path,
    isNew: false,
  };
}

/** Keeps a token that was given on the command line where local programs find it. */
export async function keepToken(disk: Disk, path: string, text: string): Promise<Token> {
  await writeWhole(disk, path, Buffer.from(`${checkedToken(text)}\n`));
  return { text, file: path, isNew: false };
}

/** It must survive a header (RFC 6750 §2.1 allows less, and nobody keeps to it). */
function checkedToken(text: string): string {
  if (!/^[\x21-\x7e]{1,1024}$/.test(text)) {
    throw new SatchelError('bad-input', 'a token is 1 to 1024 printable ASCII characters without spaces');
  }
  return text;
}

/** Compares in the same time wherever they differ, and however long they are. */
export function tokenCheck(token: string): (text: string) => boolean {
  const wanted = digest(token);
  return (text) => timingSafeEqual(digest(text), wanted);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
