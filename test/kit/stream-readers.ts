import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Every entry from header to header, to its last byte, as a program does that reads a ZIP from a connection. */
const JAVA = `
import java.io.*;
import java.util.zip.*;
public class Streamed {
  public static void main(String[] args) throws Exception {
    try (ZipInputStream zip = new ZipInputStream(new BufferedInputStream(new FileInputStream(args[0])))) {
      for (ZipEntry entry; (entry = zip.getNextEntry()) != null;) {
        long bytes = 0;
        byte[] buffer = new byte[65536];
        for (int n; (n = zip.read(buffer)) >= 0;) bytes += n;
        System.out.println(bytes + " " + entry.getName());
      }
    }
  }
}`;

const PYTHON = `
import sys, zipfile
zip = zipfile.ZipFile(sys.argv[1])
bad = zip.testzip()
if bad: sys.exit(bad)
for entry in zip.infolist(): print(entry.file_size, entry.filename)`;

/** Programs that read a ZIP to its last byte; \`java\` and \`bsdtar, piped\` never see its end before its beginning. */
const COMMANDS: Readonly<Record<string, (path: string, classes: string) => readonly string[]>> = {
  unzip: (path) => ['unzip', '-tqq', path],
  '7z': (path) => ['7z', 't', path],
  bsdtar: (path) => ['bsdtar', '-xOf', path],
  'bsdtar, piped': (path) => ['sh', '-c', 'bsdtar -xOf - < "$1" > /dev/null', 'sh', path],
  python: (path) => ['python3', '-c', PYTHON, path],
  jar: (path) => ['jar', 'tf', path],
  'jar, piped': (path) => ['sh', '-c', 'jar t < "$1"', 'sh', path],
  java: (path, classes) => ['java', '-Xshare:auto', '-cp', classes, 'Streamed', path],
};

export interface Reading {
  readonly taken: boolean;
  readonly output: string;
}

/** Compiles what is needed, into a folder. */
export async function prepareReaders(folder: string): Promise<string> {
  await writeFile(join(folder, 'Streamed.java'), JAVA);
  await run('javac', ['-d', folder, join(folder, 'Streamed.java')]);
  return folder;
}

/** What every reader makes of a ZIP: whether it takes it without complaint. */
export async function readByAll(path: string, classes: string): Promise<Record<string, Reading>> {
  const readings: [string, Reading][] = [];
  for (const [name, command] of Object.entries(COMMANDS)) {
    const [program = '', ...args] = command(path, classes);
    readings.push([name, await read(program, args)]);
  }
  return Object.fromEntries(readings);
}

/** The same, short: which of them take it. */
export async function takenBy(path: string, classes: string): Promise<string[]> {
  const readings = await readByAll(path, classes);
  return Object.keys(readings).filter((name) => readings[name]?.taken);
}

export const READERS = Object.keys(COMMANDS);

async function read(program: string, args: readonly string[]): Promise<Reading> {
  const options = { maxBuffer: 256 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  try {
    const { stdout } = await run(program, args, options);
    return { taken: true, output: stdout };
  } catch (thrown) {
    // Only a reader's own verdict: one that is not there has none.
    if (typeof (thrown as { code?: unknown }).code !== 'number') throw thrown;
    return { taken: false, output: String((thrown as { stdout?: unknown }).stdout) };
  }
}
