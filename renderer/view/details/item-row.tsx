// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table cannot be placed freely.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the grid's own; it says which row is active.
import type { TFunction } from 'i18next';
import {
  Check,
  ChevronRight,
  Clock,
  Download,
  Ellipsis,
  Folder,
  FolderOpen,
  type LucideIcon,
  Minus,
  Pause,
  RotateCcw,
  TriangleAlert,
} from 'lucide-react';
import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item, TaskState } from '../../../main/contract/task.ts';
import { legalForItem, retryItem } from '../../store/items.ts';
import type { TaskView } from '../../store/tasks.ts';
import { formatBytes } from '../../words/format.ts';
import { detailText } from '../errors/error-words.ts';
import { useItemDrag } from './item-pointer.ts';
import type { ItemLine } from './item-tree.ts';

/** On the element of a row: the key of its line. */
export const ITEM_KEY = 'data-item';

const LOOKS: Readonly<Record<TaskState | 'leftOut', { readonly icon: LucideIcon; readonly colour: string }>> =
  {
    done: { icon: Check, colour: 'text-ok' },
    running: { icon: Download, colour: 'text-acc' },
    waiting: { icon: Clock, colour: 'text-faint' },
    paused: { icon: Pause, colour: 'text-faint' },
    failed: { icon: TriangleAlert, colour: 'text-bad' },
    leftOut: { icon: Minus, colour: 'text-faint' },
  };

/** What a row has in common, whatever it shows. */
interface LineProps {
  readonly elementId: string;
  /** `index` counts from 0, the rest is in pixels. */
  readonly place: { readonly index: number; readonly top: number; readonly height: number };
  readonly isActive: boolean;
  /** Among folders; else it is one of a list. */
  readonly inTree: boolean;
}

export interface ItemRowProps extends LineProps {
  readonly line: Extract<ItemLine, { readonly kind: 'file' }>;
  readonly task: TaskView;
  /** Where in the window the menu is to open. */
  readonly onMenu: (x: number, y: number) => void;
}

/** What is told of a row, and where it lies. */
function rowProps(line: ItemLine, { elementId, place, isActive, inTree }: LineProps, look: string) {
  const ring = isActive
    ? 'bg-hover group-focus-visible/items:outline-2 group-focus-visible/items:-outline-offset-2 group-focus-visible/items:outline-acc'
    : '';
  return {
    id: elementId,
    [ITEM_KEY]: line.key,
    // The first row has the names of the columns.
    'aria-rowindex': place.index + 2,
    ...(inTree && {
      'aria-level': line.depth + 1,
      'aria-posinset': line.place,
      'aria-setsize': line.siblings,
    }),
    style: {
      height: place.height,
      transform: `translateY(${place.top}px)`,
      paddingInlineStart: 8 + line.depth * INDENT,
    },
    className: `group/item absolute inset-x-0 top-0 flex gap-2 rounded-control pe-2 hover:bg-hover ${ring} ${look}`,
  } as const;
}

/** In pixels for each folder around it. */
const INDENT = 16;

/** One item: its state, its name, how much of it is there, and what is wrong with it. */
export function ItemRow(props: ItemRowProps) {
  const { line, inTree } = props;
  const { item } = line.entry;
  const { t } = useTranslation();
  const state = item.leftOut ? 'leftOut' : item.state;
  const { icon: Icon, colour } = LOOKS[state];
  const isDragged = useItemDrag(({ drag }) => drag?.id === item.id);
  return (
    <div role="row" {...rowProps(line, props, isDragged ? 'opacity-50' : '')}>
      <div role="gridcell" className="flex min-w-0 flex-1 gap-2">
        {inTree && <span className="-me-1 w-4 shrink-0" />}
        <Icon aria-hidden className={`mt-[7.5px] size-[15px] shrink-0 ${colour}`} />
        <div className="min-w-0 flex-1">
          <div
            className={`truncate leading-[30px] ${item.leftOut ? 'text-dim line-through' : ''}`}
            title={item.name}
          >
            <bdi>{line.label}</bdi>
          </div>
          {item.error !== null && <ErrorLine item={item} />}
          <span className="sr-only">{t(`details.items.states.${state}`)}</span>
        </div>
      </div>
      <End {...props} />
    </div>
  );
}

