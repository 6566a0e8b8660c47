import { Archive, Check, FolderTree, TriangleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import { canFinishWithout, canOpenPartial, finishWithout, openPartial } from '../../store/items.ts';
import type { TaskView } from '../../store/tasks.ts';
import { failedItems } from '../errors/error-help.ts';
import { useKeptFocus } from '../list/keep-focus.ts';
import { Button } from '../parts/button.tsx';
import { ItemGrid } from './item-grid.tsx';
import type { PanelProps } from './panel.ts';

/** Stays as it is when the list goes on to another package. */
const useItemsLook = create<{ readonly asTree: boolean }>(() => ({ asTree: true }));

/** What is in a package, each with its own state. */
export function ItemsTab({ task }: PanelProps) {
  const { items } = task;
  const [onlyFailed, setOnlyFailed] = useState(false);
  const failed = useMemo(() => failedItems({ kind: 'package', items }), [items]);
  const shown = onlyFailed && failed.length > 0 ? failed : items;
  const wantsTree = useItemsLook((look) => look.asTree);
  const hasFolders = useMemo(() => items.some(({ name }) => name.includes('/')), [items]);
  // Buttons go when what they are for is done.
  const area = useKeptFocus();
  return (
    <div ref={area} className="flex min-h-0 flex-1 flex-col gap-2">
      <Head
        task={task}
        failed={failed.length}
        onlyFailed={onlyFailed}
        onChange={setOnlyFailed}
        hasFolders={hasFolders}
      />
      <ItemGrid task={task} items={shown} asTree={hasFolders && wantsTree} />
    </div>
  );
}

interface HeadProps {
  readonly task: TaskView;
  readonly failed: number;
  readonly onlyFailed: boolean;
  readonly onChange: (onlyFailed: boolean) => void;
  readonly hasFolders: boolean;
}

/** How many there are, and what can be done with the package before all of them are there. */
function Head({ task, failed, onlyFailed, onChange, hasFolders }: HeadProps) {
  const { t, i18n } = useTranslation();
  const { id, items } = task;
  const written = new Intl.NumberFormat(i18n.language);
  const done = useMemo(() => items.filter(({ state }) => state === 'done').length, [items]);
  return (
    <div className="flex flex-col gap-2">
      <div className="num flex min-h-[26px] flex-wrap items-center justify-between gap-2 text-small text-dim">
        {done === items.length
          ? t('details.items.count', { count: items.length })
          : t('details.items.countDone', {
              done: written.format(done),
              all: written.format(items.length),
            })}
        <div className="flex flex-wrap gap-1.5 empty:hidden">
          {failed > 0 && (
            <ToggleButton
              isSelected={onlyFailed}
              onChange={onChange}
              className={`${TOGGLE} text-bad data-selected:border-bad data-selected:bg-bad-soft`}
            >
              <TriangleAlert aria-hidden className="size-[13px]" />
              {t('details.items.onlyFailed', { count: failed })}
            </ToggleButton>
          )}
          {hasFolders && <TreeToggle />}
        </div>
      </div>
      <div className="flex flex-wrap gap-1.5 empty:hidden">
        {canFinishWithout(task) && (
          <Button
            className="h-[28px] px-2.5 text-small"
            icon={<Check aria-hidden />}
            onPress={() => void finishWithout(id)}
          >
            {t('details.items.finishWithout', { count: failed })}
          </Button>
        )}
        {canOpenPartial(task) && (
          <Button
            className="h-[28px] px-2.5 text-small"
            icon={<Archive aria-hidden />}
            aria-description={t('details.items.openPartialHint')}
            onPress={() => void openPartial(task)}
          >
            {t('details.items.openPartial')}
          </Button>
        )}
      </div>
    </div>
  );
}

const TOGGLE =
  'flex h-[26px] items-center gap-1.5 rounded-control border border-line px-2 data-hovered:bg-hover data-selected:text-ink';

function TreeToggle() {
  const { t } = useTranslation();
  const asTree = useItemsLook((look) => look.asTree);
  return (
    <ToggleButton
      isSelected={asTree}
      onChange={(next) => useItemsLook.setState({ asTree: next })}
      className={`${TOGGLE} data-selected:border-edge data-selected:bg-sel`}
    >
      <FolderTree aria-hidden className="size-[13px]" />
      {t('details.items.asTree')}
    </ToggleButton>
  );
}
