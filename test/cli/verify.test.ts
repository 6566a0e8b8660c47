import { readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';
import { type Given, text, zerosZip, zipOf } from '../zip/zip-kit.ts';
import { buildFirst, linesOf, type RunOptions, run, satchel } from './kit.ts';

buildFirst();

const GOOD: Given[] = [
  { name: 'a.txt', data: text(5000), deflate: true },
  { name: 'b.bin', data: text(3000, 3) },
];
const BAD: Given[] = [...GOOD, { name: 'bad\u001b[2J.txt', data: text(700, 5), lies: { crc: 1 } }];

async function verify(given: Given[], args: string[] = [], options: Partial<RunOptions> = {}) {
  const cwd = await tempFolder();
  await writeFile(join(cwd, 'x.zip'), zipOf(given).bytes);
  return run(['verify', 'x.zip', ...args], { cwd, ...options });
}

describe('satchel verify', () => {
  test('a sound ZIP: one line, exit 0', async () => {
    expect(await verify(GOOD)).toMatchObject({
      status: 0,
      stdout: 'x.zip: ok, 2 of 2 entries good, 7.8 KiB checked\n',
      stderr: '',
    });
    expect(await verify(GOOD, ['-q'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test.each([[[]], [['-q']]])('a damaged one, %j: exit 1, the entry by name and why', async (args) => {
    const { status, stdout, stderr } = await verify(BAD, args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    const [why, ...rest] = linesOf(stderr).filter((line) => !line.includes('unsafe-name'));
    expect(why).toMatch(
      /^✗ bad\.txt: its bytes are not those that were packed \(crc-mismatch\): CRC-32 \w{8}, stated 00000001$/,
    );
    expect(rest).toEqual([
      'satchel: The archive is damaged (archive-corrupt): x.zip: 2 faults, 2 of 3 entries good. Fetch it again.',
    ]);
  });

  test('--json: findings and a report; the faults on standard error too', async () => {
    const { status, stdout, stderr } = await verify(BAD, ['--json']);
    expect(status).toBe(1);
    const lines = linesOf(stdout).map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      expect.objectContaining({ type: 'finding', problem: 'unsafe-name', severity: 'error' }),
      {
        type: 'finding',
        entry: 'bad\u001b[2J.txt',
        problem: 'crc-mismatch',
        severity: 'error',
        detail: expect.stringMatching(/stated 00000001$/),
      },
      { type: 'report', ok: false, entries: 3, good: 2, bytes: 8000, more: 0 },
    ]);
    expect(stderr).toContain('crc-mismatch');
  });

  test('what cannot be checked is said, and is not ok', async () => {
    const { status, stdout, stderr } = await verify([
      ...GOOD,
      { name: 'new', data: text(9), lies: { method: 93 as 8 } },
    ]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(linesOf(stderr)).toEqual([
      '? new: its compression method is not supported (unsupported-method): zstd',
      'satchel: x.zip: not everything could be checked, 2 of 3 entries good',
    ]);
  });

  test('a note is no fault, and is not for the quiet', async () => {
    const noted: Given[] = [...GOOD, { name: 'aux.c', data: text(9) }];
    const { status, stdout, stderr } = await verify(noted);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(linesOf(stdout)).toEqual([
      '· aux.c: not every system can have a file of this name (unportable-name): "aux.c" would be aux_.c',
      'x.zip: ok, 3 of 3 entries good, 7.8 KiB checked',
    ]);
    expect(await verify(noted, ['-q'])).toMatchObject({ status: 0, stdout: '' });
  });

  test('on a terminal: a bar, gone at the end', async () => {
    const { status, stdout } = await verify(GOOD, [], { onTerminal: true });
    expect(status).toBe(0);
    expect(stdout).toMatch(/x\.zip: ok, 2 of 2 entries good, 7\.8 KiB checked\r?\n$/);
    // The cursor was hidden, and is back.
    expect(stdout).toContain('\u001b[?25l');
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
  });

  test.each([
    ['none.zip', /there is no such file: none\.zip/],
    ['.', /not a file: \./],
  ])('%s: wrong usage', async (path, message) => {
    const { status, stderr } = await run(['verify', path], { cwd: await tempFolder() });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('SIGINT ends it with 130', async () => {
    const cwd = await tempFolder();
    await writeFile(join(cwd, 'x.zip'), zerosZip(16 * 1024));
    const { child, exit } = satchel(['verify', 'x.zip'], { cwd });
    // Node has handlers of its own for the others; this one is set last.
    await untilCaught(child.pid as number, constants.signals.SIGHUP);
    child.kill('SIGINT');
    const { status, signal, stdout } = await exit;
    expect({ status, signal, stdout }).toEqual({ status: 130, signal: null, stdout: '' });
  });
});

/** Until the process has a handler for the signal of this number (proc(5), SigCgt). */
async function untilCaught(pid: number, number: number): Promise<void> {
  const bit = 1n << BigInt(number - 1);
  for (;;) {
    const [, mask = '0'] = /^SigCgt:\s*(\w+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
    if ((BigInt(`0x${mask}`) & bit) !== 0n) return;
  }
}
