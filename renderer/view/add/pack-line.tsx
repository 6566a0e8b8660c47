import { useTranslation } from 'react-i18next';
import { Select, Switch, TextField } from '../parts/fields.tsx';
import { PACKINGS, type Packing } from './draft.ts';
import type { AddState } from './use-add.ts';

/** Whether it all becomes one ZIP, and which. */
export function PackLine({ state: { draft, change } }: { readonly state: AddState }) {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-[30px] flex-wrap items-center gap-2.5">
      <Switch isSelected={draft.pack} onChange={(pack) => change({ pack })}>
        <span className="font-medium">{t('add.pack')}</span>
      </Switch>
      {draft.pack && (
        <>
          <TextField
            label={t('add.packName')}
            labelHidden
            placeholder={t('add.packUsual')}
            value={draft.packName}
            onChange={(packName) => change({ packName })}
            maxLength={1024}
            className="min-w-40 flex-1"
          />
          <Select<Packing>
            label={t('add.packing')}
            labelHidden
            value={draft.packing}
            choices={PACKINGS.map((value) => ({ value, label: t(`add.packings.${value}`) }))}
            onChange={(packing) => change({ packing })}
            className="w-[140px]"
          />
        </>
      )}
    </div>
  );
}
