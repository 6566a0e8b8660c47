import { assertNever } from '../../../main/contract/errors.ts';
import { closeDialog, useView } from '../../store/view.ts';
import { AddDialog } from '../add/add-dialog.tsx';
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
