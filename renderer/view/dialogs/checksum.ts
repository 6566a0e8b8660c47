/** Hex digits of each checksum that Satchel knows. */
const DIGITS = { crc32: 8, md5: 32, sha1: 40, sha256: 64, sha512: 128 } as const;
export type Algorithm = keyof typeof DIGITS;

export const ALGORITHM_NAMES: Readonly<Record<Algorithm, string>> = {
  crc32: 'CRC-32',
  md5: 'MD5',
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha512: 'SHA-512',
};

export interface Checksum {
  readonly algorithm: Algorithm;
  readonly hex: string;
}

/**
 * A checksum as people paste it: hex alone, whose length says which it is; `sha256:HEX`, `SHA-256=HEX`; or a line of
 * `sha256sum`, with the name of the file behind. Null for anything else.
 */
export function readChecksum(text: string): Checksum | null {
  const [, named = '', typed = ''] =
    /^(?:(sha-?(?:1|256|512)|md5|crc-?32)\s*[:=]\s*)?([0-9a-f]+)(?:\s+\*?\S.*)?$/i.exec(text.trim()) ?? [];
  const hex = typed.toLowerCase();
  const algorithm = (Object.keys(DIGITS) as Algorithm[]).find((each) => DIGITS[each] === hex.length);
  if (algorithm === undefined) return null;
  const said = named.toLowerCase().replace('-', '');
  return said === '' || said === algorithm ? { algorithm, hex } : null;
}

/** `ALGO:HEX`, as the engine wants it. */
export function checksumText({ algorithm, hex }: Checksum): string {
  return `${algorithm}:${hex}`;
}
