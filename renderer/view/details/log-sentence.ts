import type { TFunction } from 'i18next';
import type { LogEntry } from '../../../main/contract/commands.ts';
import { assertNever, ERRORS, type ErrorCode } from '../../../main/contract/errors.ts';
import { formatBytes, formatSpeed } from '../../words/format.ts';
import { isolated } from '../errors/isolated.ts';

type Payload = LogEntry['payload'];

/**
 * One thing that happened, in sentences. `before` is the change before this one, as its payload, or null: what is the
 * same in both has not been changed. `clock` writes a time.
 */
export function logSentence(
  t: TFunction,
  { type, payload }: LogEntry,
  before: Payload | null,
  clock: (iso: string) => string,
): string {
  const name = isolated(textOf(payload['name']) ?? '');
  const what = reasonText(t, payload['error']);
  switch (type) {
    case 'task.added':
      return t('details.log.added');
    case 'task.started':
      return t('details.log.started');
    case 'task.paused':
      return what === null ? t('details.log.paused') : t('details.log.pausedNoRoom', { what });
    case 'task.resumed':
      return t('details.log.resumed');
    case 'task.retrying':
      return retryingText(t, what, textOf(payload['retryAt']), clock);
    case 'task.rewound':
      return rewoundText(t, payload);
    case 'task.done':
      return doneText(t, payload);
    case 'task.failed':
      return t('details.log.failed', { what: what ?? t('errors.internal.what') });
    case 'task.removed':
      return t('details.log.removed');
    case 'task.changed':
      return changedText(t, payload, before);
    case 'item.done':
      return t('details.log.itemDone', { name });
    case 'item.failed':
      return t('details.log.itemFailed', { name, what: what ?? t('errors.internal.what') });
    default:
      return assertNever(type);
  }
}

function retryingText(
  t: TFunction,
  what: string | null,
  at: string | null,
  clock: (iso: string) => string,
): string {
  const time = at === null ? null : clock(at);
  if (what === null) return time === null ? t('details.log.held') : t('details.log.heldUntil', { time });
  return time === null ? t('details.log.retrying', { what }) : t('details.log.retryingAt', { what, time });
}

function rewoundText(t: TFunction, payload: Payload): string {
  const left = numberOf(payload['received']) ?? 0;
  const what = reasonText(t, payload['reason']);
  return joined([
    left === 0 ? t('details.log.rewoundToNothing') : t('details.log.rewound', { size: formatBytes(left) }),
    what === null ? null : t('details.log.because', { what }),
  ]);
}

function doneText(t: TFunction, payload: Payload): string {
  const size = formatBytes(numberOf(payload['received']) ?? 0);
  const fetched = numberOf(payload['fetched']) ?? 0;
  return joined([
    t('details.log.done', { size, path: isolated(textOf(payload['path']) ?? '') }),
    payload['already'] === true ? t('details.log.doneAlready') : null,
    fetched > 0 ? t('details.log.doneFetched', { size: formatBytes(fetched) }) : null,
  ]);
}

function changedText(t: TFunction, payload: Payload, before: Payload | null): string {
  const isNew = (key: string) => before !== null && key in before && payload[key] !== before[key];
  const name = textOf(payload['name']);
  const dir = textOf(payload['dir']);
  const limit = numberOf(payload['limitRate']);
  const said = joined([
    isNew('name') && name !== null ? t('details.log.changedName', { name: isolated(name) }) : null,
    isNew('dir') && dir !== null ? t('details.log.changedDir', { dir: isolated(dir) }) : null,
    isNew('limitRate') && limit !== null
      ? t('details.log.changedLimit', { speed: formatSpeed(limit) })
      : null,
    isNew('limitRate') && limit === null ? t('details.log.changedNoLimit') : null,
  ]);
  return said === '' ? t('details.log.changed') : said;
}

/** What went wrong, with what the server or the system said to it. */
function reasonText(t: TFunction, error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, detail } = error as { readonly code?: unknown; readonly detail?: unknown };
  if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code)) return null;
  const said = textOf(detail);
  const what = t(`errors.${code as ErrorCode}.what`);
  return said === null || said === '' ? what : `${what} (${isolated(said)})`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function joined(sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null).join(' ');
}
