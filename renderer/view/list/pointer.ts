import type { PointerEvent as ReactPointerEvent } from 'react';
import { selectOnly, selectTo, toggleSelected, useSelection } from '../../store/selection.ts';
import { shownNow } from '../../store/shown.ts';
import { dragByPointer } from '../parts/pointer-drag.ts';
import { addTasks } from '../tray/adding.ts';
import { TRAY_TARGET } from '../tray/tray-target.tsx';
import { useDragStore } from './drag.ts';
import { isListOrder, moveToRow } from './reorder.ts';
import { targetIds } from './targets.ts';

const SCROLL = { zone: 40, step: 14 } as const;

export interface PointerHost {
  /** What scrolls. */
  readonly element: HTMLElement;
  readonly rowHeight: number;
}

/** A button goes down on a row: it is selected, and may then be dragged. */
export function pressRow(event: ReactPointerEvent, id: string, host: PointerHost): void {
  if (event.button !== 0) return;
  const wasSelected = useSelection.getState().ids.has(id);
  const modified = event.shiftKey || event.ctrlKey || event.metaKey;
  if (event.shiftKey) selectTo(id, shownNow());
  else if (event.ctrlKey || event.metaKey) toggleSelected(id);
  // Several that are selected may be about to be dragged; only when the button comes up is it one of them alone.
  else if (!wasSelected) selectOnly(id);
  else useSelection.setState({ current: id });
  if (event.pointerType !== 'touch')
    followPointer(event.nativeEvent, host, !modified && wasSelected ? id : null);
}

/** Until the button comes up. `ifClicked` is then the only one selected, unless it was dragged. */
function followPointer(down: PointerEvent, host: PointerHost, ifClicked: string | null): void {
  // A finished download is dragged as a file, by the browser or the system.
  const isFile = down.target instanceof Element && down.target.closest('[draggable="true"]') !== null;
  dragByPointer(down, {
    element: host.element,
    scroll: SCROLL,
    scrolls: () => useDragStore.getState().drag?.at != null,
    move: (x, y) => {
      if (!isFile) showDrag(x, y, host);
    },
    end: (drops, dragged) => {
      const { drag } = useDragStore.getState();
      useDragStore.setState({ drag: null });
      if (drops && drag?.overTray) addTasks(drag.ids);
      else if (drops && drag?.at != null) moveToRow([...drag.ids], drag.at);
      else if (drops && (isFile || !dragged) && ifClicked !== null) selectOnly(ifClicked);
    },
  });
}

function showDrag(x: number, y: number, host: PointerHost): void {
  const { drag } = useDragStore.getState();
  const ids = drag?.ids ?? new Set(targetIds());
  const overTray = document.elementFromPoint(x, y)?.closest(`[${TRAY_TARGET}]`) != null;
  const at = overTray || !isListOrder() ? null : rowAt(y, host);
  useDragStore.setState({ drag: { ids, at, overTray, x, y } });
}

/** Before which of the rows a place is; their number is the end. */
export function rowAt(y: number, host: PointerHost): number {
  const box = host.element.getBoundingClientRect();
  const row = Math.round((y - box.top + host.element.scrollTop) / host.rowHeight);
  return Math.min(shownNow().length, Math.max(0, row));
}

/** The other button goes down: what is not selected yet is selected alone. */
export function selectForMenu(id: string): void {
  if (useSelection.getState().ids.has(id)) useSelection.setState({ current: id });
  else selectOnly(id);
}
