import { Package } from 'lucide-react';
import type { DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useTray } from '../../store/tray.ts';
import { useDrag, useDragStore } from '../list/drag.ts';
import { addTasks } from './adding.ts';

/** Marks what downloads of the list can be dropped on to go into the tray. */
export const TRAY_TARGET = 'data-tray-target';

/** For rows that the system drags, as it does with finished files. */
export const TAKES_ROWS = {
  onDragOver: (event: DragEvent) => {
    if (useDragStore.getState().out === null) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  },
  onDrop: (event: DragEvent) => {
    const { out } = useDragStore.getState();
    if (out === null) return;
    event.preventDefault();
    addTasks(out);
  },
};

/** While downloads are dragged and the tray is folded away: where it would be. */
export function TrayTarget() {
  const { t } = useTranslation();
  const isDragging = useDragStore(({ drag, out }) => drag !== null || out !== null);
  const isOver = useDrag((drag) => drag?.overTray ?? false);
  const isOpen = useTray((tray) => tray.isOpen);
  if (!isDragging || isOpen) return null;
  return (
    <div
      aria-hidden
      {...{ [TRAY_TARGET]: '' }}
      {...TAKES_ROWS}
      className={`absolute inset-x-6 bottom-4 z-20 flex h-20 items-center justify-center gap-3 rounded-box border-2 border-dashed shadow-float ${isOver ? 'border-acc bg-acc-soft text-acc-text' : 'border-edge bg-panel text-dim'}`}
    >
      <Package aria-hidden className="size-6" strokeWidth={1.8} />
      <span className="text-title font-semibold">{t('tray.target')}</span>
    </div>
  );
}
