import { describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../main/contract/commands.ts';
import { withNewest } from '../../renderer/store/history-pages.ts';
import { hostOf } from '../../renderer/view/history/host.ts';

const row = (taskId: string, endedAt = '2026-11-23T10:00:00.000Z'): HistoryRow => ({
  taskId,
  name: taskId,
  url: `https://example.org/${taskId}`,
  path: `/downloads/${taskId}`,
  category: null,
  outcome: 'done',
  total: 1,
  error: null,
  createdAt: '2026-11-23T10:00:00.000Z',
  endedAt,
});
const rows = (ids: string) => [...ids].map((id) => row(id));
const ids = ({ rows }: { rows: readonly HistoryRow[] }) => rows.map(({ taskId }) => taskId).join('');

describe('the newest page of the history, before what was there', () => {
  it('brings what has ended since, and keeps the pages that were loaded', () => {
    const merged = withNewest(rows('cbaz'), 'after z', { entries: rows('dcb'), nextCursor: 'after b' });
    expect(ids(merged)).toBe('dcbaz');
    expect(merged.nextCursor).toBe('after z');
  });

  it('moves up what has ended again', () => {
    const again = row('a', '2026-11-23T11:00:00.000Z');
    const merged = withNewest(rows('dcba'), null, { entries: [again, ...rows('dc')], nextCursor: 'after c' });
    expect(ids(merged)).toBe('adcb');
    expect(merged.nextCursor).toBeNull();
  });

  it('loses nothing where the page ends with what has ended again', () => {
    const again = row('a', '2026-11-23T11:00:00.000Z');
    const merged = withNewest(rows('cbaz'), null, { entries: [row('x'), again], nextCursor: 'after a' });
    expect(ids(merged)).toBe('xa');
    expect(merged.nextCursor).toBe('after a');
  });

  it('begins anew where so much has ended that something may lie between', () => {
    const merged = withNewest(rows('cba'), null, { entries: rows('xyz'), nextCursor: 'after z' });
    expect(ids(merged)).toBe('xyz');
    expect(merged.nextCursor).toBe('after z');
  });

  it('is empty where all was forgotten', () => {
    expect(ids(withNewest(rows('ab'), 'c', { entries: [], nextCursor: null }))).toBe('');
  });
});

describe('the host of an entry', () => {
  it('is that of its address, and none of a package', () => {
    expect(hostOf('http://localhost:8080/a')).toBe('localhost:8080');
    expect(hostOf('')).toBe('');
  });
});
