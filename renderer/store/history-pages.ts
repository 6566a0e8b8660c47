import type { HistoryRow } from '../../main/contract/commands.ts';

export interface HistoryPage {
  readonly entries: readonly HistoryRow[];
  readonly nextCursor: string | null;
}

/** The newest page, with what was there already and is older behind it. */
export function withNewest(
  rows: readonly HistoryRow[],
  nextCursor: string | null,
  page: HistoryPage,
): { rows: readonly HistoryRow[]; nextCursor: string | null } {
  const isNew = new Set(page.entries.map(({ taskId }) => taskId));
  const last = page.entries.at(-1);
  const at = last === undefined ? -1 : rows.findIndex((row) => isSame(row, last));
  // Nothing in common: between them there may be what nobody has asked for.
  if (at < 0) return { rows: page.entries, nextCursor: page.nextCursor };
  const older = rows.slice(at + 1).filter(({ taskId }) => !isNew.has(taskId));
  return older.length === 0
    ? { rows: page.entries, nextCursor: page.nextCursor }
    : { rows: [...page.entries, ...older], nextCursor };
}

/** A task that has ended once more stands where it ended last. */
function isSame(one: HistoryRow, other: HistoryRow): boolean {
  return one.taskId === other.taskId && one.endedAt === other.endedAt;
}
