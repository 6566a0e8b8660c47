import { LogOut } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { orTell } from '../../store/engine.ts';
import { wire } from '../../wire/wires.ts';
import { Button } from '../parts/button.tsx';
import { FieldRow } from '../parts/fields.tsx';
import { Group } from './setting-fields.tsx';

/** In a browser: who one is to the server, and the way out. */
export function SessionSection() {
  const { t } = useTranslation();
  const { browser } = wire;
  if (browser === null) return null;
  return (
    <Group title={t('settings.session.title')}>
      <FieldRow
        title={t('settings.session.signedIn', { host: location.host })}
        hint={t('settings.session.signedInHint')}
      >
        {() => (
          <Button icon={<LogOut aria-hidden />} onPress={() => void orTell(browser.signOut())}>
            {t('settings.session.signOut')}
          </Button>
        )}
      </FieldRow>
    </Group>
  );
}
