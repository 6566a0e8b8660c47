export const isMac = /mac/i.test(globalThis.navigator?.platform ?? '');

const MAC: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };

/** The keys of `Mod+Shift+N` as they are written on this system's keyboards. */
export function keyCaps(keys: string, mac: boolean): readonly string[] {
  return keys.split('+').map((key) => (mac ? (MAC[key] ?? key) : key === 'Mod' ? 'Ctrl' : key));
}
