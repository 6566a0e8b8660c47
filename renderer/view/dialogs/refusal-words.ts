import type { TFunction } from 'i18next';
import type { ShownError } from '../../store/notices.ts';

/** Why the engine would not do something, in sentences: what is the matter, what it is about, what can be done. */
export function refusalWords(t: TFunction, { code, detail }: ShownError): readonly string[] {
  const about = detail === undefined ? [] : [detail];
  return [t(`errors.${code}.what`), ...about, t(`errors.${code}.next`)];
}
