import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { type ListedTask, listed, tableOf } from '../../main/doors/client/columns.ts';
import { LinesView } from '../../main/doors/client/watch-lines.ts';
import { ScreenView } from '../../main/doors/client/watch-screen.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { event, progress, row, snapshot, task } from './messages.ts';
import { Screen } from './screen.ts';

const ALL = { words: [], state: null };

/** Ids that differ in their last letters only, as those of one moment do. */
const idOf = (n: number) => `01KAPZJ5M0000000000000${String(n).padStart(4, '0')}`;

const running = (n: number, more: Partial<ListedTask> = {}): ListedTask => ({
  ...listed(task(idOf(n), { name: `日本語 file ${n}.bin`, state: 'running', total: 123_456_789 })),
  ...{ speed: 98_765_432, etaSeconds: 3725, progress: 42, received: 5 },
  ...more,
});

describe('the table', () => {
  const tasks = [
    running(1),
    running(2, { retryAt: '2026-11-22T10:00:12.000Z' }),
    running(3, { state: 'failed', code: 'not-found' }),
  ];

  test('fits every width, and keeps ids, states and names for longest', () => {
    for (let columns = 1; columns <= 200; columns += 1) {
      const lines = tableOf(tasks, { columns, color: false, now: new FakeClock().now() });
      expect(lines).toHaveLength(4);
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
    }
    const head = (columns: number) => tableOf(tasks, { columns, color: false, now: 0 })[0]?.split(/ {2,}/);
    expect(head(100)).toEqual(['id', 'state', 'progress', 'size', 'speed', 'time left', 'name']);
    expect(head(60)).toEqual(['id', 'state', 'progress', 'size', 'name']);
    expect(head(35)).toEqual(['id', 'state', 'name']);
  });

  test('tells tasks apart by the end of their ids, in a pipe by all of them', () => {
    const now = new FakeClock().now();
    const [, first, second, third] = tableOf(tasks, { columns: 120, color: false, now });
    expect(first).toMatch(
      /^000001 {2}running {6}42 % {4}117 MiB {3}94\.1 MiB\/s {6}1 h 2 min {2}日本語 file 1\.bin$/,
    );
    expect(second).toContain('retry in 12 s');
    expect(third).toMatch(/日本語 file 3\.bin {2}\(not-found\)$/);
    for (const line of tableOf(tasks, { columns: null, color: false, now }).slice(1))
      expect(line).toMatch(/^01KAPZJ5M0000000000000000\d {2}/);
    const far = [running(1), { ...running(2), id: `02${idOf(1).slice(2)}` }];
    expect(tableOf(far, { columns: 120, color: false, now })[1]).toMatch(/^1KAPZJ5M00000000000000001 /);
  });

  test('unknown is a question mark, and no number', () => {
    const [, line = ''] = tableOf([listed(task(idOf(1)))], { columns: null, color: false, now: 0 });
    expect(line.split(/ {2,}/)).toEqual([idOf(1), 'waiting', '?', '?', expect.stringContaining('.bin')]);
    const [, grown = ''] = tableOf([running(1, { total: null, progress: null, received: 2048 })], {
      ...{ columns: null, color: false, now: 0 },
    });
    expect(grown).toContain('2.0 KiB/?');
  });

  test('colours states only, and only when asked to', () => {
    const [, , , line] = tableOf(tasks, { columns: 120, color: true, now: 0 });
    expect(line).toMatch(new RegExp(`^000003 {2}${'\u001b'}\\[31mfailed${'\u001b'}\\[0m `));
    expect(tableOf(tasks, { columns: 120, color: false, now: 0 }).join('')).not.toContain('\u001b');
  });
});

