import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Name and SHA-256 of what is in a ZIP, as Python reads it, in the directory's order; every CRC is checked. */
export async function entriesIn(path: string): Promise<[string, string][]> {
  const script = `
import zipfile, hashlib, json, sys
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps([[n, hashlib.sha256(z.read(n)).hexdigest()] for n in z.namelist()]))`;
  const { stdout } = await run('python3', ['-c', script, path], { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as [string, string][];
}

/** Rejects when a reader finds anything wrong with it, also one that goes from header to header. */
export async function demandSound(path: string): Promise<void> {
  await run('unzip', ['-tqq', path]);
  await run('7z', ['t', path]);
  await run('bsdtar', ['-tf', path]);
  await run('sh', ['-c', 'bsdtar -xOf - < "$1" > /dev/null', 'sh', path]);
}
