import { Download, Upload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../main/contract/settings.ts';
import { openDialog } from '../../store/view.ts';
import { exportList } from '../frame/commands.ts';
import { Button } from '../parts/button.tsx';
import { FieldRow } from '../parts/fields.tsx';
import { save } from './saving.tsx';
import { Group, NumberSetting } from './setting-fields.tsx';

export function ListsSection({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  return (
    <>
      <Group title={t('settings.lists.history')}>
        <NumberSetting
          title={t('settings.lists.days')}
          hint={t('settings.lists.daysHint')}
          value={settings.historyDays}
          min={1}
          max={36_500}
          unit={t('settings.units.days')}
          keep={(historyDays) => save({ historyDays })}
        />
      </Group>
      <Group title={t('settings.lists.list')}>
        <FieldRow title={t('settings.lists.export')} hint={t('settings.lists.exportHint')}>
          {() => (
            <Button icon={<Download aria-hidden />} onPress={() => void exportList()}>
              {t('settings.lists.exportDo')}
            </Button>
          )}
        </FieldRow>
        <FieldRow title={t('settings.lists.import')} hint={t('settings.lists.importHint')}>
          {() => (
            <Button icon={<Upload aria-hidden />} onPress={() => openDialog({ kind: 'importList' })}>
              {t('settings.lists.importDo')}
            </Button>
          )}
        </FieldRow>
      </Group>
    </>
  );
}
