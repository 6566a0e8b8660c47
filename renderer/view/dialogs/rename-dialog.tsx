import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { taskById } from '../../store/tasks.ts';
import { wire } from '../../wire/wires.ts';
import { TextField } from '../parts/fields.tsx';
import { takeAnswer } from './answers.ts';
import { FormDialog } from './form-dialog.tsx';

/** Another name for a download; of a finished one the file is renamed. */
export function RenameDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [old] = useState(() => taskById(id)?.name ?? '');
  const [name, setName] = useState(old);
  const isWrong = /[/\\]/.test(name);
  return (
    <FormDialog
      title={t('dialogs.rename.title')}
      action={t('dialogs.rename.action')}
      canSubmit={name.trim() !== '' && name !== old && !isWrong}
      submit={() => takeAnswer(wire.call('tasks.update', { id, name: name.trim() }))}
      onClose={onClose}
    >
      <TextField
        autoFocus
        onFocus={({ target }) => selectStem(target as HTMLInputElement)}
        label={t('dialogs.rename.name')}
        value={name}
        onChange={setName}
        maxLength={1024}
        problem={isWrong ? t('dialogs.rename.wrong') : null}
      />
    </FormDialog>
  );
}

/** All but the ending, which is seldom what is meant. */
function selectStem(field: HTMLInputElement): void {
  const dot = field.value.lastIndexOf('.');
  field.setSelectionRange(0, dot > 0 ? dot : field.value.length);
}
