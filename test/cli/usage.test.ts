import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';
import { buildFirst, linesOf, names, run } from './kit.ts';

buildFirst();

const URL_A = 'http://127.0.0.1:9/a.bin';

describe('wrong usage: exit status 2, one clear sentence, nothing done', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown command', ['fetch', URL_A], /unknown command 'fetch'/],
    ['an unknown option', ['get', '--fast', URL_A], /unknown option '--fast'/],
    ['an option without its value', ['get', URL_A, '-o'], /argument missing/],
    ['no address', ['get'], /no address was given/],
    ['a number that is none', ['get', '-j', 'many', URL_A], /--jobs must be a whole number from 1 to 100/],
    ['too large a number', ['get', '-x', '33', URL_A], /--connections must be a whole number from 1 to 32/],
    ['zero', ['get', '--per-host', '0', URL_A], /--per-host must be a whole number from 1 to 64/],
    ['a negative number', ['get', '--retries=-1', URL_A], /--retries must be a whole number/],
    ['a bad size', ['get', '-k', '1X', URL_A], /--min-split must be a size/],
    ['a bad time', ['get', '--timeout', '0', URL_A], /--timeout must be a number of seconds/],
    ['a bad choice', ['get', '--on-conflict', 'ask', URL_A], /--on-conflict must be one of resume, rename/],
    ['another bad choice', ['get', '--on-changed', 'ask', URL_A], /--on-changed must be one of stop/],
    ['-o with two addresses', ['get', '-o', 'x', URL_A, `${URL_A}2`], /--output.* one address only/],
    ['-o that names no file', ['get', '-o', 'sub/..', URL_A], /not a name for a file: sub\/\.\./],
    ['an empty -o', ['get', '-o', '', URL_A], /--output must be a name/],
    [
      '--checksum with two addresses',
      ['get', '--checksum', 'crc32:00000000', URL_A, `${URL_A}2`],
      /one address/,
    ],
    ['an unknown checksum', ['get', '--checksum', 'sha3:00', URL_A], /unknown checksum algorithm: sha3/],
    ['a checksum of a wrong length', ['get', '--checksum', 'md5:00', URL_A], /md5:00/],
    [
      '--resume-from something else',
      ['get', '--resume-from', 'a.part', URL_A],
      /--resume-from wants.*a\.part/,
    ],
    ['an input file that is not there', ['get', '-i', 'none.txt'], /input file cannot be read: .*none\.txt/],
    ['an input file that is a folder', ['get', '-i', '.'], /input file cannot be read/],
  ])('%s', async (_, args, message) => {
    const cwd = await tempFolder();
    const { status, stdout, stderr } = await run(args, { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expectOneSentence(stderr);
    expect(await names(cwd)).toEqual([]);
  });

  test.each<[string, string, RegExp]>([
    ['no address', `# list\n\n${URL_A}\nftp://x/y\n`, /line 4: .*ftp:\/\/x\/y/],
    ['an option before any address', `# list\n out=a\n${URL_A}\n`, /line 2: /],
    ['an option without a value', `${URL_A}\n out\n`, /line 2: /],
    ['a bad checksum', `${URL_A}\n checksum=md5:xyz\n`, /line 2: .*md5:xyz/],
    ['a name that is none', `${URL_A}2\n${URL_A}\n out=..\n`, /line 2: not a name for a file/],
  ])('a line of the input file with %s is named by its number', async (_, input, message) => {
    const cwd = await tempFolder();
    const { status, stderr } = await run(['get', '-i', '-'], { cwd, input });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expectOneSentence(stderr);
  });

  test('an input file without an address', async () => {
    const cwd = await tempFolder();
    const { status, stderr } = await run(['get', '-i', '-'], { cwd, input: '# nothing\n' });
    expect(status).toBe(2);
    expect(stderr).toContain('no address was given');
  });

  test('credentials in an address are not repeated in what is said about it', async () => {
    const cwd = await tempFolder();
    const { stderr } = await run(['get', '--retries', '0', 'ftp://me:secret@x/y', 'http://me:secret@'], {
      cwd,
    });
    expect(linesOf(stderr)).toHaveLength(2);
    expect(stderr).not.toContain('secret');
  });
});

/** No stack trace, no help page: what is wrong, and perhaps where to read more. */
function expectOneSentence(stderr: string): void {
  const lines = linesOf(stderr);
  expect(lines[0]).toMatch(/^satchel: /);
  expect(lines.length).toBeLessThanOrEqual(2);
  expect(stderr).not.toMatch(/^\s+at /m);
}

describe('what the program says of itself', () => {
  test('--version', async () => {
    const { status, stdout, stderr } = await run(['--version'], { cwd: await tempFolder() });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('get --version', async () => {
    const { status, stdout } = await run(['get', '--version'], { cwd: await tempFolder() });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([[['--help']], [['help']]])('%j lists the commands', async (args) => {
    const { status, stdout, stderr } = await run(args, { cwd: await tempFolder() });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: satchel/);
    expect(stdout).toMatch(/^ {2}get /m);
  });

  test('get --help names every option', async () => {
    const { status, stdout, stderr } = await run(['get', '--help'], { cwd: await tempFolder() });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const option of [
      ...['-d, --dir', '-o, --output', '-i, --input-file', '-x, --connections', '-j, --jobs', '--per-host'],
      ...['-k, --min-split', '--checksum', '--retries', '--timeout', '--on-conflict', '--on-changed'],
      ...['--resume-from', '--json', '-q, --quiet', '-h, --help'],
    ]) {
      expect(stdout).toContain(option);
    }
  });

  test('through the launcher it is the same program', async () => {
    const cwd = await tempFolder();
    await mkdir(join(cwd, 'sub'));
    await writeFile(join(cwd, 'sub', 'list.txt'), 'nonsense\n');
    const { status, stderr } = await run(['get', '-i', 'sub/list.txt'], { cwd, throughLauncher: true });
    expect(status).toBe(2);
    expect(stderr).toContain('line 1: ');
  });
});
