import type { TFunction } from 'i18next';
import {
  ArrowUpToLine,
  CirclePlay,
  Copy,
  FolderInput,
  FolderOpen,
  Gauge,
  Link,
  type LucideIcon,
  PackagePlus,
  Pause,
  Pencil,
  Play,
  RefreshCw,
  RotateCcw,
  ShieldCheck,
  SquareArrowOutUpRight,
  Trash2,
} from 'lucide-react';
import type { TaskAction } from '../../../main/contract/commands.ts';
import { act, copyText, isLegal, openTask, showInFolder } from '../../store/actions.ts';
import { type TaskView, useTasks } from '../../store/tasks.ts';
import { openDialog } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import type { MenuEntry } from '../parts/menu.tsx';
import { moveToTop } from './reorder.ts';
import { addressesOf } from './sources.ts';

type Entry = Exclude<MenuEntry, 'line'>;
type Word =
  | 'open'
  | 'save'
  | 'showInFolder'
  | 'copyAddress'
  | 'copyPath'
  | 'moveToTop'
  | 'rename'
  | 'folder'
  | 'answer'
  | 'newLink'
  | 'limit'
  | 'verify'
  | 'addToPackage'
  | 'remove';

const ACTIONS: readonly { readonly action: Exclude<TaskAction, 'remove'>; readonly icon: LucideIcon }[] = [
  { action: 'start', icon: CirclePlay },
  { action: 'pause', icon: Pause },
  { action: 'resume', icon: Play },
  { action: 'retry', icon: RotateCcw },
  { action: 'restart', icon: RefreshCw },
];

/** What can be done with these tasks as they stand, and nothing else. */
export function menuEntries(t: TFunction, tasks: readonly TaskView[]): readonly MenuEntry[] {
  const entry = (word: Word, Icon: LucideIcon, run: () => void, more: Partial<Entry> = {}): Entry => ({
    id: word,
    label: t(`list.menu.${word}`),
    icon: <Icon aria-hidden />,
    run,
    ...more,
  });
  const ids = tasks.map(({ id }) => id);
  const [only] = tasks.length === 1 ? tasks : [];
  return joined([
    openEntries(t, entry, only),
    runEntries(t, tasks),
    [
      entry('copyAddress', Copy, () => void copyText(addressesOf(tasks)), { keys: modKeys('C') }),
      entry('copyPath', Copy, () => void copyText(tasks.map(({ path }) => path).join('\n'))),
    ],
    changeEntries(entry, tasks, only),
    [
      entry('remove', Trash2, () => openDialog({ kind: 'remove', ids }), {
        danger: true,
        keys: t('list.keys.delete'),
      }),
    ],
  ]);
}

type MakeEntry = (word: Word, icon: LucideIcon, run: () => void, more?: Partial<Entry>) => Entry;

function openEntries(t: TFunction, entry: MakeEntry, only: TaskView | undefined): Entry[] {
  if (only?.state !== 'done') return [];
  const { id } = only;
  const keys = t('list.keys.enter');
  if (wire.desktop === null) return [entry('save', SquareArrowOutUpRight, () => void openTask(id), { keys })];
  return [
    entry('open', SquareArrowOutUpRight, () => void openTask(id), { keys }),
    entry('showInFolder', FolderOpen, () => void showInFolder(id)),
  ];
}

function runEntries(t: TFunction, tasks: readonly TaskView[]): Entry[] {
  const possible = ACTIONS.filter(({ action }) => tasks.some(({ state }) => isLegal(action, state)));
  const bySpace = possible.find(({ action }) => action !== 'start' && action !== 'restart')?.action;
  return possible.map(({ action, icon: Icon }) => ({
    id: action,
    label: t(`list.menu.${action}`),
    icon: <Icon aria-hidden />,
    run: () => void act(action, ids(tasks)),
    ...(action === bySpace ? { keys: t('list.keys.space') } : {}),
  }));
}

function changeEntries(entry: MakeEntry, tasks: readonly TaskView[], only: TaskView | undefined): Entry[] {
  const open = tasks.filter(({ state }) => state !== 'done' && state !== 'failed');
  const files = tasks.filter(({ kind }) => kind === 'file');
  const first = useTasks.getState().order[0];
  return [
    ...(tasks.some(({ id }, index) => index > 0 || id !== first)
      ? [entry('moveToTop', ArrowUpToLine, () => moveToTop(ids(tasks)))]
      : []),
    ...(only === undefined ? [] : oneEntries(entry, only)),
    ...(open.length > 0 ? [entry('limit', Gauge, () => openDialog({ kind: 'limit', ids: ids(open) }))] : []),
    ...(files.length > 0
      ? [entry('addToPackage', PackagePlus, () => openDialog({ kind: 'addToPackage', ids: ids(files) }))]
      : []),
  ];
}

/** What can be said of one task only. */
function oneEntries(entry: MakeEntry, task: TaskView): Entry[] {
  const { id, state, kind } = task;
  const isStopped = state === 'waiting' || state === 'paused' || state === 'failed';
  // Once something of it is on the disk it stays there.
  const mayGoElsewhere = isStopped && (task.asking || task.received === 0);
  return [
    entry('rename', Pencil, () => openDialog({ kind: 'rename', id })),
    ...(mayGoElsewhere
      ? [entry(task.asking ? 'answer' : 'folder', FolderInput, () => openDialog({ kind: 'folder', id }))]
      : []),
    ...(isStopped && kind === 'file'
      ? [entry('newLink', Link, () => openDialog({ kind: 'newLink', id }))]
      : []),
    ...(state === 'done' ? [entry('verify', ShieldCheck, () => openDialog({ kind: 'verify', id }))] : []),
  ];
}

function ids(tasks: readonly TaskView[]): string[] {
  return tasks.map(({ id }) => id);
}

/** With a line between groups that have something in them. */
function joined(groups: readonly (readonly Entry[])[]): MenuEntry[] {
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index): MenuEntry[] => (index === 0 ? [...group] : ['line', ...group]));
}

function modKeys(key: string): string {
  return /mac/i.test(navigator.platform) ? `⌘${key}` : `Ctrl ${key}`;
}
