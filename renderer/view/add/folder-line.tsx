import { FolderOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { orTell } from '../../store/engine.ts';
import { useStatus } from '../../store/status.ts';
import { wire } from '../../wire/wires.ts';
import { Button } from '../parts/button.tsx';
import { Select, TextField } from '../parts/fields.tsx';
import type { Draft } from './draft.ts';
import { Labelled } from './labelled.tsx';
import type { Row } from './rows.ts';
import type { AddState } from './use-add.ts';

/** Where it goes: to the folders of its types, or to one folder. */
export function FolderLine({ state }: { readonly state: AddState }) {
  const { draft, change, sum, tried, wrongs } = state;
  const { t } = useTranslation();
  const downloads = useStatus(({ status }) => status?.downloads ?? '');
  const { desktop } = wire;
  const choose = async () => {
    const from = draft.dir.trim() || downloads || null;
    const answer = desktop && (await orTell(desktop.call('desktop.chooseFolder', { from })));
    if (answer?.path != null) change({ folder: 'fixed', dir: answer.path });
  };
  const isWrong = tried && wrongs.some(({ field }) => field === 'dir');
  return (
    <Labelled label={t('add.saveTo')}>
      <Select<Draft['folder']>
        label={t('add.folderHow')}
        labelHidden
        value={draft.folder}
        choices={[
          { value: 'category', label: t('add.byCategory') },
          { value: 'fixed', label: t('add.fixed') },
        ]}
        onChange={(folder) => change({ folder })}
        className="w-[150px]"
      />
      {draft.folder === 'fixed' ? (
        <TextField
          label={t('add.folder')}
          labelHidden
          placeholder={t('add.folderHint', { downloads })}
          value={draft.dir}
          onChange={(dir) => change({ dir })}
          problem={isWrong ? t('add.wrong.dir') : null}
          className="min-w-40 flex-1"
        />
      ) : (
        <Folders rows={draft.pack ? [] : sum.fetched} downloads={downloads} />
      )}
      {desktop !== null && (
        <Button icon={<FolderOpen aria-hidden />} onPress={() => void choose()}>
          {t('parts.choose')}
        </Button>
      )}
    </Labelled>
  );
}

/** Where the types' folders are, as far as that fits into a line. */
function Folders({ rows, downloads }: { readonly rows: readonly Row[]; readonly downloads: string }) {
  const { t } = useTranslation();
  const dirs = [...new Set(rows.map(({ link, dir }) => link.dir ?? dir))];
  const words = dirs.length > 1 ? t('add.folders', { count: dirs.length }) : (dirs[0] ?? downloads);
  return (
    <span className="min-w-0 flex-1 basis-40 truncate pt-[5px] text-dim" title={dirs.join('\n') || downloads}>
      {words}
    </span>
  );
}
