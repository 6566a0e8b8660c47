import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SafeStorage } from 'electron';
import { app } from './app.ts';
import { offered } from './offered.ts';

const MARK = Buffer.from('v10');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals with a key that lies in the user's home, which stands for the keyring: it outlives the app's data, and with
 * another home there is another key. ELECTRON_HOST_NO_KEYRING=1 is a system that has none.
 */
export const safeStorage = offered('safeStorage', {
  isAsyncEncryptionAvailable: async () => hasKeyring(),
  async encryptStringAsync(text: string) {
    if (!hasKeyring()) throw new Error('Encryption is not available');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key(), nonce);
    return Buffer.concat([MARK, nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  },
  async decryptStringAsync(sealed: Buffer) {
    if (!hasKeyring() || !sealed.subarray(0, MARK.length).equals(MARK)) {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.');
    }
    const start = MARK.length + NONCE_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', key(), sealed.subarray(MARK.length, start));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const result =
      decipher.update(sealed.subarray(start, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    return { result, shouldReEncrypt: false };
  },
  getSelectedStorageBackend() {
    if (!app.isReady()) return 'unknown';
    return hasKeyring() ? 'gnome_libsecret' : 'basic_text';
  },
} satisfies Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>);

function hasKeyring(): boolean {
  return process.env['ELECTRON_HOST_NO_KEYRING'] !== '1';
}

function key(): Buffer {
  const file = join(homedir(), '.local', 'share', 'electron-host-keyring');
  try {
    return readFileSync(file);
  } catch {
    const made = randomBytes(32);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, made, { mode: 0o600 });
    return made;
  }
}
