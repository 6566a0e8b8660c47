/** Numbers as people read them. Sizes are in decimal units, with three significant digits, so that columns stand still. */

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A number of bytes in a unit; the unit is a power of 1000 and an index into `UNITS`. */
function scaled(bytes: number): { value: string; unit: string } {
  let power = 0;
  let value = bytes;
  while (power < UNITS.length - 1 && roundsTo1000(value, power)) {
    value /= 1000;
    power += 1;
  }
  return { value: digits(value, power), unit: UNITS[power] as string };
}

/** 999.6 KB would be shown as 1000 KB. */
function roundsTo1000(value: number, power: number): boolean {
  return power === 0 ? value >= 1000 : value >= 999.5;
}

function digits(value: number, power: number): string {
  if (power === 0) return String(Math.round(value));
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}

/** `1.92 GB`. */
export function formatBytes(bytes: number): string {
  const { value, unit } = scaled(bytes);
  return `${value} ${unit}`;
}

/** `18.4 MB/s`. */
export function formatSpeed(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** The two numbers of `1.92 of 3.10 GB`: the first one without its unit where both have the same. */
export function formatShare(received: number, total: number): { received: string; total: string } {
  const a = scaled(received);
  const b = scaled(total);
  return {
    received: a.unit === b.unit ? a.value : `${a.value} ${a.unit}`,
    total: `${b.value} ${b.unit}`,
  };
}

/** `0:42`, `12:05`, `1:02:03`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** The two largest units of a time: `{ days, hours }`, `{ hours, minutes }`, `{ minutes, seconds }` or `{ seconds }`. */
export function durationParts(seconds: number): readonly { unit: 'd' | 'h' | 'min' | 's'; count: number }[] {
  const whole = Math.max(0, Math.round(seconds));
  const all = [
    { unit: 'd', count: Math.floor(whole / 86_400) },
    { unit: 'h', count: Math.floor(whole / 3600) % 24 },
    { unit: 'min', count: Math.floor(whole / 60) % 60 },
    { unit: 's', count: whole % 60 },
  ] as const;
  const first = all.findIndex(({ count }) => count > 0);
  if (first < 0) return [{ unit: 's', count: 0 }];
  return all.slice(first, first + 2).filter(({ count }, index) => index === 0 || count > 0);
}

/** `2 minutes ago` in a language, coarse. `now` and `then` are ms since 1970. */
export function formatAgo(then: number, now: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const seconds = Math.round((then - now) / 1000);
  if (seconds > -60) return format.format(0, 'second');
  if (seconds > -3600) return format.format(Math.ceil(seconds / 60), 'minute');
  if (seconds > -86_400) return format.format(Math.ceil(seconds / 3600), 'hour');
  return format.format(Math.ceil(seconds / 86_400), 'day');
}

/** Date and time, short, in a language. */
export function formatTime(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}
