import i18next from 'i18next';
import { durationParts } from './format.ts';

/** `1 min 4 s`, in the language in use. */
export function durationText(seconds: number): string {
  return durationParts(seconds)
    .map(({ unit, count }) => i18next.t(`parts.duration.${unit}`, { count }))
    .join(' ');
}