export interface FolderRowProps extends LineProps {
  readonly line: Extract<ItemLine, { readonly kind: 'folder' }>;
  readonly onFold: () => void;
}

/** A folder of the ZIP, with how much is in it. */
export function FolderRow(props: FolderRowProps) {
  const { line, onFold } = props;
  const { t } = useTranslation();
  const isTarget = useItemDrag(({ drag }) => drag?.into === line.key);
  const size = formatBytes(line.size);
  const Icon = line.open ? FolderOpen : Folder;
  return (
    <div role="row" aria-expanded={line.open} {...rowProps(line, props, isTarget ? 'bg-acc-soft' : '')}>
      <div role="gridcell" className="flex min-w-0 flex-1 items-center gap-2">
        <ChevronRight
          aria-hidden
          onClick={onFold}
          className={`-me-1 size-4 shrink-0 text-faint ${line.open ? 'rotate-90' : 'rtl:rotate-180'}`}
        />
        <Icon aria-hidden className="size-[15px] shrink-0 text-acc" />
        <span className="truncate leading-[30px]" title={line.path}>
          <bdi>{line.label}</bdi>
        </span>
        <span className="sr-only">{t('details.items.folder')}</span>
      </div>
      <div role="gridcell" className="num shrink-0 text-small leading-[30px] text-dim">
        {line.partly ? line.size > 0 && t('add.atLeast', { size }) : size}
      </div>
    </div>
  );
}

/** How much of it there is, and buttons for the pointer. */
function End({ line, task, isActive, onMenu }: ItemRowProps) {
  const { t } = useTranslation();
  const { item } = line.entry;
  return (
    <div role="gridcell" className="flex shrink-0 items-start gap-0.5">
      <span className="num text-small leading-[30px] text-dim">
        {item.leftOut ? t('details.items.states.leftOut') : amountText(t, item)}
      </span>
      {!item.leftOut && legalForItem(task, item).includes('retry') && (
        <RowButton
          label={t('details.items.actions.retry')}
          icon={RotateCcw}
          onClick={() => void retryItem(task.id, item.id, false)}
        />
      )}
      <RowButton
        label={t('details.items.menu', { name: item.name })}
        icon={Ellipsis}
        onClick={({ clientX, clientY }) => onMenu(clientX, clientY)}
        className={isActive ? '' : 'hidden group-hover/item:grid'}
      />
    </div>
  );
}

function ErrorLine({ item: { error, leftOut } }: { readonly item: Item }) {
  const { t } = useTranslation();
  if (error === null) return null;
  const what = t(`errors.${error.code}.what`);
  const said = error.detail === undefined ? what : `${what} (${detailText(error.detail)})`;
  return (
    <div className={`-mt-1.5 truncate text-small ${leftOut ? 'text-dim' : 'text-bad'}`} title={said}>
      <bdi>{said}</bdi>
    </div>
  );
}

/** For the pointer; the keyboard has the menu of the row. */
function RowButton(props: {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly onClick: (event: MouseEvent) => void;
  readonly className?: string;
}) {
  const { label, icon: Icon, onClick, className = '' } = props;
  return (
    <button
      type="button"
      tabIndex={-1}
      title={label}
      aria-label={label}
      // The focus stays with the grid.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onClick}
      className={`my-0.5 grid size-[26px] place-items-center rounded-md text-dim hover:bg-track hover:text-ink ${className}`}
    >
      <Icon aria-hidden className="size-[14px]" />
    </button>
  );
}

/** The size of what is there or has not begun, else how much of it is there. */
function amountText(t: TFunction, { state, received, total }: Item): string {
  if (total === null) return received > 0 ? formatBytes(received) : '';
  if (state === 'done' || received === 0) return formatBytes(total);
  return t('parts.percent', { count: Math.min(99, Math.floor((received / total) * 100)) });
}
