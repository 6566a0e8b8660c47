import { useEffect } from 'react';
import { create } from 'zustand';
import type { DesktopAnswer } from '../../main/contract/desktop.ts';
import { wire } from '../wire/wires.ts';
import { useSettings } from './settings.ts';

export type About = DesktopAnswer<'desktop.about'>;

const useStore = create<{ readonly about: About | null }>(() => ({ about: null }));

/** What the desktop says of itself; null in a browser. Asked again whenever remote access is set. */
export function useAbout(): About | null {
  const remote = useSettings(({ settings }) => settings?.remoteAccess);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what tells that the answer may be another.
  useEffect(() => void refreshAbout(), [remote]);
  return useStore((state) => state.about);
}

export async function refreshAbout(): Promise<void> {
  const answer = await wire.desktop?.call('desktop.about', {});
  if (answer?.ok) useStore.setState({ about: answer.value });
}
