import type { TFunction } from 'i18next';
import {
  FolderOpen,
  type LucideIcon,
  Pause,
  Play,
  RotateCcw,
  SquareArrowOutUpRight,
  Trash2,
} from 'lucide-react';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { TaskState } from '../../../main/contract/task.ts';
import { act, openTask, showInFolder } from '../../store/actions.ts';
import { openDialog } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';

interface Quick {
  readonly word:
    | 'pause'
    | 'resume'
    | 'retry'
    | 'start'
    | 'open'
    | 'save'
    | 'answer'
    | 'showInFolder'
    | 'remove';
  readonly icon: LucideIcon;
  readonly run: (id: string) => void;
}

const OPEN: Quick = {
  word: wire.desktop === null ? 'save' : 'open',
  icon: SquareArrowOutUpRight,
  run: (id) => void openTask(id),
};
const ANSWER: Quick = { word: 'answer', icon: FolderOpen, run: (id) => openDialog({ kind: 'folder', id }) };
const SHOW: Quick = { word: 'showInFolder', icon: FolderOpen, run: (id) => void showInFolder(id) };
const REMOVE: Quick = {
  word: 'remove',
  icon: Trash2,
  run: (id) => openDialog({ kind: 'remove', ids: [id] }),
};

/** What one would do first in each state. */
const FIRST: Readonly<Record<TaskState, Quick>> = {
  waiting: { word: 'start', icon: Play, run: (id) => void act('start', [id]) },
  running: { word: 'pause', icon: Pause, run: (id) => void act('pause', [id]) },
  paused: { word: 'resume', icon: Play, run: (id) => void act('resume', [id]) },
  failed: { word: 'retry', icon: RotateCcw, run: (id) => void act('retry', [id]) },
  done: OPEN,
};

/**
 * Buttons over the end of the name, for the pointer and for →. The button in front stays the same element when the
 * state changes, so that the focus stays on it.
 */
export function QuickActions(props: {
  readonly t: TFunction;
  readonly id: string;
  readonly state: TaskState;
  readonly asking: boolean;
}) {
  const { t, id, state, asking } = props;
  const first = asking ? ANSWER : FIRST[state];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of its buttons.
    <div
      onKeyDown={moveBetween}
      className="pointer-events-none flex h-full items-center gap-0.5 bg-linear-to-l from-[var(--row)] from-80% to-transparent ps-8 opacity-0 forced-colors:bg-none group-hover/row:pointer-events-auto group-hover/row:opacity-100 focus-within:pointer-events-auto focus-within:opacity-100 rtl:bg-linear-to-r"
    >
      <QuickButton key="first" t={t} id={id} quick={first} />
      {state === 'done' && wire.desktop !== null && <QuickButton key="show" t={t} id={id} quick={SHOW} />}
      <QuickButton key="remove" t={t} id={id} quick={REMOVE} />
    </div>
  );
}

function QuickButton(props: { readonly t: TFunction; readonly id: string; readonly quick: Quick }) {
  const { t, id, quick } = props;
  const { word, icon: Icon, run } = quick;
  const label = t(`list.menu.${word}`);
  const press = (event: MouseEvent) => {
    event.stopPropagation();
    run(id);
  };
  return (
    <button
      type="button"
      tabIndex={-1}
      title={label}
      aria-label={label}
      onClick={press}
      onPointerDown={(event) => event.stopPropagation()}
      // The focus is not to go to a button that is there for the pointer only.
      onMouseDown={(event) => event.preventDefault()}
      onDoubleClick={(event) => event.stopPropagation()}
      className="grid size-[30px] forced-color-adjust-auto place-items-center rounded-control border border-line bg-panel text-dim hover:bg-hover hover:text-ink"
    >
      <Icon aria-hidden className="size-[15px] forced-colors:text-[ButtonText]!" />
    </button>
  );
}

/** ← and → go from one button to the next; before the first one is the row itself. */
function moveBetween(event: KeyboardEvent<HTMLElement>): void {
  const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl';
  const step = { ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const to = buttons.indexOf(document.activeElement as HTMLButtonElement) + step;
  if (to < 0) event.currentTarget.closest<HTMLElement>('[role=grid]')?.focus();
  else buttons[to]?.focus();
}
