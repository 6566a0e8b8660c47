// `npm run checksums -- FOLDER`: FOLDER/SHA256SUMS of all files there, as `sha256sum -c` reads it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ifStarted } from './setup.mjs';

const SUMS = 'SHA256SUMS';

/** Lines in the order of the names. Throws where there is nothing to be summed. */
async function checksums(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && entry.name !== SUMS).map(({ name }) => name);
  if (names.length === 0) throw new Error(`There is no file in ${folder}.`);
  const lines = [];
  for (const name of names.sort()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), hash);
    lines.push(`${hash.digest('hex')}  ${name}\n`);
  }
  return lines.join('');
}

await ifStarted(import.meta.url, async () => {
  const [folder = '.'] = process.argv.slice(2);
  await writeFile(join(folder, SUMS), await checksums(folder));
});
