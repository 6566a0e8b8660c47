import type { ErrorCode, SatchelError } from '../contract/errors.ts';
import { parseSource } from '../source/links.ts';
import type { SecretBox } from '../world/secrets.ts';
import { setAmount } from './items.ts';
import type { ItemRecord, Spare, TaskRecord } from './record.ts';
import { freshSource } from './secrets.ts';

/**
 * Failures that are an address's own, so that another may do better. Not among them: what the disk, the name or the
 * user says, which would be the same with any address.
 */
const OF_THE_ADDRESS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'network',
  'timeout',
  'tls',
  'dns',
  'http-status',
  'auth-required',
  'not-found',
  'url-expired',
  'range-ignored',
  // Another address may still have the file that was begun; the partial file stays whole for it.
  'source-changed',
  'length-mismatch',
  // A bad mirror is what checksums are for: the next one begins from zero.
  'checksum-mismatch',
  'too-many-redirects',
  'address-refused',
]);

/** Further addresses as they are given, each once, with what may go along. Throws `bad-url`. */
export function sparesOf(
  texts: readonly string[],
  main: { readonly url: string; readonly secret: Uint8Array | null },
  box: SecretBox,
): Spare[] {
  const known = new Set([main.url]);
  const spares: Spare[] = [];
  for (const text of texts) {
    const source = parseSource(text);
    if (known.has(source.url)) continue;
    known.add(source.url);
    spares.push({ ...freshSource(box, main, source), failed: false });
  }
  return spares;
}

/**
 * An address has failed for good: the next spare takes its place, where there is one and the failure is of a kind that
 * it may mend. Gives whether one has.
 */
export function takeSpare(record: TaskRecord, error: SatchelError): boolean {
  const [item] = record.items;
  if (record.kind !== 'file' || !item || !OF_THE_ADDRESS.has(error.code)) return false;
  const at = item.spares.findIndex(({ failed }) => !failed);
  const spare = item.spares[at];
  if (!spare) {
    forgive(item);
    return false;
  }
  const { url, secret } = item;
  item.spares = [...item.spares.filter((each) => each !== spare), { url, secret, failed: true }];
  item.url = spare.url;
  item.secret = spare.secret;
  if (error.code === 'checksum-mismatch') {
    record.startOver = true;
    setAmount(record, item, { received: 0 });
  }
  return true;
}

/** All have failed. Whoever has the task tried again wants all of them tried. */
function forgive(item: ItemRecord): void {
  item.spares = item.spares.map((spare) => ({ ...spare, failed: false }));
}
