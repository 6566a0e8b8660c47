import { create } from 'zustand';
import type { CommandAnswer } from '../../main/contract/commands.ts';
import { wire } from '../wire/wires.ts';
import { useTasks } from './tasks.ts';

export type Status = CommandAnswer<'status'>;

export interface StatusState {
  readonly status: Status | null;
  /** Bytes per second of all tasks together, a sample a second, the newest last; at most five minutes. */
  readonly speeds: readonly number[];
}

export const useStatus = create<StatusState>(() => ({ status: null, speeds: [] }));

const SAMPLE_MS = 1000;
/** How the disk and the hosts are changes slowly. */
const STATUS_EVERY = 5;
const MOST_SPEEDS = 300;

/** Looks at the engine's state from time to time; gives a function that ends it. */
export function watchStatus(): () => void {
  let tick = 0;
  const look = () => {
    if (tick % STATUS_EVERY === 0) void refreshStatus();
    tick += 1;
    const now = speedOfAll();
    useStatus.setState(({ speeds }) => ({ speeds: [...speeds, now].slice(-MOST_SPEEDS) }));
  };
  look();
  const timer = setInterval(look, SAMPLE_MS);
  return () => clearInterval(timer);
}

export async function refreshStatus(): Promise<void> {
  const answer = await wire.call('status', {});
  if (!answer.ok) return;
  useStatus.setState({ status: answer.value });
  if (answer.value.offers > 0) await takeOffers();
}

/** Bytes per second. */
export function speedOfAll(): number {
  let sum = 0;
  for (const task of useTasks.getState().byId.values()) {
    if (task.state === 'running') sum += task.speed;
  }
  return sum;
}

/** What browsers have handed over goes to whoever follows them. */
async function takeOffers(): Promise<void> {
  const answer = await wire.call('offers.take', {});
  if (!answer.ok) return;
  for (const { text } of answer.value.offers) for (const take of offerListeners) take(text);
}

const offerListeners = new Set<(text: string) => void>();

/** Is told of links for the package tray; gives a function that ends it. */
export function followOffers(take: (text: string) => void): () => void {
  offerListeners.add(take);
  return () => void offerListeners.delete(take);
}
