import type { Settings } from '../../main/contract/settings.ts';

/** Known before the settings are, so that a dark window is dark from its first picture on. */
const KEPT = 'satchel.theme';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
let chosen: Settings['theme'] = 'system';

/** Shows the theme that was in use last, and follows the system where it is to. */
export function startTheme(): void {
  const kept = localStorage.getItem(KEPT);
  showTheme(kept === 'light' || kept === 'dark' ? kept : 'system');
  prefersDark.addEventListener('change', () => showTheme(chosen));
}

export function showTheme(theme: Settings['theme']): void {
  chosen = theme;
  localStorage.setItem(KEPT, theme);
  const dark = theme === 'system' ? prefersDark.matches : theme === 'dark';
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}
