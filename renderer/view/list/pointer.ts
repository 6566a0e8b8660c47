import type { PointerEvent as ReactPointerEvent } from 'react';
import { selectOnly, selectTo, toggleSelected, useSelection } from '../../store/selection.ts';
import { shownNow } from '../../store/shown.ts';
import { useDragStore } from './drag.ts';
import { isListOrder, moveToRow } from './reorder.ts';
import { targetIds } from './targets.ts';

/** So far a pointer goes before it drags, in pixels. */
const DRAG_FROM = 6;
/** So near to an edge it scrolls, so fast at most, in pixels and pixels a frame. */
const SCROLL_ZONE = 40;
const SCROLL_STEP = 14;

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
  const end = new AbortController();
  const { signal } = end;
  let state: 'pressed' | 'dragging' | 'refused' = 'pressed';
  const move = (event: PointerEvent) => {
    if (state === 'pressed' && Math.abs(event.clientY - down.clientY) >= DRAG_FROM) {
      state = isListOrder() ? 'dragging' : 'refused';
      if (state === 'dragging') scrollAtEdges(host, signal);
    }
    if (state === 'dragging') showDrag(event.clientX, event.clientY, host);
  };
  const finish = (drop: boolean) => {
    end.abort();
    const { drag } = useDragStore.getState();
    useDragStore.setState({ drag: null });
    if (drop && drag !== null) moveToRow([...drag.ids], drag.at);
    else if (drop && state === 'pressed' && ifClicked !== null) selectOnly(ifClicked);
  };
  addEventListener('pointermove', move, { signal });
  addEventListener('pointerup', () => finish(true), { signal });
  addEventListener('pointercancel', () => finish(false), { signal });
  addEventListener('blur', () => finish(false), { signal });
  const cancel = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || state !== 'dragging') return;
    event.stopPropagation();
    event.preventDefault();
    finish(false);
  };
  addEventListener('keydown', cancel, { signal, capture: true });
}

function showDrag(x: number, y: number, host: PointerHost): void {
  const { drag } = useDragStore.getState();
  const ids = drag?.ids ?? new Set(targetIds());
  const box = host.element.getBoundingClientRect();
  const row = Math.round((y - box.top + host.element.scrollTop) / host.rowHeight);
  const at = Math.min(shownNow().length, Math.max(0, row));
  useDragStore.setState({ drag: { ids, at, x, y } });
}

function scrollAtEdges(host: PointerHost, signal: AbortSignal): void {
  const { element } = host;
  const frame = () => {
    if (signal.aborted) return;
    const { drag } = useDragStore.getState();
    if (drag !== null) {
      const { top, bottom } = element.getBoundingClientRect();
      const beyond = Math.min(0, drag.y - top - SCROLL_ZONE) || Math.max(0, drag.y - bottom + SCROLL_ZONE);
      if (beyond !== 0) {
        element.scrollTop += Math.round(Math.max(-1, Math.min(1, beyond / SCROLL_ZONE)) * SCROLL_STEP);
        showDrag(drag.x, drag.y, host);
      }
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** The other button goes down: what is not selected yet is selected alone. */
export function selectForMenu(id: string): void {
  if (useSelection.getState().ids.has(id)) useSelection.setState({ current: id });
  else selectOnly(id);
}
