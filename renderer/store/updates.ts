import { create } from 'zustand';
import type { Answer } from '../../main/contract/commands.ts';
import type { Updates } from '../../main/contract/desktop.ts';
import { wire } from '../wire/wires.ts';
import type { ShownError } from './notices.ts';

/** What the desktop knows of newer versions; null in a browser, and before it has answered. */
export const useUpdates = create<{ readonly updates: Updates | null }>(() => ({ updates: null }));

export async function refreshUpdates(): Promise<void> {
  take(await wire.desktop?.call('desktop.updates', {}));
}

export async function checkForUpdates(): Promise<void> {
  const answer = wire.desktop?.call('desktop.checkForUpdates', {});
  // It shows that it looks while it does.
  void refreshUpdates();
  take(await answer);
}

/** Null: off. Gives why it was refused, or null. */
export async function setUpdatesAddress(address: string | null): Promise<ShownError | null> {
  return take(await wire.desktop?.call('desktop.setUpdates', { address }));
}

function take(answer: Answer<Updates> | undefined): ShownError | null {
  if (answer?.ok) useUpdates.setState({ updates: answer.value });
  return answer === undefined || answer.ok ? null : answer.error;
}
