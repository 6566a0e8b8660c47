import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../main/contract/errors.ts';
import type { Message } from '../../main/contract/events.ts';
import { chooseMode, Terminal, type TerminalMode } from '../../main/doors/terminal.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { event, MIB, progress, row, snapshot, task } from './messages.ts';

function pipes(mode: TerminalMode, color = false) {
  const clock = new FakeClock();
  const out = new PassThrough();
  const err = new PassThrough();
  const terminal = new Terminal({ mode, out, err, color, clock });
  const read = (stream: PassThrough) => String(stream.read() ?? '');
  return {
    clock,
    terminal,
    out: () => read(out),
    err: () => read(err),
    accept: (...messages: Message[]) => messages.forEach((message) => void terminal.accept(message)),
  };
}

const broken = { code: 'network', message: ERRORS.network.sentence, detail: 'read ECONNRESET' } as const;
const BROKEN_LINE =
  '✗ A.bin: The connection to the server broke (network): read ECONNRESET. ' +
  'Check your connection and retry; every byte received is kept.\n';

test.each([
  { json: true, quiet: false, isTTY: true, mode: 'json' },
  { json: true, quiet: true, isTTY: false, mode: 'json' },
  { json: false, quiet: true, isTTY: true, mode: 'quiet' },
  { json: false, quiet: false, isTTY: true, mode: 'bars' },
  { json: false, quiet: false, isTTY: false, mode: 'lines' },
])('json $json, quiet $quiet, terminal $isTTY: $mode', ({ mode, ...options }) => {
  expect(chooseMode(options)).toBe(mode);
});

