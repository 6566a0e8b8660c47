/** Signs that turn the direction of what follows (Unicode TR 9): they could make a text look like another one. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const LONGEST = 200;

/** A text of others for use in a sentence of ours: its direction stays its own, and it is not without end. */
export function isolated(text: string): string {
  return `\u2068${shortened(text, LONGEST)}\u2069`;
}

/** A text of others, at most so long and without anything that turns it around. */
export function shortened(text: string, longest: number): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return shown.replace(TURNS, '');
}
