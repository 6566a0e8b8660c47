import { FileText } from 'lucide-react';
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { tell } from '../../store/notices.ts';
import { selectOnly } from '../../store/selection.ts';
import { takeTasks } from '../../store/tasks.ts';
import { wire } from '../../wire/wires.ts';
import { Button } from '../parts/button.tsx';
import { Checkbox, TextField } from '../parts/fields.tsx';
import { FormDialog } from './form-dialog.tsx';

/** Adds a list from a file, or as it is pasted. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [paused, setPaused] = useState(false);
  const [isUnreadable, setUnreadable] = useState(false);
  const read = async (file: File | undefined) => {
    const content = await file?.text().catch(() => null);
    setUnreadable(content === null);
    if (typeof content === 'string') setText(content);
  };
  const submit = async () => {
    const answer = await wire.call('list.import', { text, paused });
    if (!answer.ok) return answer.error;
    const { tasks } = answer.value;
    takeTasks(tasks);
    if (tasks[0] !== undefined) selectOnly(tasks[0].id);
    tell({ kind: 'info', text: t('dialogs.importList.done', { count: tasks.length }) });
    return null;
  };
  return (
    <FormDialog
      title={t('dialogs.importList.title')}
      action={t('dialogs.importList.action')}
      canSubmit={text.trim() !== ''}
      submit={submit}
      onClose={onClose}
      width={560}
    >
      <p className="m-0 text-dim">{t('dialogs.importList.what')}</p>
      <TextField
        autoFocus
        label={t('dialogs.importList.text')}
        labelHidden
        placeholder={t('dialogs.importList.placeholder')}
        lines={8}
        mono
        value={text}
        onChange={setText}
        problem={isUnreadable ? t('dialogs.importList.unreadable') : null}
      />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <FileTrigger
          acceptedFileTypes={['.txt', '.json', '.list', 'text/plain', 'application/json']}
          onSelect={(files) => void read(files?.[0])}
        >
          <Button icon={<FileText aria-hidden />}>{t('dialogs.importList.choose')}</Button>
        </FileTrigger>
        <Checkbox isSelected={paused} onChange={setPaused}>
          {t('dialogs.importList.paused')}
        </Checkbox>
      </div>
    </FormDialog>
  );
}
