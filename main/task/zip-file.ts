import { SatchelError } from '../contract/errors.ts';
import type { Disk, DiskFile } from '../world/disk.ts';
import { type DirectoryPlace, findDirectory } from '../zip/end-record.ts';
import { Findings, type ZipReport } from '../zip/findings.ts';
import { crcText } from '../zip/local-header.ts';
import { entriesOf, methodName, type ZipEntry } from '../zip/reader.ts';
import { type VerifyOptions, verifyZip } from '../zip/verify.ts';

/** An entry as it is listed. */
export interface ListedEntry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly packed: number;
  readonly method: string;
  /** Eight hexadecimal digits. */
  readonly crc32: string;
  /** ISO 8601, UTC. */
  readonly modified: string;
  /** As Unix has it, type bits included, in octal; null where the ZIP does not say. */
  readonly mode: string | null;
  readonly folder: boolean;
  readonly encrypted: boolean;
  /** Byte of the file at which its local header begins. */
  readonly offset: number;
}

/**
 * The entries of a ZIP, in the order of its directory; nothing but that is looked at. Errors: `bad-input` where there is
 * no such file; `archive-corrupt` where there is no directory, or, after what can be read of it, where it is damaged.
 */
export async function* listZip(disk: Disk, path: string): AsyncGenerator<ListedEntry> {
  const file = await openZip(disk, path);
  try {
    const findings = new Findings();
    const place = await findDirectory(file, findings);
    let entries = 0;
    if (place !== null) {
      for await (const entry of entriesOf(file, place)) {
        entries += 1;
        yield listed(entry);
      }
    }
    demandWhole(findings, place, entries, path);
  } finally {
    await file.close();
  }
}

/** Looks at everything in a ZIP file. Errors: `bad-input` where there is no such file, `disk-error`, `permission`. */
export async function verifyZipFile(
  disk: Disk,
  path: string,
  options: VerifyOptions = {},
): Promise<ZipReport> {
  const file = await openZip(disk, path);
  try {
    return await verifyZip(file, options);
  } finally {
    await file.close();
  }
}

async function openZip(disk: Disk, path: string): Promise<DiskFile> {
  let real: string;
  try {
    real = await disk.realFolder(path);
  } catch (thrown) {
    throw new SatchelError('bad-input', `there is no such file: ${path}`, { cause: thrown });
  }
  // A pipe would be waited for for ever, and nothing in it can be read twice.
  if ((await disk.facts(real))?.kind !== 'file') throw new SatchelError('bad-input', `not a file: ${path}`);
  return disk.openToRead(real);
}

function listed(entry: ZipEntry): ListedEntry {
  const { name, size, folder, encrypted, offset } = entry;
  return {
    name,
    size,
    packed: entry.compressedSize,
    method: methodName(entry.method),
    crc32: crcText(entry.crc),
    modified: new Date(entry.modified).toISOString(),
    mode: entry.mode === 0 ? null : entry.mode.toString(8),
    folder,
    encrypted,
    offset,
  };
}

function demandWhole(findings: Findings, place: DirectoryPlace | null, entries: number, path: string): void {
  if (place !== null && entries !== place.entries) {
    findings.add('entry-count', `${entries} are there, ${place.entries} are stated`);
  }
  const seen = { entries, good: 0, bytes: 0 };
  const worst = findings.report(seen).findings.find(({ severity }) => severity === 'error');
  if (worst) throw new SatchelError('archive-corrupt', `${path}: ${worst.problem}: ${worst.detail}`);
}
