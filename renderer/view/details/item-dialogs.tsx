import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../main/contract/task.ts';
import { relinkItem, removeItem } from '../../store/items.ts';
import type { TaskView } from '../../store/tasks.ts';
import { FormDialog } from '../dialogs/form-dialog.tsx';
import { isolated } from '../errors/isolated.ts';
import { Confirm } from '../parts/confirm.tsx';
import { TextField } from '../parts/fields.tsx';

export interface OpenItemDialog {
  readonly kind: 'newLink' | 'remove';
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

function NewLink(props: { readonly task: TaskView; readonly item: Item; readonly onClose: () => void }) {
  const { task, item, onClose } = props;
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
        {t('details.items.newLinkWhat', { name: isolated(item.name) })}
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
