import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SatchelError } from '../contract/errors.ts';
import type { Disk } from './disk.ts';
import { PRIVATE, writeNew } from './small-file.ts';

/** Seals what must not lie readable on the disk. The desktop has another one, with a key that the system keeps. */
export interface SecretBox {
  seal(text: string): Uint8Array;
  /** Errors: auth-required, when it was sealed with another key, or is damaged. */
  open(sealed: Uint8Array): string;
}

const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const OTHERS = 0o077;

/**
 * A box whose key is a file, made at the first use. One that others may read is made private again, and goes on being
 * used: the folder around it is private, so it has most likely been copied back without its mode; what it sealed would
 * be lost with it, and nothing that was read can be unread. Where that is not allowed, the file belongs to somebody
 * else: `permission`. A file of the wrong length is no key, and is kept as `PATH.bad`.
 */
export async function openFileSecretBox(disk: Disk, path: string): Promise<SecretBox> {
  const facts = await disk.facts(path);
  if (facts !== null && process.platform !== 'win32' && (facts.mode & OTHERS) !== 0)
    await disk.setMode(path, PRIVATE);
  if (facts !== null && facts.size !== KEY_BYTES) await disk.replace(path, `${path}.bad`);
  if (facts?.size !== KEY_BYTES) await writeNew(disk, path, randomBytes(KEY_BYTES));
  return new KeySecretBox(await disk.readWhole(path));
}

/** A box whose key somebody else keeps; 32 bytes. */
export function secretBoxOf(key: Buffer): SecretBox {
  return new KeySecretBox(key);
}

/** A key for it. */
export function newSecretKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/**
 * AES-256-GCM (NIST SP 800-38D). A sealed text is its version (1 byte), the nonce (12), the tag (16), and the text
 * enciphered. Random nonces of 96 bits do for 2³² texts (§8.3).
 */
class KeySecretBox implements SecretBox {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(text: string): Uint8Array {
    const version = Buffer.of(VERSION);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES }).setAAD(version);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([version, nonce, cipher.getAuthTag(), body]);
  }

  open(sealed: Uint8Array): string {
    const bytes = Buffer.from(sealed);
    const bodyAt = 1 + NONCE_BYTES + TAG_BYTES;
    if (bytes[0] !== VERSION || bytes.length < bodyAt) throw cannotOpen();
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(bytes.subarray(0, 1)).setAuthTag(bytes.subarray(1 + NONCE_BYTES, bodyAt));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(bodyAt)), decipher.final()]).toString('utf8');
    } catch {
      throw cannotOpen();
    }
  }
}

/** Whoever meets it has to give the password again: the sentence of the code says so. */
function cannotOpen(): SatchelError {
  return new SatchelError(
    'auth-required',
    'the credentials kept for it cannot be read any more; give them again',
  );
}
