import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.2 GiB`; never rounded up, so that it does not say more than there is. */
export function bytes(count: number): string {
  const power = Math.min(UNITS.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** power;
  const digits = power === 0 || value >= 100 ? Math.floor(value) : (Math.floor(value * 10) / 10).toFixed(1);
  return `${digits} ${UNITS[power]}`;
}

/** `98.0 MiB/s`. */
export function rate(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`;
}

/** `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/**
 * Text from servers as one line without what a terminal would obey: escape sequences, control characters (C1 too,
 * which some terminals take for sequences), line ends, and marks that turn the direction of the text.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '');
}

/** The beginning of `text` with an ellipsis where it takes more than so many columns; wide characters take two. */
export function shortened(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let fit = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += stringWidth(segment);
    // The last column is the ellipsis's.
    if (used > columns - 1) break;
    fit += segment;
  }
  return columns < 1 ? '' : `${fit}…`;
}

/** Exactly so many columns wide. */
export function fitted(text: string, columns: number): string {
  const fit = shortened(text, columns);
  return fit + ' '.repeat(Math.max(0, columns - stringWidth(fit)));
}
