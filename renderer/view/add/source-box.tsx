import { FilePlus2, X } from 'lucide-react';
import type { ClipboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { orTell } from '../../store/engine.ts';
import { wire } from '../../wire/wires.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { TextField } from '../parts/fields.tsx';
import { pastedLinks } from './paste.ts';
import type { AddState } from './use-add.ts';

/** What is pasted, and the files of this machine that come along. */
export function SourceBox({ state: { draft, change } }: { readonly state: AddState }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-2">
      <TextField
        autoFocus
        label={t('add.source')}
        labelHidden
        placeholder={t('add.placeholder')}
        lines={3}
        mono
        value={draft.text}
        onChange={(text) => change({ text })}
        onPaste={takePaste}
        {...(draft.text === '' && { hint: t('add.hint') })}
      />
      {(draft.paths.length > 0 || (draft.pack && wire.desktop !== null)) && (
        <LocalFiles
          paths={draft.paths}
          isPacked={draft.pack}
          onChange={(paths) => change({ paths, pack: true })}
        />
      )}
    </div>
  );
}

/** Where more is pasted, Chromium takes minutes to do it by itself. */
const MOST_PASTED = 5000;

/** Links of a page are pasted as such, and long texts without delay. */
function takePaste(event: ClipboardEvent<HTMLElement>): void {
  const field = event.target;
  const plain = event.clipboardData.getData('text/plain');
  const text = pastedLinks(plain, event.clipboardData.getData('text/html')) ?? plain;
  const isUsual = text === plain && text.length <= MOST_PASTED;
  if (isUsual || !(field instanceof HTMLTextAreaElement)) return;
  event.preventDefault();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Files of this machine: they go into a ZIP and nowhere else. */
function LocalFiles(props: {
  readonly paths: readonly string[];
  readonly isPacked: boolean;
  readonly onChange: (paths: readonly string[]) => void;
}) {
  const { paths, isPacked, onChange } = props;
  const { t } = useTranslation();
  const { desktop } = wire;
  const choose = async () => {
    const answer = desktop && (await orTell(desktop.call('desktop.chooseFiles', {})));
    if (answer) onChange([...new Set([...paths, ...answer.paths])]);
  };
  return (
    <ul className="m-0 flex max-h-[96px] list-none flex-wrap gap-1.5 overflow-auto p-0">
      {paths.map((path) => (
        <li
          key={path}
          className={`flex h-[30px] max-w-full min-w-0 items-center gap-2 rounded-control border border-line ps-2.5 ${isPacked ? '' : 'text-dim'}`}
        >
          <span className="truncate" title={path}>
            {lastPart(path)}
          </span>
          <span className="shrink-0 text-small text-dim">{t(isPacked ? 'add.here' : 'add.onlyInZip')}</span>
          <IconButton
            label={t('add.removeFile', { name: lastPart(path) })}
            onPress={() => onChange(paths.filter((each) => each !== path))}
          >
            <X aria-hidden />
          </IconButton>
        </li>
      ))}
      {desktop !== null && (
        <li>
          <Button icon={<FilePlus2 aria-hidden />} onPress={() => void choose()}>
            {t('add.addFiles')}
          </Button>
        </li>
      )}
    </ul>
  );
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}
