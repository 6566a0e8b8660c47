import { useEffect, useState } from 'react';
import { create } from 'zustand';
import type { Answer, HistoryRow } from '../../main/contract/commands.ts';
import { wire } from '../wire/wires.ts';
import { orTell } from './engine.ts';
import { type HistoryPage, withNewest } from './history-pages.ts';
import type { ShownError } from './notices.ts';
import { taskById } from './tasks.ts';

const PAGE = 100;

export interface HistoryState {
  readonly query: string;
  /** The newest first; null until the first page is there. */
  readonly rows: readonly HistoryRow[] | null;
  readonly nextCursor: string | null;
  readonly loading: boolean;
  readonly error: ShownError | null;
}

export const useHistory = create<HistoryState>(() => ({
  query: '',
  rows: null,
  nextCursor: null,
  loading: false,
  error: null,
}));

/** Answers to what nobody asks for any more are thrown away. */
let asked = 0;

/** Begins anew, with words that occur in name or address; what was there is shown until the answer has come. */
export async function searchHistory(query: string): Promise<void> {
  useHistory.setState({ query, loading: true, error: null });
  const page = await ask({ q: query });
  if (page !== null) useHistory.setState({ rows: page.entries, nextCursor: page.nextCursor, loading: false });
}

/** The next page, where there is one and none is on its way. */
export async function loadMoreHistory(): Promise<void> {
  const { query, nextCursor, loading } = useHistory.getState();
  if (loading || nextCursor === null) return;
  useHistory.setState({ loading: true, error: null });
  const page = await ask({ q: query, cursor: nextCursor });
  if (page === null) return;
  useHistory.setState(({ rows }) => ({
    rows: [...(rows ?? []), ...page.entries],
    nextCursor: page.nextCursor,
    loading: false,
  }));
}

/** Takes in what has ended since. */
export async function freshenHistory(): Promise<void> {
  const { query, rows, loading } = useHistory.getState();
  if (loading || rows === null) return;
  const page = await ask({ q: query });
  if (page === null) return;
  useHistory.setState(({ nextCursor }) => withNewest(rows, nextCursor, page));
}

async function ask(input: { q: string; cursor?: string }): Promise<HistoryPage | null> {
  asked += 1;
  const mine = asked;
  const answer = await firstPage(input, () => mine === asked);
  if (mine !== asked) return null;
  if (answer.ok) return answer.value;
  useHistory.setState({ loading: false, error: answer.error });
  return null;
}

/** A page with something in it, or the last one: an odd search is answered in parts, and some may be empty. */
async function firstPage(
  input: { q: string; cursor?: string },
  isWanted: () => boolean,
): Promise<Answer<HistoryPage>> {
  for (let asking = input; ; ) {
    const answer = await wire.call('history.search', { ...asking, limit: PAGE });
    if (!answer.ok || !isWanted()) return answer;
    const { entries, nextCursor } = answer.value;
    if (entries.length > 0 || nextCursor === null) return answer;
    asking = { ...input, cursor: nextCursor };
  }
}

/** Takes one entry out of the history; the file stays. */
export async function forgetEntry(taskId: string): Promise<void> {
  const answer = await orTell(wire.call('history.remove', { taskId }));
  if (answer === null) return;
  useHistory.setState(({ rows }) => ({ rows: rows?.filter((row) => row.taskId !== taskId) ?? null }));
}

/** Takes all entries out of the history; the files stay. */
export async function forgetHistory(): Promise<void> {
  const answer = await orTell(wire.call('history.remove', {}));
  if (answer !== null) useHistory.setState({ rows: [], nextCursor: null });
}

/** A count is wanted when the typing has come to rest. */
const REST_MS = 250;

export interface HistoryCount {
  readonly count: number;
  /** There are more than were counted. */
  readonly more: boolean;
}

/** How many entries of the history fit a search, without those that are in the list; null while nobody knows. */
export function useHistoryCount(search: string): HistoryCount | null {
  const [found, setFound] = useState<{ search: string; count: HistoryCount } | null>(null);
  useEffect(() => {
    if (search === '') return;
    let wanted = true;
    const timer = setTimeout(async () => {
      const answer = await firstPage({ q: search }, () => wanted);
      if (!wanted || !answer.ok) return;
      const { entries, nextCursor } = answer.value;
      const others = entries.filter(({ taskId }) => taskById(taskId) === undefined);
      setFound({ search, count: { count: others.length, more: nextCursor !== null } });
    }, REST_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [search]);
  return search !== '' && found?.search === search ? found.count : null;
}
