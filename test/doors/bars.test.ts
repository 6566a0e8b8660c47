import stringWidth from 'string-width';
import { afterEach, describe, expect, test } from 'vitest';
import { ERRORS } from '../../main/contract/errors.ts';
import { Terminal } from '../../main/doors/terminal.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { event, MIB, progress, row, snapshot, task } from './messages.ts';
import { Screen } from './screen.ts';

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

function onScreen(options: { columns?: number; rows?: number; color?: boolean; errIsTTY?: boolean } = {}) {
  const { columns = 100, rows = 24, color = false } = options;
  const clock = new FakeClock();
  const screen = new Screen();
  const out = screen.stream(columns, rows);
  const err = Object.assign(screen.stream(columns), { isTTY: options.errIsTTY ?? true });
  const terminal = new Terminal({ mode: 'bars', out, err, color, clock });
  open.push(terminal);
  return { clock, screen, out, err, terminal };
}

const failure = { code: 'not-found', message: ERRORS['not-found'].sentence, detail: 'status 404' } as const;
const FAILED = '✗ B.bin: There is no such file on the server (not-found): status 404. Check the address.';
const BAR_A = `${'A.bin'.padEnd(28)} ███████░░░░░░░░░░░░░  37 % 37.0 MiB/100 MiB  5.0 MiB/s  13 s left  4×`;

