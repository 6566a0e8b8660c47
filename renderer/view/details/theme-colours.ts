/** Calls when what is drawn by hand is to be drawn anew: another theme, contrast or density of pixels. Gives what ends it. */
export function watchLook(changed: () => void): () => void {
  const themes = new MutationObserver(changed);
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const queries = ['(prefers-contrast: more)', '(forced-colors: active)'].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener('change', changed);
  // The pixels are denser on another screen, and with another zoom.
  addEventListener('resize', changed);
  return () => {
    themes.disconnect();
    for (const query of queries) query.removeEventListener('change', changed);
    removeEventListener('resize', changed);
  };
}

/** Where the system forces its colours, only these are left. */
const FORCED: Readonly<Record<string, string>> = {
  '--acc': 'Highlight',
  '--warn': 'LinkText',
  '--track': 'GrayText',
  '--line': 'GrayText',
  '--faint': 'CanvasText',
};

/** The colour that a token of the theme stands for at present. */
export function colourOf(token: string): string {
  if (matchMedia('(forced-colors: active)').matches) return FORCED[token] ?? 'CanvasText';
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}
