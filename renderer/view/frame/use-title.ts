import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStatus } from '../../store/status.ts';
import { formatSpeed } from '../../words/format.ts';

/** The window's title says how fast it goes, so that a tab or a task bar does. */
export function useTitle(): void {
  const { t } = useTranslation();
  const speed = useStatus(({ speeds }) => speeds.at(-1) ?? 0);
  const title = speed > 0 ? t('frame.titleWithSpeed', { speed: formatSpeed(speed) }) : t('frame.title');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