describe('in a pipe', () => {
  test('a download is told line by line', async () => {
    const { clock, terminal, accept, out, err } = pipes('lines', true);
    terminal.note('given twice, fetched once: http://h/a');
    accept(snapshot(task('A')), event('task.added', 'A', { name: 'A.bin' }), event('task.started', 'A'));
    await clock.advance(10_000);
    accept(progress(row('A', { progress: null, total: null, etaSeconds: null, received: 3 * MIB })));
    await clock.advance(2000);
    accept(progress(row('A')));
    const retryAt = '2026-11-22T10:00:24.000Z';
    accept(event('task.retrying', 'A', { retryAt, error: broken }), event('task.retrying', 'A', { retryAt }));
    accept(event('task.rewound', 'A', { received: 0, reason: broken }), event('task.rewound', 'A'));
    accept(event('task.done', 'A', { path: '/d/A.bin', received: 1.25 * 1024 * MIB, fetched: 1200 * MIB }));
    expect(out()).toBe(
      [
        'given twice, fetched once: http://h/a',
        'A.bin: started',
        'A.bin: ? %, 3.0 MiB/?, 5.0 MiB/s, 4×',
        'A.bin: 37 %, 37.0 MiB/100 MiB, 5.0 MiB/s, 13 s left, 4×',
        'A.bin: The connection to the server broke. read ECONNRESET. Trying again in 12 s',
        'A.bin: The server asked for a pause. Trying again in 12 s',
        'A.bin: The connection to the server broke. read ECONNRESET.',
        'A.bin: Bytes that cannot be trusted were dropped.',
        '✓ A.bin  1.2 GiB in 12 s, 100 MiB/s → /d/A.bin',
        '',
      ].join('\n'),
    );
    expect(err()).toBe('');
  });

  test('progress is told every 10 % or 10 s, whichever is first, and again from below after a rewind', async () => {
    const { clock, accept, out } = pipes('lines');
    accept(snapshot(task('A')), event('task.started', 'A'));
    const told: string[] = [];
    const look = (percent: number) => {
      accept(progress(row('A', { progress: percent })));
      told.push(...Array.from(out().matchAll(/A.bin: (\d+) %/g), (match) => match[1] as string));
    };
    for (let percent = 0; percent < 35; percent += 1) look(percent);
    expect(told.splice(0)).toEqual(['10', '20', '30']);
    await clock.advance(9999);
    look(36);
    await clock.advance(1);
    look(36);
    look(37);
    expect(told.splice(0)).toEqual(['36']);
    accept(event('task.rewound', 'A', { received: 0 }));
    for (let percent = 0; percent < 25; percent += 1) look(percent);
    expect(told).toEqual(['10', '20']);
  });

  test('a finished download says what it knows: it was there, or no rate of this run is known', () => {
    const { accept, out } = pipes('lines');
    accept(snapshot(task('A'), task('B'), task('C')));
    accept(event('task.done', 'A', { path: '/d/x (1).bin', received: MIB, already: true }));
    accept(event('task.done', 'B', { path: 'C:\\d\\y.bin', received: MIB }));
    accept(event('task.paused', 'C'));
    expect(out()).toBe(
      '✓ x (1).bin  is there already → /d/x (1).bin\n' +
        '✓ y.bin  1.0 MiB in 0 s → C:\\d\\y.bin\n' +
        'C.bin: stopped, every byte is kept; run the same command again to go on\n',
    );
  });

  test.each<TerminalMode>(['lines', 'json', 'quiet'])('a failure is one line on stderr: %s', (mode) => {
    const { accept, out, err } = pipes(mode, true);
    accept(snapshot(task('A')), event('task.started', 'A'));
    out();
    const failed = event('task.failed', 'A', { error: broken });
    accept(failed);
    expect(err()).toBe(BROKEN_LINE);
    expect(out()).toBe(mode === 'json' ? `${JSON.stringify(failed)}\n` : '');
  });

  test('a failure of a task never heard of, or of a code never heard of, is named all the same', () => {
    const { accept, err } = pipes('quiet');
    const { message } = broken;
    accept(event('task.failed', 'T1', { name: 'late.bin', error: { code: 'dns', message, detail: 'No.' } }));
    accept(event('task.failed', 'T2', { error: { code: 'constructor', message } }));
    accept(event('task.failed', 'T3'));
    expect(err().split('\n')).toEqual([
      `✗ late.bin: The connection to the server broke (dns): No. ${ERRORS.dns.next}`,
      `✗ T2: Something went wrong inside Satchel (internal). ${ERRORS.internal.next}`,
      `✗ T3: Something went wrong inside Satchel (internal). ${ERRORS.internal.next}`,
      '',
    ]);
  });

  test('an ending whose event was dropped is told from the snapshot that stands for it, once', () => {
    const { accept, out, err } = pipes('lines');
    accept(snapshot(task('A'), task('B'), task('C', { state: 'done' })));
    const later = snapshot(
      task('A', { state: 'failed', error: broken }),
      task('B', { state: 'done', received: MIB }),
      task('C', { state: 'done' }),
    );
    accept(later, later);
    expect(err()).toBe(BROKEN_LINE);
    expect(out()).toBe('✓ B.bin  1.0 MiB in 0 s → /d/B.bin\n');
  });

  test('names and details cannot move the cursor, set a title, or begin another line', () => {
    const evil = '\u001b]0;pwned\u0007a\u001b[2J\u009b31m\r\n✓ b\u202e.bin';
    for (const mode of ['lines', 'quiet', 'json'] as const) {
      const { terminal, accept, out, err } = pipes(mode);
      const error = { code: 'network', message: `x${evil}`, detail: evil };
      terminal.note(evil);
      accept(snapshot(task('A', { name: evil })), event('task.started', 'A'));
      accept(
        event('task.retrying', 'A', { retryAt: evil, error }),
        event('task.rewound', 'A', { reason: error }),
      );
      accept(
        event('task.failed', 'A', { error }),
        event('task.done', 'A', { path: `/d/${evil}`, received: 1 }),
      );
      const printed = out() + err();
      expect(printed).toContain('network');
      expect(printed.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      if (mode === 'lines') expect(printed.trim().split('\n')).toHaveLength(6);
    }
  });
});

test('JSON is one message a line, pure, and the same after parsing', () => {
  const { terminal, accept, out, err } = pipes('json');
  const name = 'a\u009b31m\u2028\u007f.bin';
  const messages = [
    snapshot(task('A', { name })),
    progress(row('A')),
    event('task.done', 'A', { path: `/${name}` }),
  ];
  accept(...messages);
  terminal.note('a remark');
  terminal.close();
  const lines = out().split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => JSON.parse(line))).toEqual(messages);
  expect(lines.join('')).not.toMatch(/[\p{Cc}\u2028]/u);
  expect(err()).toBe('a remark\n');
});

test('quiet prints neither remarks nor success', () => {
  const { terminal, accept, out, err } = pipes('quiet');
  terminal.note('a remark');
  accept(snapshot(task('A')), event('task.started', 'A'), progress(row('A')));
  accept(event('task.rewound', 'A'), event('task.done', 'A', { path: '/d/A.bin', received: 1 }));
  accept(event('task.paused', 'A'));
  expect(out() + err()).toBe('');
});

test.each<TerminalMode>(['lines', 'json', 'bars'])(
  'a reader that goes away ends nothing: %s',
  async (mode) => {
    let writes = 0;
    const out = Object.assign(
      new Writable({
        write(_chunk, _encoding, done) {
          writes += 1;
          done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
        },
      }),
      { isTTY: mode === 'bars', columns: 80 },
    );
    const err = new PassThrough();
    const clock = new FakeClock();
    const terminal = new Terminal({ mode, out, err, color: false, clock });
    terminal.accept(snapshot(task('A')));
    terminal.accept(event('task.started', 'A'));
    terminal.accept(progress(row('A')));
    await clock.advance(1);
    await new Promise(setImmediate);
    expect(writes).toBe(1);
    expect(out.destroyed).toBe(true);
    terminal.accept(event('task.failed', 'A', { error: broken }));
    terminal.close();
    await new Promise(setImmediate);
    expect(String(err.read())).toBe(BROKEN_LINE);
  },
);
