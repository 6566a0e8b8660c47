import { useTranslation } from 'react-i18next';
import { TextField } from '../parts/fields.tsx';
import { Labelled } from './labelled.tsx';
import type { AddState } from './use-add.ts';

/** What the one download is to be called; of several, each has its own name. */
export function NameLine({ state: { draft, change, sum } }: { readonly state: AddState }) {
  const { t } = useTranslation();
  const [only, ...others] = sum.fetched;
  if (draft.pack || only === undefined || others.length > 0) return null;
  return (
    <Labelled label={t('add.name')}>
      <TextField
        label={t('add.name')}
        labelHidden
        placeholder={only.name}
        value={draft.name}
        onChange={(name) => change({ name })}
        maxLength={1024}
        className="flex-1"
      />
    </Labelled>
  );
}