describe('ls --watch on a terminal', () => {
  function onScreen({ columns = 100, rows = 24 } = {}) {
    const clock = new FakeClock();
    const screen = new Screen();
    const out = screen.stream(columns, rows);
    const view = new ScreenView(ALL, { out, clock, color: false });
    const drawings = () => screen.raw.split('\u001b[J').length - 1;
    return { clock, screen, out, view, drawings };
  }

  test('is drawn in place, ten times a second at most, however many messages come', async () => {
    const { clock, screen, view, drawings } = onScreen();
    view.take(snapshot(task(idOf(1)), task(idOf(2))));
    await clock.advance(0);
    expect(drawings()).toBe(1);
    for (let n = 0; n < 500; n += 1) {
      view.take(progress(row(idOf(1), { progress: n % 100 })));
      await clock.advance(2);
    }
    expect(drawings()).toBeGreaterThan(5);
    expect(drawings()).toBeLessThanOrEqual(11);
    await clock.advance(100);
    expect(screen.lines).toEqual([
      expect.stringMatching(/^id {6}state/),
      expect.stringMatching(/^000001 {2}running {6}99 %/),
      expect.stringMatching(/^000002 {2}waiting/),
      '1 waiting, 1 running · 5.0 MiB/s',
    ]);
    expect(screen.unknown).toEqual([]);
    expect(screen.cursorShown).toBe(false);
    view.close();
    expect(screen.cursorShown).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('shows no more than fits: what runs comes first, the rest is counted', async () => {
    const { clock, screen, view } = onScreen({ rows: 8 });
    const tasks = Array.from({ length: 1500 }, (_, n) =>
      task(idOf(n), { state: n === 1400 ? 'running' : 'paused' }),
    );
    view.take(snapshot(...tasks.slice(0, 1000)));
    view.take(snapshot(...tasks.slice(1000)));
    for (let n = 0; n < 30; n += 1) await clock.advance(100);
    expect(screen.lines).toHaveLength(7);
    expect(screen.lines[1]).toMatch(/^001400 {2}running/);
    expect(screen.lines.at(-1)).toBe('1 running, 1499 paused · 1495 not shown');
    view.close();
  });

  test('counts down to the next try when the connection is lost, and goes on after it', async () => {
    const { clock, screen, view } = onScreen();
    view.take(snapshot(task(idOf(1))));
    await clock.advance(100);
    view.lost(new SatchelError('network', 'ECONNRESET'), 3000);
    await clock.advance(100);
    expect(screen.lines.at(-1)).toMatch(/ECONNRESET\. Trying again in 3 s$/);
    await clock.advance(2000);
    expect(screen.lines.at(-1)).toMatch(/Trying again in 1 s$/);
    // Another list: what is not in it is gone.
    view.take(snapshot(task(idOf(2))));
    await clock.advance(1000);
    expect(screen.lines).toHaveLength(3);
    expect(screen.lines[1]).toMatch(/^000002/);
    expect(screen.lines.at(-1)).toBe('1 waiting');
    view.close();
  });
});

describe('ls --watch in a pipe', () => {
  function inPipe() {
    const clock = new FakeClock();
    const out = new Screen().stream(0);
    const view = new LinesView(ALL, out, clock);
    /** Of the lines so far, and not again: state and progress. */
    let read = 0;
    const news = () => {
      const lines = out.text.slice(read).split('\n').slice(0, -1);
      read = out.text.length;
      return lines.map((line) => line.split(/ {2,}/).slice(1, 3).join(' '));
    };
    return { clock, view, news };
  }

  test('a line at every tenth, every ten seconds, and whenever the state changes', async () => {
    const { clock, view, news } = inPipe();
    view.take(snapshot(task(idOf(1))));
    expect(news()).toEqual(['state progress', 'waiting ?']);
    for (let percent = 0; percent < 35; percent += 1)
      view.take(progress(row(idOf(1), { progress: percent })));
    expect(news()).toEqual(['running 0 %', 'running 10 %', 'running 20 %', 'running 30 %']);
    await clock.advance(9_999);
    view.take(progress(row(idOf(1), { progress: 36 })));
    expect(news()).toEqual([]);
    await clock.advance(1);
    view.take(progress(row(idOf(1), { progress: 36, speed: 1 })));
    expect(news()).toEqual(['running 36 %']);
    view.take(progress(row(idOf(1), { progress: 36, status: 'paused' })));
    view.take(event('task.paused', idOf(1)));
    expect(news()).toEqual(['paused 36 %']);
  });

  test('a new list of several pages tells of what is gone, and of nothing else', () => {
    const { view, news } = inPipe();
    const tasks = Array.from({ length: 1500 }, (_, n) => task(idOf(n)));
    view.take(snapshot(...tasks.slice(0, 1000)));
    view.take(snapshot(...tasks.slice(1000)));
    expect(news()).toHaveLength(1501);
    view.take(snapshot(...tasks.slice(1, 1001)));
    view.take(snapshot(...tasks.slice(1001)));
    expect(news()).toEqual(['removed ?']);
  });
});
