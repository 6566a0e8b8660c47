import { create } from 'zustand';
import type { CommandInput } from '../../main/contract/commands.ts';
import type { Settings } from '../../main/contract/settings.ts';
import { wire } from '../wire/wires.ts';
import { type ShownError, tell } from './notices.ts';

/** As the engine has them; null until they are known. */
export const useSettings = create<{ readonly settings: Settings | null }>(() => ({ settings: null }));

export async function loadSettings(): Promise<void> {
  const answer = await wire.call('settings.get', {});
  if (answer.ok) useSettings.setState({ settings: answer.value.settings });
}

/** Changes some, and tells the user where that is refused. Gives whether it was done. */
export async function changeSettings(patch: CommandInput<'settings.update'>): Promise<boolean> {
  const refusal = await trySettings(patch);
  if (refusal !== null) tell({ kind: 'error', error: refusal });
  return refusal === null;
}

/** Of several changes on their way, the last one's answer tells how the settings are. */
let asked = 0;

/** Changes some, which is shown at once; gives why that was refused, or null. */
export async function trySettings(patch: CommandInput<'settings.update'>): Promise<ShownError | null> {
  asked += 1;
  const mine = asked;
  const { settings: before } = useSettings.getState();
  if (before !== null) useSettings.setState({ settings: { ...before, ...shownOf(patch) } });
  const answer = await wire.call('settings.update', patch);
  if (mine === asked) {
    useSettings.setState({ settings: answer.ok ? answer.value.settings : before });
    // Of what was asked for before, something may have been done.
    if (!answer.ok) void loadSettings();
  }
  return answer.ok ? null : answer.error;
}

/** What is shown of a change before it is answered: no secrets. */
function shownOf({ proxy: _, webhooks: __, ...rest }: CommandInput<'settings.update'>): Partial<Settings> {
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
}
