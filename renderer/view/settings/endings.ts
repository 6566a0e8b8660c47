const ENDING = /^[^./\\\s]+(\.[^./\\\s]+)*$/;

/** Endings of files as typed, with commas or spaces between them, with dots or without; lower case, each once. */
export function parseEndings(text: string): { endings: readonly string[]; wrong: readonly string[] } {
  const words = text
    .split(/[\s,;，、；]+/)
    .map((word) => word.replace(/^\*?\./, '').toLowerCase())
    .filter(Boolean);
  const each = [...new Set(words)];
  return {
    endings: each.filter((word) => ENDING.test(word)),
    wrong: each.filter((word) => !ENDING.test(word)),
  };
}

export function endingsText(endings: readonly string[]): string {
  return endings.join(', ');
}
