import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '../../store/actions.ts';
import { taskById } from '../../store/tasks.ts';
import { wire } from '../../wire/wires.ts';
import { formatBytes } from '../../words/format.ts';
import { TextField } from '../parts/fields.tsx';
import { takeAnswer } from './answers.ts';
import { FormDialog } from './form-dialog.tsx';

/** A fresh link to the same file; what has been fetched of it is kept. */
export function NewLinkDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [task] = useState(() => taskById(id));
  const { name = '', received = 0 } = task ?? {};
  const old = task?.items[0]?.url ?? '';
  const [url, setUrl] = useState(old);
  const isAddress = /^https?:\/\//i.test(url.trim()) && URL.canParse(url.trim());
  const goesOn = task?.state === 'paused' ? 'resume' : task?.state === 'failed' ? 'retry' : null;
  const save = async (thenGo: boolean) => {
    const refused = await takeAnswer(wire.call('tasks.update', { id, url: url.trim() }));
    if (refused === null && thenGo && goesOn !== null) await act(goesOn, [id]);
    return refused;
  };
  const canSubmit = isAddress && url.trim() !== old;
  return (
    <FormDialog
      title={t('dialogs.newLink.title')}
      action={t(goesOn === null ? 'dialogs.newLink.change' : `dialogs.newLink.${goesOn}`)}
      canSubmit={canSubmit}
      submit={() => save(true)}
      onClose={onClose}
      width={560}
      other={goesOn && { action: t('dialogs.newLink.save'), submit: () => save(false) }}
    >
      <p className="m-0 break-words text-dim">
        {t(received > 0 ? 'dialogs.newLink.what' : 'dialogs.newLink.whatNew', {
          name,
          size: formatBytes(received),
        })}
      </p>
      <TextField
        autoFocus
        label={t('dialogs.newLink.address')}
        inputMode="url"
        onFocus={({ target }) => (target as HTMLInputElement).select()}
        mono
        value={url}
        onChange={setUrl}
        problem={url.trim() === '' || isAddress ? null : t('dialogs.newLink.wrong')}
      />
    </FormDialog>
  );
}
