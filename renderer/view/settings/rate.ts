/** Speeds and sizes as they are typed: a number and a unit of 1000s. */
export const RATE_UNITS = ['KB', 'MB', 'GB'] as const;
export type RateUnit = (typeof RATE_UNITS)[number];

const BYTES: Readonly<Record<RateUnit, number>> = { KB: 1000, MB: 1_000_000, GB: 1_000_000_000 };
/** No limit may be lower. Bytes per second. */
const LEAST = 1024;

export interface TypedRate {
  /** As it stands in the field; empty is no limit. */
  readonly text: string;
  readonly unit: RateUnit;
}

/** How a number of bytes is shown in a field: in the largest unit that it has a whole one of. */
export function typedRate(bytes: number | null): TypedRate {
  if (bytes === null) return { text: '', unit: 'MB' };
  const unit = [...RATE_UNITS].reverse().find((each) => bytes >= BYTES[each]) ?? 'KB';
  return { text: String(bytes / BYTES[unit]), unit };
}

/** Bytes; null is no limit. A comma may stand for the point, and a unit behind the number counts more than `unit`. */
export function parseRate({ text, unit }: TypedRate): number | null | 'invalid' {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const [, number = '', letter = ''] =
    /^(\d+(?:[.,]\d+)?|[.,]\d+)\s*([kmg]?)(?:i?b)?(?:\/s)?$/i.exec(trimmed) ?? [];
  if (number === '') return 'invalid';
  const typed = RATE_UNITS.find((each) => each[0] === letter.toUpperCase()) ?? unit;
  const bytes = Math.round(Number(number.replace(',', '.')) * BYTES[typed]);
  if (bytes < BYTES.KB || !Number.isSafeInteger(bytes)) return 'invalid';
  // Who types 1 KB/s wants the lowest limit there is.
  return Math.max(LEAST, bytes);
}
