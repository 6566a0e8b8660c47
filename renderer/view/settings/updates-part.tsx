import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Updates } from '../../../main/contract/desktop.ts';
import { checkForUpdates, refreshUpdates, setUpdatesAddress, useUpdates } from '../../store/updates.ts';
import { Button } from '../parts/button.tsx';
import { Group, TextSetting } from './setting-fields.tsx';

/** How far it is shows a moment after it was so. */
const LOOK_AGAIN_MS = 1000;

/** Where newer versions are looked for, and what is known of one. */
export function UpdatesPart() {
  const { t } = useTranslation();
  const updates = useUpdates((state) => state.updates);
  useEffect(() => {
    void refreshUpdates();
    const timer = setInterval(() => void refreshUpdates(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  if (updates === null) return null;
  const keep = async (text: string) => {
    const refusal = await setUpdatesAddress(text.trim() === '' ? null : text.trim());
    return refusal === null ? null : t('settings.about.updatesWrong');
  };
  return (
    <div className="mt-7">
      <Group title={t('settings.about.updates')}>
        <TextSetting
          wide
          title={t('settings.about.updatesAddress')}
          hint={t('settings.about.updatesHint')}
          placeholder={t('settings.about.updatesExample')}
          value={updates.address ?? ''}
          keep={keep}
        />
        {updates.address !== null && <Known updates={updates} />}
      </Group>
    </div>
  );
}

function Known({ updates: { state, version, share, problem } }: { readonly updates: Updates }) {
  const { t } = useTranslation();
  const sentence = t(`settings.about.updatesState.${state}`, {
    version: version ?? '',
    problem: problem ?? '',
  });
  return (
    <div className="flex items-center gap-6 py-2.5">
      <div className="min-w-0 flex-1">
        <div>{t('settings.about.newer')}</div>
        <div className="flex gap-2 text-small text-dim">
          <div role="status" className="min-w-0">
            {sentence}
          </div>
          {/* Not said each time that it changes. */}
          {share !== null && (
            <span className="num shrink-0">{t('parts.percent', { count: Math.floor(share * 100) })}</span>
          )}
        </div>
      </div>
      <Button onPress={() => void checkForUpdates()}>{t('settings.about.check')}</Button>
    </div>
  );
}
