import type { TFunction } from 'i18next';
import i18next from 'i18next';
import { Download, type LucideIcon, Package } from 'lucide-react';
import { type DragEvent as ReactDragEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tell } from '../../store/notices.ts';
import { useTray } from '../../store/tray.ts';
import { openAdd, setView, useView } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { useDragStore } from '../list/drag.ts';
import { addFiles, addPaths, addText } from '../tray/adding.ts';
import { type Dragged, type Dropped, draggedIn, readDrop, readLists } from './dropped.ts';

/** While something from outside is over the window: where it can be dropped, and what comes of it. */
export function DropTargets() {
  const { t } = useTranslation();
  const dragged = useDragged();
  const isFilled = useTray(({ entries }) => entries.length > 0);
  if (dragged === null) return null;
  const canDownload = dragged.hasText || dragged.hasLists;
  return (
    <div aria-hidden className="absolute inset-0 z-20 grid grid-cols-2 gap-4 p-4 min-[960px]:p-6">
      <div className="absolute inset-0 bg-panel opacity-93" />
      <Target
        icon={Download}
        title={t('drop.download')}
        what={downloadWords(t, dragged)}
        take={canDownload ? (data) => void download(data) : null}
      />
      <Target
        icon={Package}
        title={t(isFilled ? 'drop.packMore' : 'drop.pack')}
        what={packWords(t, dragged)}
        take={(data) => void pack(data)}
      />
    </div>
  );
}

function Target(props: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly what: string;
  /** Null: nothing of it can be dropped here. */
  readonly take: ((dropped: Dropped) => void) | null;
}) {
  const { icon: Icon, title, what, take } = props;
  const [isOver, setOver] = useState(false);
  const look = isOver && take !== null ? 'border-acc bg-acc-soft text-acc-text' : 'border-edge text-dim';
  const over = (event: ReactDragEvent) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = take === null ? 'none' : 'copy';
    setOver(true);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the pointer; the Add box and the tray have the same by keyboard.
    <div
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        take?.(readDrop(event.dataTransfer));
      }}
      data-drop-target
      className={`relative flex min-w-0 flex-col items-center justify-center gap-2.5 rounded-box border-2 border-dashed p-4 text-center ${look} ${take === null ? 'opacity-60' : ''}`}
    >
      <Icon aria-hidden className="pointer-events-none size-8" strokeWidth={1.7} />
      <div className={`pointer-events-none text-title font-semibold ${isOver ? '' : 'text-ink'}`}>
        {title}
      </div>
      <div className="pointer-events-none">{what}</div>
    </div>
  );
}

/** A drag that is over the window says so several times a second; one that has been given up does not always say that. */
const GONE_MS = 1500;

/** What is dragged over the window, from outside of it; null: nothing that is for Satchel. */
function useDragged(): Dragged | null {
  const [dragged, setDragged] = useState<Dragged | null>(null);
  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    let isShown = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const gone = () => {
      clearTimeout(timer);
      isShown = false;
      setDragged(null);
    };
    const here = ({ type, dataTransfer, relatedTarget }: DragEvent) => {
      clearTimeout(timer);
      timer = setTimeout(gone, GONE_MS);
      // From outside, and so perhaps something else than before.
      if (type === 'dragenter' && relatedTarget === null) isShown = false;
      if (isShown || dataTransfer === null || !isOurs()) return;
      isShown = true;
      setDragged(draggedIn(dataTransfer));
    };
    const leave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) gone();
    };
    addEventListener('dragenter', here, { signal });
    addEventListener('dragover', here, { signal });
    addEventListener('dragleave', leave, { signal });
    addEventListener('dragover', refuseElsewhere, { signal });
    addEventListener('drop', (event) => dropElsewhere(event, gone), { signal });
    addEventListener('dragend', gone, { signal });
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, []);
  return dragged;
}

/** Not what is on its way out, nor what a box over the window is for. */
function isOurs(): boolean {
  return useDragStore.getState().out === null && useView.getState().dialog === null;
}

/** A browser would go to what is dropped anywhere else. */
function refuseElsewhere(event: DragEvent): void {
  if (event.defaultPrevented || isField(event.target)) return;
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = addBoxIsOpen() ? 'copy' : 'none';
}

function dropElsewhere(event: DragEvent, done: () => void): void {
  done();
  if (event.defaultPrevented || isField(event.target)) return;
  event.preventDefault();
  if (addBoxIsOpen() && event.dataTransfer) void download(readDrop(event.dataTransfer));
}

function addBoxIsOpen(): boolean {
  return useView.getState().dialog?.kind === 'add';
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea') !== null;
}

/** Into the Add box: nothing begins by itself. */
async function download({ text, files }: Dropped): Promise<void> {
  const lists = await readLists(files);
  const all = [text, lists.text].filter(Boolean).join('\n');
  if (all !== '') openAdd({ text: all });
  if (lists.others > 0) tell({ kind: 'info', text: i18next.t('drop.onlyPacked', { count: lists.others }) });
}

/** Into the tray. */
async function pack(dropped: Dropped): Promise<void> {
  setView({ page: 'list' });
  const { text, paths, files, tree } = dropped;
  if (text !== '') addText(text);
  else if (files.length === 0) tell({ kind: 'info', text: i18next.t('drop.nothing') });
  if (paths.length > 0) await addPaths(paths);
  else if (files.length > 0 && wire.browser !== null) await addFiles(await tree());
}

function downloadWords(t: TFunction, { hasText, hasLists }: Dragged): string {
  if (hasText) return t('drop.links');
  return t(hasLists ? 'drop.lists' : 'drop.noDownload');
}

function packWords(t: TFunction, { hasText, files }: Dragged): string {
  return files > 0 && !hasText ? t('drop.files', { count: files }) : t('drop.linksPacked');
}
