import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../main/contract/task.ts';
import { relinkItem, removeItem, renameItem } from '../../store/items.ts';
import type { TaskView } from '../../store/tasks.ts';
import { FormDialog } from '../dialogs/form-dialog.tsx';
import { isolated } from '../errors/isolated.ts';
import { Confirm } from '../parts/confirm.tsx';
import { TextField } from '../parts/fields.tsx';

export interface OpenItemDialog {
  readonly kind: 'newLink' | 'rename' | 'remove';
  readonly item: Item;
}

export interface ItemDialogProps {
  readonly task: TaskView;
  readonly dialog: OpenItemDialog;
  readonly onClose: () => void;
}

/** The box that is open about an item of a package. */
export function ItemDialog({ task, dialog, onClose }: ItemDialogProps) {
  const { t } = useTranslation();
  const { kind, item } = dialog;
  if (kind === 'newLink') return <NewLink task={task} item={item} onClose={onClose} />;
  if (kind === 'rename') return <Rename task={task} item={item} onClose={onClose} />;
  return (
    <Confirm
      title={t('details.items.removeTitle')}
      sentences={[t('details.items.removeText', { name: isolated(item.name) })]}
      action={t('details.items.removeDo')}
      onConfirm={() => void removeItem(task.id, item.id)}
      onClose={onClose}
    />
  );
}

interface OneItemProps {
  readonly task: TaskView;
  readonly item: Item;
  readonly onClose: () => void;
}

function Rename({ task, item, onClose }: OneItemProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(item.name);
  const wanted = name.trim();
  return (
    <FormDialog
      title={t('details.items.renameTitle')}
      action={t('details.items.renameDo')}
      canSubmit={wanted !== '' && wanted !== item.name}
      submit={() => renameItem(task.id, item.id, wanted)}
      onClose={onClose}
    >
      <TextField
        autoFocus
        onFocus={({ target }) => selectStem(target as HTMLInputElement)}
        label={t('details.items.renameName')}
        hint={t('details.items.renameHint')}
        value={name}
        onChange={setName}
        maxLength={1024}
      />
    </FormDialog>
  );
}

/** The name without its folders and its ending, which are seldom what is meant. */
function selectStem(field: HTMLInputElement): void {
  const { value } = field;
  const start = value.lastIndexOf('/') + 1;
  const dot = value.lastIndexOf('.');
  field.setSelectionRange(start, dot > start ? dot : value.length);
}

function NewLink({ task, item, onClose }: OneItemProps) {
  const { t } = useTranslation();
  const [url, setUrl] = useState(item.url ?? '');
  const wanted = url.trim();
  const isAddress = /^https?:\/\//i.test(wanted) && URL.canParse(wanted);
  return (
    <FormDialog
      title={t('details.items.newLinkTitle')}
      action={t('details.items.newLinkDo')}
      canSubmit={isAddress && wanted !== item.url}
      submit={() => relinkItem(task.id, item.id, wanted)}
      onClose={onClose}
      width={560}
    >
      <p className="m-0 text-dim [overflow-wrap:anywhere]">
        {t(item.path === null ? 'details.items.newLinkWhat' : 'details.items.newLinkInstead', {
          name: isolated(item.name),
        })}
      </p>
      <TextField
        autoFocus
        label={t('details.items.newLinkAddress')}
        inputMode="url"
        mono
        value={url}
        onChange={setUrl}
        problem={wanted === '' || isAddress ? null : t('details.items.newLinkWrong')}
      />
    </FormDialog>
  );
}
