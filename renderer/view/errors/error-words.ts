import type { TFunction } from 'i18next';
import type { ErrorCode } from '../../../main/contract/errors.ts';
import { formatBytes } from '../../words/format.ts';
import { shortened } from './isolated.ts';

/** Errors that are about the bytes themselves, where more is to be said than that they are kept. */
const SPECIAL = [
  'range-ignored',
  'checksum-mismatch',
  'length-mismatch',
  'disk-error',
  'corrupt-journal',
  'archive-corrupt',
] as const satisfies readonly ErrorCode[];
type Special = (typeof SPECIAL)[number];

/** What has become of the bytes that were there; null where there were none. */
export function keptText(t: TFunction, code: ErrorCode, bytes: number): string | null {
  if (bytes === 0) return null;
  const size = formatBytes(bytes);
  return isSpecial(code) ? t(`errors.keptOf.${code}`, { size }) : t('errors.kept', { size });
}

function isSpecial(code: ErrorCode): code is Special {
  return (SPECIAL as readonly ErrorCode[]).includes(code);
}

/** Longer than this nobody reads what a server has to say. */
const LONGEST_DETAIL = 2000;

/** What a server or the system said, as it can be shown. */
export function detailText(detail: string): string {
  return shortened(detail, LONGEST_DETAIL);
}
