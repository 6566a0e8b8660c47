import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { orTell } from '../../store/engine.ts';
import { useStatus } from '../../store/status.ts';
import { taskById } from '../../store/tasks.ts';
import { wire } from '../../wire/wires.ts';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/fields.tsx';
import { takeAnswer } from './answers.ts';
import { FormDialog } from './form-dialog.tsx';

/** Another folder, as long as nothing has been fetched; also the answer to a task that asks where it goes. */
export function FolderDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [task] = useState(() => taskById(id));
  const [dir, setDir] = useState(task?.dir ?? '');
  const downloads = useStatus(({ status }) => status?.downloads ?? '');
  const isAsking = task?.asking ?? false;
  const { desktop } = wire;
  const choose = async () => {
    const answer = desktop && (await orTell(desktop.call('desktop.chooseFolder', { from: dir || null })));
    if (answer?.path != null) setDir(answer.path);
  };
  return (
    <FormDialog
      title={t(isAsking ? 'dialogs.folder.titleAsking' : 'dialogs.folder.title')}
      action={t(isAsking ? 'dialogs.folder.actionAsking' : 'dialogs.folder.action')}
      canSubmit={dir.trim() !== '' && (isAsking || dir.trim() !== task?.dir)}
      submit={() => takeAnswer(wire.call('tasks.update', { id, dir: dir.trim() }))}
      onClose={onClose}
      width={520}
    >
      <TextField
        autoFocus
        label={t('dialogs.folder.label', { name: task?.name ?? '' })}
        hint={
          isAsking
            ? `${t('dialogs.folder.hint', { downloads })} ${t('dialogs.folder.hintAsking')}`
            : t('dialogs.folder.hint', { downloads })
        }
        value={dir}
        onChange={setDir}
        after={
          desktop !== null && (
            <Button icon={<FolderOpen aria-hidden />} onPress={() => void choose()}>
              {t('parts.choose')}
            </Button>
          )
        }
      />
    </FormDialog>
  );
}
