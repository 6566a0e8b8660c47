import { useEffect } from 'react';
import { assertNever } from '../../../main/contract/errors.ts';
import { closeDialog, useView } from '../../store/view.ts';
import { AddDialog } from '../add/add-dialog.tsx';
import { FOCUS_HOME } from '../list/keep-focus.ts';
import { FolderDialog } from './folder-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { LimitDialog } from './limit-dialog.tsx';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { PackageDialog } from './package-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { VerifyDialog } from './verify-dialog.tsx';

/** The box that is open over the window, if one is. */
export function Dialogs() {
  const dialog = useView((view) => view.dialog);
  const onClose = closeDialog;
  useFocusAfter(dialog !== null);
  if (dialog === null) return null;
  switch (dialog.kind) {
    case 'add':
      return <AddDialog {...dialog} onClose={onClose} />;
    case 'remove':
      return <RemoveDialog ids={dialog.ids} onClose={onClose} />;
    case 'newLink':
      return <NewLinkDialog id={dialog.id} onClose={onClose} />;
    case 'rename':
      return <RenameDialog id={dialog.id} onClose={onClose} />;
    case 'folder':
      return <FolderDialog id={dialog.id} onClose={onClose} />;
    case 'limit':
      return <LimitDialog ids={dialog.ids} onClose={onClose} />;
    case 'verify':
      return <VerifyDialog id={dialog.id} onClose={onClose} />;
    case 'addToPackage':
      return <PackageDialog ids={dialog.ids} onClose={onClose} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={onClose} />;
    case 'importList':
      return <ImportDialog onClose={onClose} />;
    default:
      return assertNever(dialog);
  }
}

/** What had the focus before a box may be gone after it: then it goes to the list. */
function useFocusAfter(isOpen: boolean): void {
  useEffect(() => {
    if (isOpen) return;
    // A box gives the focus back in the frame after it has gone.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return;
        document.querySelector<HTMLElement>(`[${FOCUS_HOME}]`)?.focus();
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [isOpen]);
}
