import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../main/contract/settings.ts';
import { save } from './saving.tsx';
import { ChoiceSetting, Group, SwitchSetting } from './setting-fields.tsx';

/** What only a program on this computer can do; not there in a browser. */
export function DesktopSection({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  return (
    <>
      <Group title={t('settings.desktop.window')}>
        <ChoiceSetting
          title={t('settings.desktop.onClose.title')}
          hint={t(`settings.desktop.onClose.${settings.onClose}Means`)}
          value={settings.onClose}
          onChange={(onClose) => void save({ onClose })}
          choices={(['quit', 'background'] as const).map((each) => ({
            value: each,
            label: t(`settings.desktop.onClose.${each}`),
          }))}
        />
        <SwitchSetting
          title={t('settings.desktop.notifications')}
          hint={t('settings.desktop.notificationsHint')}
          value={settings.notifications}
          onChange={(notifications) => void save({ notifications })}
        />
        <SwitchSetting
          title={t('settings.desktop.clipboard')}
          hint={t('settings.desktop.clipboardHint')}
          value={settings.watchClipboard}
          onChange={(watchClipboard) => void save({ watchClipboard })}
        />
      </Group>
      <Group title={t('settings.desktop.power')}>
        <SwitchSetting
          title={t('settings.desktop.keepAwake')}
          hint={t('settings.desktop.keepAwakeHint')}
          value={settings.keepAwake}
          onChange={(keepAwake) => void save({ keepAwake })}
        />
        <ChoiceSetting
          title={t('settings.desktop.whenDone.title')}
          hint={t(`settings.desktop.whenDone.${settings.whenDone}Means`)}
          value={settings.whenDone}
          onChange={(whenDone) => void save({ whenDone })}
          choices={(['nothing', 'quit', 'sleep'] as const).map((each) => ({
            value: each,
            label: t(`settings.desktop.whenDone.${each}`),
          }))}
        />
      </Group>
    </>
  );
}