describe('bars', () => {
  test('show each running task on one line, drawn over and over in place', () => {
    const { screen, terminal } = onScreen();
    terminal.accept(snapshot(task('A'), task('B'), task('C')));
    expect(screen.raw).toBe('');
    terminal.accept(progress(row('A'), row('B', { progress: null, total: null, etaSeconds: null })));
    for (let i = 0; i < 5; i += 1) terminal.accept(progress(row('A'), row('C', { status: 'waiting' })));
    const empty = '░'.repeat(20);
    expect(screen.lines).toEqual([BAR_A, `${'B.bin'.padEnd(28)} ${empty}   ? % 37.0 MiB/?  5.0 MiB/s  4×`]);
    expect(screen.unknown).toEqual([]);
    expect(screen.cursorShown).toBe(false);
  });

  test('leave one line each above when tasks end; failures go to stderr, and the rest is drawn below', async () => {
    const { clock, screen, err, out, terminal } = onScreen();
    terminal.accept(snapshot(task('A'), task('B'), task('C')));
    for (const id of ['A', 'B', 'C']) terminal.accept(event('task.started', id));
    terminal.accept(progress(row('A'), row('B'), row('C')));
    await clock.advance(12_000);
    terminal.accept(event('task.failed', 'B', { error: failure }));
    terminal.accept(event('task.done', 'C', { path: '/d/C.bin', received: 120 * MIB, fetched: 120 * MIB }));
    expect(screen.lines).toEqual([FAILED, '✓ C.bin  120 MiB in 12 s, 10.0 MiB/s → /d/C.bin', BAR_A]);
    expect(err.text).toBe(`${FAILED}\n`);
    expect(out.text).not.toContain('not-found');
    expect(screen.cursorShown).toBe(false);
  });

  test('are gone with the last task, and the cursor is back before anybody closes', () => {
    const { screen, terminal } = onScreen();
    terminal.accept(snapshot(task('A')));
    terminal.accept(progress(row('A')));
    terminal.accept(event('task.done', 'A', { path: '/d/A.bin', received: MIB }));
    expect(screen.lines).toEqual(['✓ A.bin  1.0 MiB in 0 s → /d/A.bin']);
    expect(screen.cursorShown).toBe(true);
    expect(screen.wraps).toBe(true);
    const written = screen.raw;
    terminal.close();
    expect(screen.raw).toBe(written);
  });

  test('lose no line that came just before the end', () => {
    const { screen, terminal } = onScreen();
    terminal.accept(snapshot(task('A'), task('B')));
    terminal.accept(progress(row('A'), row('B')));
    terminal.note('a remark');
    terminal.accept(event('task.failed', 'B', { error: failure }));
    terminal.accept(event('task.paused', 'A'));
    terminal.close();
    expect(screen.lines).toEqual([
      'a remark',
      FAILED,
      'A.bin: stopped, every byte is kept; run the same command again to go on',
    ]);
  });

  test('give the cursor back when closed in the middle, and leave nothing behind', () => {
    const { screen, terminal } = onScreen();
    terminal.accept(snapshot(task('A'), task('B')));
    terminal.accept(progress(row('A'), row('B')));
    expect(screen.lines).toHaveLength(2);
    terminal.close();
    expect(screen.lines).toEqual([]);
    expect([screen.cursorShown, screen.wraps]).toEqual([true, true]);
  });

  test('count down to the next try without a new row', async () => {
    const { clock, screen, terminal } = onScreen({ columns: 120 });
    const error = { code: 'network', message: ERRORS.network.sentence } as const;
    const waiting = row('A', { retryAt: '2026-11-22T10:00:12.000Z', error, speed: 0, connections: 0 });
    terminal.accept(snapshot(task('A'), task('B')));
    terminal.accept(progress(waiting, row('B')));
    expect(screen.lines[0]).toContain('retrying in 12 s: The connection to the server broke.');
    await clock.advance(4500);
    terminal.accept(progress(row('B')));
    expect(screen.lines[0]).toContain('retrying in 8 s: The');
    await clock.advance(10_000);
    terminal.accept(progress(row('B')));
    expect(screen.lines[0]).toContain('retrying now: The');
  });

  test.each([20, 40, 79, 80, 100, 200])(
    'fit a terminal of %d columns, wide names too, also when it changes',
    (columns) => {
      const { screen, out, terminal } = onScreen({ columns: 120 });
      terminal.accept(snapshot(task('A', { name: '文件'.repeat(40) }), task('B')));
      terminal.accept(progress(row('A'), row('B', { progress: 100, received: 99.9 * MIB })));
      const before = screen.lines;
      out.columns = columns;
      terminal.accept(progress(row('B')));
      expect(screen.lines).toHaveLength(2);
      for (const line of screen.lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      for (const line of before) expect(stringWidth(line)).toBeLessThanOrEqual(120);
      expect(screen.lines[0]).toContain('文件文…'.slice(0, 3));
      if (columns >= 80)
        expect(screen.lines[1]).toMatch(
          /^B.bin +█+░+ +37 % 37.0 MiB\/100 MiB {2}5.0 MiB\/s {2}13 s left {2}4×$/,
        );
    },
  );

  test('of more tasks than the screen has lines are drawn as far as they fit, the others as those end', () => {
    const { screen, terminal } = onScreen({ rows: 4 });
    const ids = ['A', 'B', 'C', 'D', 'E'];
    terminal.accept(snapshot(...ids.map((id) => task(id))));
    for (let i = 0; i < 3; i += 1) terminal.accept(progress(...ids.map((id) => row(id))));
    const named = () => screen.lines.map((line) => line.slice(0, 5));
    expect(named()).toEqual(['A.bin', 'B.bin', 'C.bin']);
    terminal.accept(event('task.removed', 'B'));
    expect(named()).toEqual(['A.bin', 'C.bin', 'D.bin']);
  });

  test('cannot be broken by a name or an error from a server', () => {
    const evil = '\u001b[2J\u001b]0;x\u0007a\nb\u009b1A';
    const { screen, terminal } = onScreen();
    const error = { code: 'network', message: evil } as const;
    terminal.accept(snapshot(task('A', { name: evil }), task('B', { name: evil })));
    terminal.accept(progress(row('A'), row('B', { retryAt: '2026-11-22T10:00:12.000Z', error })));
    terminal.accept(progress(row('A')));
    expect(screen.lines).toHaveLength(2);
    expect(screen.lines[0]).toMatch(/^a b /);
    expect(screen.lines[1]).toContain('retrying in 12 s: a b');
    expect(screen.unknown).toEqual([]);
  });
});

test.each([
  { color: true, errIsTTY: true, ok: '\u001b[32m✓\u001b[0m B', bad: '\u001b[31m✗\u001b[0m A' },
  { color: true, errIsTTY: false, ok: '\u001b[32m✓\u001b[0m B', bad: '✗ A' },
  { color: false, errIsTTY: true, ok: '✓ B', bad: '✗ A' },
])('color $color, stderr a terminal: $errIsTTY', ({ color, errIsTTY, ok, bad }) => {
  const { out, err, terminal } = onScreen({ color, errIsTTY });
  terminal.accept(snapshot(task('A'), task('B')));
  terminal.accept(event('task.failed', 'A', { error: failure }));
  terminal.accept(event('task.done', 'B', { path: '/d/B.bin', received: 1 }));
  expect(err.text.startsWith(bad)).toBe(true);
  expect(out.text.startsWith(ok)).toBe(true);
});
