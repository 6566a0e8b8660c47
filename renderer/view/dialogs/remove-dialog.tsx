import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { act } from '../../store/actions.ts';
import { taskById } from '../../store/tasks.ts';
import { wire } from '../../wire/wires.ts';
import { formatBytes } from '../../words/format.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Checkbox } from '../parts/fields.tsx';
import { removeFacts } from './remove-facts.ts';

/** Asks, and says what is lost. */
export function RemoveDialog({
  ids,
  onClose,
}: {
  readonly ids: readonly string[];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [tasks] = useState(() => ids.flatMap((id) => taskById(id) ?? []));
  const [withFiles, setWithFiles] = useState(false);
  const [only] = tasks;
  const { unfinished, bytes, finished } = removeFacts(tasks);
  const size = formatBytes(bytes);
  const sentences =
    tasks.length === 1 && only !== undefined
      ? [t(oneWord(finished, bytes), { name: only.name, size })]
      : [
          ...(unfinished > 0 ? [t('dialogs.remove.manyUnfinished', { count: unfinished, size })] : []),
          ...(finished > 0 ? [t('dialogs.remove.manyFinished', { count: finished })] : []),
        ];
  return (
    <Confirm
      title={t('dialogs.remove.title', { count: tasks.length })}
      sentences={sentences}
      width={440}
      action={t('dialogs.remove.action')}
      onConfirm={() => {
        const removed = tasks.map(({ id }) => id);
        void act('remove', removed, withFiles ? 'delete' : 'keep');
      }}
      onClose={onClose}
    >
      {finished > 0 && (
        <Checkbox isSelected={withFiles} onChange={setWithFiles}>
          {t(wire.desktop === null ? 'dialogs.remove.delete' : 'dialogs.remove.toBin', { count: finished })}
        </Checkbox>
      )}
    </Confirm>
  );
}

function oneWord(finished: number, bytes: number) {
  if (finished > 0) return 'dialogs.remove.finished';
  return bytes > 0 ? 'dialogs.remove.unfinished' : 'dialogs.remove.notBegun';
}
