/** Of a ULID's letters (Crockford's base 32). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 13 letters of five bits hold the last 64. */
const LAST_LETTERS = 13;
const MASK = 0xffff_ffff_ffff_ffffn;

/**
 * aria2's 16 hexadecimal digits for a task: the last 64 of the 128 bits of its id. Nothing has to be remembered for it
 * to be the same after a restart.
 */
export function gidOf(taskId: string): string {
  let bits = 0n;
  for (const letter of taskId.slice(-LAST_LETTERS)) bits = bits * 32n + BigInt(LETTERS.indexOf(letter));
  return (bits & MASK).toString(16).padStart(16, '0');
}
