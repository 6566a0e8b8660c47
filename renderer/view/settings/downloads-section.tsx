import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../main/contract/settings.ts';
import { useStatus } from '../../store/status.ts';
import { FolderField } from './folder-setting.tsx';
import { save } from './saving.tsx';
import { ChoiceSetting, Group, NumberSetting, SwitchSetting, WideRow } from './setting-fields.tsx';

const KIB = 1024;

export function DownloadsSection({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  return (
    <>
      <Where settings={settings} />
      <AtOnce settings={settings} />
      <Group title={t('settings.downloads.onTrouble')}>
        <NumberSetting
          title={t('settings.downloads.retries')}
          hint={t('settings.downloads.retriesHint')}
          value={settings.retries}
          min={0}
          max={1_000_000}
          keep={(retries) => save({ retries })}
        />
        <NumberSetting
          title={t('settings.downloads.timeout')}
          hint={t('settings.downloads.timeoutHint')}
          value={settings.timeoutSeconds}
          min={1}
          max={86_400}
          unit={t('settings.units.seconds')}
          keep={(timeoutSeconds) => save({ timeoutSeconds })}
        />
        <OnConflict value={settings.onConflict} />
        <OnChanged value={settings.onChanged} />
      </Group>
    </>
  );
}

function Where({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const used = useStatus(({ status }) => status?.downloads ?? '');
  return (
    <Group title={t('settings.downloads.where')}>
      <WideRow title={t('settings.downloads.folder')}>
        <FolderField
          label={t('settings.downloads.folder')}
          labelHidden
          hint={t('settings.downloads.folderHint')}
          value={settings.dir}
          placeholder={used}
          keep={(dir) => save({ dir })}
        />
      </WideRow>
      <SwitchSetting
        title={t('settings.downloads.ask')}
        hint={t('settings.downloads.askHint')}
        value={settings.askWhere}
        onChange={(askWhere) => void save({ askWhere })}
      />
    </Group>
  );
}

function AtOnce({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  return (
    <Group title={t('settings.downloads.atOnce')}>
      <NumberSetting
        title={t('settings.downloads.jobs')}
        hint={t('settings.downloads.jobsHint')}
        value={settings.jobs}
        min={1}
        max={100}
        keep={(jobs) => save({ jobs })}
      />
      <NumberSetting
        title={t('settings.downloads.connections')}
        hint={t('settings.downloads.connectionsHint')}
        value={settings.connections}
        min={1}
        max={32}
        keep={(connections) => save({ connections })}
      />
      <NumberSetting
        title={t('settings.downloads.perHost')}
        hint={t('settings.downloads.perHostHint')}
        value={settings.perHost}
        min={1}
        max={64}
        keep={(perHost) => save({ perHost })}
      />
      <NumberSetting
        title={t('settings.downloads.minSplit')}
        hint={t('settings.downloads.minSplitHint')}
        value={Math.max(1, Math.round(settings.minSplit / KIB))}
        min={1}
        max={KIB * KIB}
        unit={t('settings.units.kib')}
        keep={(kib) => save({ minSplit: kib * KIB })}
      />
    </Group>
  );
}

function OnConflict({ value }: { readonly value: Settings['onConflict'] }) {
  const { t } = useTranslation();
  return (
    <ChoiceSetting
      title={t('settings.downloads.conflict.title')}
      hint={t(`settings.downloads.conflict.${value}Means`)}
      value={value}
      onChange={(onConflict) => void save({ onConflict })}
      choices={(['rename', 'overwrite', 'skip', 'fail'] as const).map((each) => ({
        value: each,
        label: t(`settings.downloads.conflict.${each}`),
      }))}
    />
  );
}

function OnChanged({ value }: { readonly value: Settings['onChanged'] }) {
  const { t } = useTranslation();
  return (
    <ChoiceSetting
      title={t('settings.downloads.changed.title')}
      hint={t(`settings.downloads.changed.${value}Means`)}
      value={value}
      onChange={(onChanged) => void save({ onChanged })}
      choices={(['stop', 'restart', 'continue'] as const).map((each) => ({
        value: each,
        label: t(`settings.downloads.changed.${each}`),
      }))}
    />
  );
}
