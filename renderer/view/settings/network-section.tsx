import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../main/contract/settings.ts';
import { Note } from './notes.tsx';
import { ProxySetting } from './proxy-setting.tsx';
import { save } from './saving.tsx';
import { Group, SwitchSetting, TextSetting } from './setting-fields.tsx';

const orNull = (text: string) => (text.trim() === '' ? null : text.trim());

export function NetworkSection({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  return (
    <>
      <Group title={t('settings.network.way')}>
        <ProxySetting proxy={settings.proxy} />
      </Group>
      <Group title={t('settings.network.trust')}>
        <TextSetting
          wide
          mono
          title={t('settings.network.caFile')}
          hint={t('settings.network.caFileHint')}
          value={settings.caFile ?? ''}
          placeholder={t('settings.network.caFileExample')}
          keep={(text) => save({ caFile: orNull(text) })}
        />
        <div>
          <SwitchSetting
            title={t('settings.network.insecure')}
            hint={t('settings.network.insecureHint')}
            value={settings.insecure}
            onChange={(insecure) => void save({ insecure })}
          />
          {settings.insecure && <Note look="warn">{t('settings.network.insecureWarning')}</Note>}
        </div>
      </Group>
      <Group title={t('settings.network.asked')}>
        <TextSetting
          wide
          mono
          title={t('settings.network.userAgent')}
          hint={t('settings.network.userAgentHint')}
          value={settings.userAgent ?? ''}
          placeholder={t('settings.network.userAgentNone')}
          keep={(text) => save({ userAgent: orNull(text) })}
        />
        <SwitchSetting
          title={t('settings.network.netrc')}
          hint={t('settings.network.netrcHint')}
          value={settings.netrc}
          onChange={(netrc) => void save({ netrc })}
        />
      </Group>
    </>
  );
}
