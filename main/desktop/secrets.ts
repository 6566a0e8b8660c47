import { join } from 'node:path';
import { safeStorage } from 'electron';
import type { Disk } from '../world/disk.ts';
import { newSecretKey, openFileSecretBox, type SecretBox, secretBoxOf } from '../world/secrets.ts';
import { PRIVATE, writeWhole } from '../world/small-file.ts';

export interface DesktopSecrets {
  readonly box: SecretBox;
  /** False where the system has no keyring: then the key lies in the data folder, for this user alone. */
  readonly keepsSecrets: boolean;
}

/** The key as it lies in the data folder: sealed by the system's keyring, or, without one, as it is. */
const SEALED = 'secret.key.sealed';
const PLAIN = 'secret.key';

/**
 * What seals passwords and cookies. Its key is kept by the keyring of the system; one from a time without keyring moves
 * there. A key that the keyring does not open any more is set aside: what it sealed has to be given again.
 */
export async function openSecrets(disk: Disk, folder: string): Promise<DesktopSecrets> {
  if (!(await hasKeyring())) {
    return { box: await openFileSecretBox(disk, join(folder, PLAIN)), keepsSecrets: false };
  }
  return { box: secretBoxOf(await keyOf(disk, folder)), keepsSecrets: true };
}

async function hasKeyring(): Promise<boolean> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return false;
  // Its key is the same for everybody: that hides nothing.
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
}

async function keyOf(disk: Disk, folder: string): Promise<Buffer> {
  const sealed = join(folder, SEALED);
  if ((await disk.facts(sealed)) !== null) {
    const key = await opened(disk, sealed);
    if (key !== null) return key;
    await disk.replace(sealed, `${sealed}.bad`);
  }
  const plain = join(folder, PLAIN);
  const hasPlain = (await disk.facts(plain)) !== null;
  const key = hasPlain ? await disk.readWhole(plain) : newSecretKey();
  await keep(disk, sealed, key);
  if (hasPlain) await disk.remove(plain);
  return key;
}

async function opened(disk: Disk, path: string): Promise<Buffer | null> {
  try {
    const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(await disk.readWhole(path));
    const key = Buffer.from(result, 'base64');
    if (shouldReEncrypt) await keep(disk, path, key);
    return key;
  } catch {
    return null;
  }
}

async function keep(disk: Disk, path: string, key: Buffer): Promise<void> {
  await writeWhole(disk, path, await safeStorage.encryptStringAsync(key.toString('base64')));
  await disk.setMode(path, PRIVATE);
}
