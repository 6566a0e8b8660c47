import { FilePlus2, FolderPlus, Link, Plus, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { orTell } from '../../store/engine.ts';
import { useTray } from '../../store/tray.ts';
import { wire } from '../../wire/wires.ts';
import { FormDialog } from '../dialogs/form-dialog.tsx';
import { Button, IconButton } from '../parts/button.tsx';
import { TextField } from '../parts/fields.tsx';
import { MenuButton, type MenuEntry } from '../parts/menu.tsx';
import { addFiles, addPaths, addText } from './adding.ts';
import { leaveOut } from './edits.ts';

/** The ways into the tray for those who do not drag. */
export function AddToTray() {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  const chooser = useChooser();
  const entries = useTray((tray) => tray.entries);
  const choices: MenuEntry[] = [
    { id: 'links', label: t('tray.links'), icon: <Link aria-hidden />, run: () => setAsks(true) },
    {
      id: 'files',
      label: t('add.addFiles'),
      icon: <FilePlus2 aria-hidden />,
      run: () => chooser.choose('files'),
    },
    {
      id: 'folder',
      label: t('tray.folder'),
      icon: <FolderPlus aria-hidden />,
      run: () => chooser.choose('folder'),
    },
    'line',
    {
      id: 'empty',
      label: t('tray.empty'),
      icon: <Trash2 aria-hidden />,
      isDisabled: entries.length === 0,
      danger: true,
      run: () => leaveOut(new Set(entries.map(({ key }) => key))),
    },
  ];
  return (
    <>
      <MenuButton label={t('tray.add')} entries={choices}>
        <IconButton label={t('tray.add')}>
          <Plus aria-hidden />
        </IconButton>
      </MenuButton>
      {chooser.fields}
      {asks && <LinksDialog onClose={() => setAsks(false)} />}
    </>
  );
}

/** What can be put in, as long as there is nothing. */
export function EmptyTray() {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  const chooser = useChooser();
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-3 overflow-y-auto rounded-box border-2 border-dashed border-line p-5 text-center">
      <div className="text-title font-semibold">{t('tray.nothing')}</div>
      <p className="m-0 max-w-64 text-dim">{t('tray.nothingHint')}</p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button icon={<Link aria-hidden />} onPress={() => setAsks(true)}>
          {t('tray.links')}
        </Button>
        <Button icon={<FilePlus2 aria-hidden />} onPress={() => chooser.choose('files')}>
          {t('add.addFiles')}
        </Button>
      </div>
      {chooser.fields}
      {asks && <LinksDialog onClose={() => setAsks(false)} />}
    </div>
  );
}

function LinksDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const submit = async () => {
    const found = addText(text);
    setWrong(!found);
    return found ? null : ('replaced' as const);
  };
  return (
    <FormDialog
      title={t('tray.linksTitle')}
      action={t('tray.linksAction')}
      canSubmit={text.trim() !== ''}
      submit={submit}
      onClose={onClose}
      width={560}
    >
      <TextField
        autoFocus
        label={t('add.source')}
        placeholder={t('add.placeholder')}
        lines={5}
        mono
        value={text}
        onChange={setText}
        problem={isWrong ? t('add.nothing') : null}
      />
    </FormDialog>
  );
}

/** Browsers know it; React's types do not. */
const WHOLE_FOLDERS = { webkitdirectory: '' };

/** Lets files of this computer be chosen: by a box of the system, or by the browser's own. */
function useChooser() {
  const { t } = useTranslation();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const choose = (what: 'files' | 'folder') => {
    if (wire.desktop !== null) void chooseOnDesktop(what);
    else (what === 'files' ? files : folder).current?.click();
  };
  const take = ({ target }: React.ChangeEvent<HTMLInputElement>) => {
    const chosen = [...(target.files ?? [])];
    void addFiles(chosen.map((file) => ({ file, name: file.webkitRelativePath || file.name })));
    target.value = '';
  };
  const common = { type: 'file', multiple: true, hidden: true, tabIndex: -1, onChange: take } as const;
  const fields =
    wire.desktop === null ? (
      <>
        <input ref={files} {...common} aria-label={t('add.addFiles')} />
        <input ref={folder} {...common} {...WHOLE_FOLDERS} aria-label={t('tray.folder')} />
      </>
    ) : null;
  return { choose, fields };
}

async function chooseOnDesktop(what: 'files' | 'folder'): Promise<void> {
  const { desktop } = wire;
  if (desktop === null) return;
  if (what === 'files') {
    const answer = await orTell(desktop.call('desktop.chooseFiles', {}));
    if (answer !== null && answer.paths.length > 0) await addPaths(answer.paths);
    return;
  }
  const answer = await orTell(desktop.call('desktop.chooseFolder', { from: null }));
  if (answer?.path != null) await addPaths([answer.path]);
}
