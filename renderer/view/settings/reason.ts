import i18next from 'i18next';
import type { ShownError } from '../../store/notices.ts';

/** Why a change was not kept, in the user's language as far as there are words for it. */
export function reasonOf({ code, detail }: ShownError): string {
  const title = i18next.t(`errors.${code}.title`);
  return i18next.t('settings.refused', { reason: detail === undefined ? title : `${title} ${detail}` });
}
