import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Checkbox } from '../parts/fields.tsx';
import type { Given } from './draft.ts';
import { FolderLine } from './folder-line.tsx';
import { ListPreview } from './list-preview.tsx';
import { MoreFields } from './more-fields.tsx';
import { NameLine } from './name-line.tsx';
import { PackLine } from './pack-line.tsx';
import { PreviewPart } from './preview-part.tsx';
import { SourceBox } from './source-box.tsx';
import { type AddState, useAdd } from './use-add.ts';

/** Takes anything pasted, shows what it would add, and adds it. */
export function AddDialog({ onClose, ...given }: Given & { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const state = useAdd(given, onClose);
  const { draft, change, canAdd, add, reading } = state;
  useSubmitKey(add);
  return (
    <Dialog
      title={t(draft.pack ? 'add.titlePack' : 'add.title')}
      width={760}
      onClose={onClose}
      beside={
        <Checkbox isSelected={draft.startNow} onChange={(startNow) => change({ startNow })}>
          {t('add.startNow')}
        </Checkbox>
      }
      actions={
        <>
          <Button onPress={onClose}>{t('parts.cancel')}</Button>
          <Button look="primary" isDisabled={!canAdd} onPress={() => void add()}>
            <AddWords state={state} />
          </Button>
        </>
      }
    >
      <SourceBox state={state} />
      {reading.kind === 'list' ? (
        <ListPreview tasks={reading.tasks} state={state} />
      ) : (
        <>
          <PreviewPart state={state} />
          <PackLine state={state} />
          <NameLine state={state} />
          <FolderLine state={state} />
          <MoreFields state={state} />
        </>
      )}
    </Dialog>
  );
}

/** The main button says what it does. */
function AddWords({ state }: { readonly state: AddState }) {
  const { t } = useTranslation();
  const { draft, reading, sum } = state;
  if (reading.kind === 'list') return t('add.do.import', { count: reading.tasks.length });
  const count = sum.fetched.length + (draft.pack ? draft.paths.length : 0);
  if (draft.pack) return count === 0 ? t('add.do.nothingToPack') : t('add.do.pack', { count });
  if (count > 0) return t(draft.startNow ? 'add.do.download' : 'add.do.add', { count });
  if (sum.resumed.length > 0) return t('add.do.resume', { count: sum.resumed.length });
  if (sum.opened.length > 0) return t('add.do.open');
  return t(sum.left.length > 0 ? 'add.do.show' : 'add.do.nothing');
}

/** Ctrl+Enter, or ⌘+Enter, from wherever the keyboard is. */
function useSubmitKey(add: () => Promise<void>): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    void add();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    addEventListener('keydown', listener, true);
    return () => removeEventListener('keydown', listener, true);
  }, []);
}
