import type { TFunction } from 'i18next';
import { assertNever } from '../../../main/contract/errors.ts';
import { durationText } from '../../words/durations.ts';
import { formatAgo, formatBytes, formatClock, formatSpeed } from '../../words/format.ts';
import type { More, Title } from './state-sentence.ts';

const MINUTE_MS = 60_000;
/** From here on a time is easier to read with its units than as a clock. */
const CLOCK_FROM_SECONDS = 60;

export function titleText(t: TFunction, title: Title): string {
  switch (title.say) {
    case 'speed':
      return formatSpeed(title.bytesPerSecond);
    case 'error':
      return t(`errors.${title.code}.title`);
    case 'words':
      return t(`states.${title.word}`);
    default:
      return assertNever(title);
  }
}

/** `now` is ms since 1970. */
export function moreText(t: TFunction, more: More, now: number, language: string): string {
  switch (more.say) {
    case 'words':
      return t(`states.${more.word}`);
    case 'ahead':
      return more.count === 0 ? t('states.next') : t('states.ahead', { count: more.count });
    case 'left':
      return t('parts.duration.left', { time: durationText(more.seconds) });
    case 'goingOn':
      return more.at <= now ? t('states.againNow') : t('states.goingOn', { clock: clockOf(more.at, now) });
    case 'again':
      return more.at <= now ? t('states.againNow') : t('states.again', { time: timeOf(more.at, now) });
    case 'since':
      return now - more.at < MINUTE_MS ? t('states.justNow') : formatAgo(more.at, now, language);
    case 'kept':
      return more.bytes === 0 ? t('states.nothingKept') : t('states.kept', { size: formatBytes(more.bytes) });
    default:
      return assertNever(more);
  }
}

function clockOf(at: number, now: number): string {
  return formatClock((at - now) / 1000);
}

function timeOf(at: number, now: number): string {
  const seconds = Math.ceil((at - now) / 1000);
  return seconds < CLOCK_FROM_SECONDS ? durationText(seconds) : formatClock(seconds);
}
