import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tell } from '../../store/notices.ts';
import { selectOnly } from '../../store/selection.ts';
import { taskById, useTasks } from '../../store/tasks.ts';
import { setView } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { Select } from '../parts/fields.tsx';
import { addTasks } from '../tray/adding.ts';
import { takeAnswer } from './answers.ts';
import { FormDialog } from './form-dialog.tsx';
import { packageSources } from './package-sources.ts';

const NEW = 'new';

/** Puts downloads into a package that is not done yet, or into the tray. */
export function PackageDialog({
  ids,
  onClose,
}: {
  readonly ids: readonly string[];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [tasks] = useState(() => ids.flatMap((id) => taskById(id) ?? []));
  const [packages] = useState(() => openPackages(new Set(ids)));
  const [into, setInto] = useState(packages[0]?.id ?? NEW);
  const sources = packageSources(tasks);
  const target = packages.find(({ id }) => id === into);
  const submit = async () => {
    if (target === undefined) return null;
    const refused = await takeAnswer(wire.call('items.add', { id: target.id, items: [...sources] }));
    if (refused !== null) return refused;
    selectOnly(target.id);
    const told = { count: sources.length, name: target.name };
    tell({ kind: 'info', text: t('dialogs.addToPackage.added', told) });
    return null;
  };
  const goOn = async () => {
    setView({ page: 'list' });
    addTasks(ids);
    return null;
  };
  const hasChoice = packages.length > 0;
  const skip = useEffectEvent(() => {
    void goOn();
    onClose();
  });
  useEffect(() => {
    if (!hasChoice) skip();
  }, [hasChoice]);
  if (!hasChoice) return null;
  return (
    <FormDialog
      title={t('dialogs.addToPackage.title', { count: tasks.length })}
      action={t(target === undefined ? 'dialogs.addToPackage.actionNew' : 'dialogs.addToPackage.action')}
      canSubmit={sources.length > 0}
      submit={target === undefined ? goOn : submit}
      onClose={onClose}
    >
      <Select
        label={t('dialogs.addToPackage.into')}
        value={into}
        choices={[
          ...packages.map(({ id, name, items }) => ({
            value: id,
            label: t('dialogs.addToPackage.existing', { name, count: items.length }),
          })),
          { value: NEW, label: t('dialogs.addToPackage.new') },
        ]}
        onChange={setInto}
      />
      <p className="m-0 text-small text-dim">
        {t(target === undefined ? 'dialogs.addToPackage.newHint' : 'dialogs.addToPackage.hint')}
      </p>
    </FormDialog>
  );
}

/** Not done, and none of the chosen ones; in the order of the list. */
function openPackages(chosen: ReadonlySet<string>) {
  const { order, byId } = useTasks.getState();
  return order
    .flatMap((id) => byId.get(id) ?? [])
    .filter(({ id, kind, state }) => kind === 'package' && state !== 'done' && !chosen.has(id));
}
