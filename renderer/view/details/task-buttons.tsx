import type { TFunction } from 'i18next';
import {
  CirclePlay,
  Ellipsis,
  FolderOpen,
  type LucideIcon,
  Pause,
  Play,
  RotateCcw,
  SquareArrowOutUpRight,
  Trash2,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TaskAction } from '../../../main/contract/commands.ts';
import { act, isLegal, openTask, showInFolder } from '../../store/actions.ts';
import type { TaskView } from '../../store/tasks.ts';
import { openDialog } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { menuEntries } from '../list/menu-entries.tsx';
import { Button, IconButton } from '../parts/button.tsx';
import { MenuButton } from '../parts/menu.tsx';

interface Choice {
  readonly word: 'open' | 'save' | 'showInFolder' | 'answer' | Exclude<TaskAction, 'remove' | 'restart'>;
  readonly icon: LucideIcon;
  readonly run: () => void;
}

const ACTIONS = [
  { action: 'pause', icon: Pause },
  { action: 'resume', icon: Play },
  { action: 'retry', icon: RotateCcw },
  { action: 'start', icon: CirclePlay },
] as const;

/** What can be done with these tasks as they stand, and nothing else: the likeliest as buttons, all in a menu. */
export function TaskButtons({ tasks }: { readonly tasks: readonly TaskView[] }) {
  const { t } = useTranslation();
  const ids = tasks.map(({ id }) => id);
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {choicesFor(tasks).map(({ word, icon: Icon, run }, index) => (
        // By place and not by what it does, so that the focus stays when the state changes.
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what they have in common.
        <Button key={index} icon={<Icon aria-hidden />} onPress={run}>
          {t(`list.menu.${word}`)}
        </Button>
      ))}
      <MenuButton label={menuLabel(t, tasks)} entries={menuEntries(t, tasks)}>
        <IconButton look="plain" label={t('details.more')}>
          <Ellipsis aria-hidden />
        </IconButton>
      </MenuButton>
      <IconButton
        look="plain"
        label={t('list.menu.remove')}
        onPress={() => openDialog({ kind: 'remove', ids })}
      >
        <Trash2 aria-hidden />
      </IconButton>
    </div>
  );
}

function menuLabel(t: TFunction, { length }: readonly TaskView[]): string {
  return length > 1 ? t('list.menu.labelMany', { count: length }) : t('list.menu.label');
}

function choicesFor(tasks: readonly TaskView[]): readonly Choice[] {
  const ids = tasks.map(({ id }) => id);
  const [only] = tasks.length === 1 ? tasks : [];
  if (only?.state === 'done') return openChoices(only.id);
  if (only?.asking) {
    return [{ word: 'answer', icon: FolderOpen, run: () => openDialog({ kind: 'folder', id: only.id }) }];
  }
  return ACTIONS.filter(({ action }) => isOffered(action, tasks)).map(({ action, icon }) => ({
    word: action,
    icon,
    run: () => void act(action, ids),
  }));
}

/** To start a paused one now, out of its turn, is in the menu. */
function isOffered(action: (typeof ACTIONS)[number]['action'], tasks: readonly TaskView[]): boolean {
  return tasks.some(({ state }) => isLegal(action, state) && !(action === 'start' && state === 'paused'));
}

function openChoices(id: string): readonly Choice[] {
  const open = { icon: SquareArrowOutUpRight, run: () => void openTask(id) };
  if (wire.desktop === null) return [{ word: 'save', ...open }];
  return [
    { word: 'open', ...open },
    { word: 'showInFolder', icon: FolderOpen, run: () => void showInFolder(id) },
  ];
}
