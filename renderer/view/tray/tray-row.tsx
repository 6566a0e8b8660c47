// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table cannot be placed freely.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the tree's own; it says which row is active.
import type { TFunction } from 'i18next';
import { ChevronRight, Folder, FolderOpen } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrayEntry } from '../../store/tray-entries.ts';
import { formatBytes } from '../../words/format.ts';
import { fileIcon } from '../list/type-icon.tsx';
import { renameRow, type TrayRow } from './edits.ts';
import { foldRow, setTrayView, useTrayView } from './tray-view.ts';

/** On the element of a row: its key. */
export const TRAY_ROW = 'data-tray-row';

export interface TrayRowProps {
  readonly row: TrayRow;
  readonly elementId: string;
  /** From 0. */
  readonly index: number;
  /** In pixels. */
  readonly top: number;
  readonly height: number;
  /** What has the focus when a name has been typed. */
  readonly onRenamed: () => void;
}

/** A folder or a thing of the package: what it is called there, and how large it is. */
export function TrayRowView(props: TrayRowProps) {
  const { row, elementId, index, top, height, onRenamed } = props;
  const { t } = useTranslation();
  const isSelected = useTrayView(({ selected }) => selected.has(row.key));
  const isActive = useTrayView(({ active }) => active === row.key);
  const isRenaming = useTrayView(({ renaming }) => renaming === row.key);
  const isTarget = useTrayView(({ drag }) => drag?.into === row.key);
  const isDragged = useTrayView(({ drag, selected }) => drag !== null && selected.has(row.key));
  const ring = isActive
    ? 'group-focus-visible/tray:outline-2 group-focus-visible/tray:-outline-offset-2 group-focus-visible/tray:outline-acc'
    : '';
  const background = isTarget ? 'bg-acc-soft' : isSelected ? 'bg-sel' : 'hover:bg-hover';
  return (
    <div
      role="row"
      id={elementId}
      {...{ [TRAY_ROW]: row.key }}
      aria-level={row.depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      {...(row.kind === 'folder' && { 'aria-expanded': row.open })}
      style={{ height, transform: `translateY(${top}px)`, paddingInlineStart: 8 + row.depth * 16 }}
      className={`absolute inset-x-0 top-0 flex items-center gap-1.5 rounded-control pe-2 ${background} ${ring} ${isDragged ? 'opacity-50' : ''}`}
    >
      <div role="gridcell" className="flex min-w-0 flex-1 items-center gap-1.5">
        <Fold row={row} />
        {iconFor(row)}
        {isRenaming ? (
          <NameField row={row} onDone={onRenamed} />
        ) : (
          <span className="truncate" title={tip(t, row)}>
            <bdi>{row.label}</bdi>
          </span>
        )}
        {row.kind === 'file' && <span className="sr-only">{originWords(t, row.entry)}</span>}
      </div>
      <div role="gridcell" className="num shrink-0 text-small text-dim">
        {sizeWords(t, row)}
      </div>
    </div>
  );
}

/** For the pointer; the keyboard has its arrows. */
function Fold({ row }: { readonly row: TrayRow }) {
  if (row.kind === 'file') return <span className="w-4 shrink-0" />;
  return (
    <ChevronRight
      aria-hidden
      onPointerDown={(event) => {
        event.stopPropagation();
        foldRow(row.path, row.open);
      }}
      className={`size-4 shrink-0 text-faint ${row.open ? 'rotate-90' : 'rtl:rotate-180'}`}
    />
  );
}

function iconFor(row: TrayRow) {
  const Icon = row.kind === 'file' ? fileIcon(row.label) : row.open ? FolderOpen : Folder;
  return (
    <Icon
      aria-hidden
      strokeWidth={1.8}
      className={`size-[15px] shrink-0 ${row.kind === 'file' ? 'text-dim' : 'text-acc'}`}
    />
  );
}

/** Enter and leaving it keep what was typed, Escape does not. */
function NameField({ row, onDone }: { readonly row: TrayRow; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(row.label);
  const field = useRef<HTMLInputElement>(null);
  const isOver = useRef(false);
  useEffect(() => {
    field.current?.focus();
    const dot = row.kind === 'file' ? row.label.lastIndexOf('.') : -1;
    field.current?.setSelectionRange(0, dot > 0 ? dot : row.label.length);
  }, [row.kind, row.label]);
  const end = (keeps: boolean, byKey: boolean) => {
    if (isOver.current) return;
    isOver.current = true;
    setTrayView({ renaming: null });
    if (keeps && text.trim() !== '' && text !== row.label) renameRow(row, text);
    if (byKey) onDone();
  };
  return (
    <input
      ref={field}
      aria-label={t('tray.newName', { name: row.label })}
      value={text}
      maxLength={1024}
      onChange={({ target }) => setText(target.value)}
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) end(true, true);
        if (event.key === 'Escape') end(false, true);
      }}
      onBlur={() => end(true, false)}
      className="h-6 w-full min-w-0 rounded-md border border-edge bg-bg px-1.5"
    />
  );
}

function sizeWords(t: TFunction, row: TrayRow): string {
  if (row.kind === 'folder') {
    if (row.size === 0 && row.partly) return '';
    return row.partly ? t('add.atLeast', { size: formatBytes(row.size) }) : formatBytes(row.size);
  }
  const { size, sent } = row.entry;
  if (sent !== null && size !== null) {
    return t('parts.percent', { count: size === 0 ? 0 : Math.min(99, Math.floor((sent / size) * 100)) });
  }
  return size === null ? '' : formatBytes(size);
}

function tip(t: TFunction, row: TrayRow): string {
  return row.kind === 'folder' ? row.path : `${row.entry.name}\n${originWords(t, row.entry)}`;
}

function originWords(t: TFunction, { source }: TrayEntry): string {
  if (source === null) return t('tray.origin.sending');
  switch (source.kind) {
    case 'link':
      return source.url;
    case 'file':
      return source.path;
    case 'task':
      return t('tray.origin.task');
  }
}
