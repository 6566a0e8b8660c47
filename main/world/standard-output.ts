import { createWriteStream, fstatSync } from 'node:fs';
import { Writable } from 'node:stream';

const STDOUT = 1;

/**
 * Standard output for bytes: it takes no more than whoever reads it does, and fails when nobody does any more. Ending
 * or destroying it closes nothing: what was written still gets out while the program ends.
 */
export function standardOutput(): Writable {
  // Node's own stream for a file takes a short write, as there is one just before the disk is full, for a whole one.
  if (isFile(STDOUT)) return createWriteStream('', { fd: STDOUT, autoClose: false });
  // A reader that has gone is told to the callback as well; without a listener it would end the process.
  process.stdout.on('error', () => {});
  return new Writable({
    write: (chunk, _, done) => void process.stdout.write(chunk, done),
  });
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
