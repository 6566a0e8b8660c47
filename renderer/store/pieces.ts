import { create } from 'zustand';
import type { Pieces } from '../../main/contract/commands.ts';
import type { TaskState } from '../../main/contract/task.ts';
import { wire } from '../wire/wires.ts';
import { useConnection } from './connection.ts';
import { taskById } from './tasks.ts';

/** Where bytes are: `[start, end)` as shares of the whole, from 0 to 1. */
export type Shares = readonly (readonly [number, number])[];

interface Known {
  /** How many bytes the task had when it was asked; another number makes it old. */
  readonly received: number;
  readonly shares: Shares | null;
}

const ASK_MS = 1000;
const MOST_ASKED = 200;
/** Of rows that are no longer to be seen so many are remembered, for when they come back. */
const MOST_KNOWN = 500;
const HAVE_PIECES: ReadonlySet<TaskState> = new Set(['running', 'paused', 'failed']);

const usePiecesStore = create<{ readonly byId: ReadonlyMap<string, Known> }>(() => ({ byId: new Map() }));

/** The pieces of a task that are there, or null while nobody knows. */
export function usePieces(id: string): Shares | null {
  return usePiecesStore(({ byId }) => byId.get(id)?.shares ?? null);
}

/** Asks for the pieces of the tasks that `visible` gives, once a second at most. Gives a function that ends it. */
export function watchPieces(visible: () => readonly string[]): () => void {
  let asking = false;
  const look = async () => {
    if (asking || document.hidden || useConnection.getState().state !== 'open') return;
    const ids = outdated(visible());
    if (ids.length === 0) return;
    asking = true;
    const received = new Map(ids.map((id) => [id, taskById(id)?.received ?? 0]));
    const answer = await wire.call('tasks.pieces', { ids });
    asking = false;
    if (answer.ok) take(answer.value.pieces, received);
  };
  void look();
  const timer = setInterval(() => void look(), ASK_MS);
  return () => clearInterval(timer);
}

function outdated(ids: readonly string[]): string[] {
  const { byId } = usePiecesStore.getState();
  return ids
    .filter((id) => {
      const task = taskById(id);
      if (task === undefined || !HAVE_PIECES.has(task.state)) return false;
      return task.received > 0 && byId.get(id)?.received !== task.received;
    })
    .slice(0, MOST_ASKED);
}

function take(pieces: readonly Pieces[], received: ReadonlyMap<string, number>): void {
  usePiecesStore.setState(({ byId }) => {
    const next = new Map(byId);
    for (const each of pieces) {
      next.delete(each.taskId);
      next.set(each.taskId, { received: received.get(each.taskId) ?? 0, shares: sharesOf(each) });
    }
    for (const id of next.keys()) {
      if (next.size <= MOST_KNOWN) break;
      next.delete(id);
    }
    return { byId: next };
  });
}

export function sharesOf({ length, spans }: Pieces): Shares | null {
  if (length === null || length === 0) return null;
  return spans.map(([start, end]) => [start / length, end / length] as const);
}
