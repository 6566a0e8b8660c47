import type { PointerEvent as ReactPointerEvent } from 'react';
import { dragByPointer, TREE_SCROLL } from '../parts/pointer-drag.ts';
import { applyMove, chosenRows, type TrayRow } from './edits.ts';
import { selectRow, selectRowsTo, setTrayView, toggleRow, useTrayView } from './tray-view.ts';
import { type DropPlace, isInside, targetAt } from './tree.ts';

export interface TrayHost {
  /** What scrolls. */
  readonly element: HTMLElement;
  readonly rowHeight: number;
  readonly rows: () => readonly TrayRow[];
}

/** A button goes down on a row: it is selected, and may then be dragged. */
export function pressTrayRow(event: ReactPointerEvent, key: string, host: TrayHost): void {
  if (event.button !== 0) return;
  const wasSelected = useTrayView.getState().selected.has(key);
  const toggles = event.ctrlKey || event.metaKey;
  if (event.shiftKey)
    selectRowsTo(
      key,
      host.rows().map((row) => row.key),
    );
  else if (toggles) toggleRow(key);
  else if (!wasSelected) selectRow(key);
  else setTrayView({ active: key });
  const alone = wasSelected && !toggles && !event.shiftKey;
  if (event.pointerType !== 'touch') follow(event.nativeEvent, host, alone ? key : null);
}

/** Until the button comes up. `ifClicked` is then the only one selected, unless it was dragged. */
function follow(down: PointerEvent, host: TrayHost, ifClicked: string | null): void {
  dragByPointer(down, {
    element: host.element,
    scroll: TREE_SCROLL,
    move: (x, y) => setTrayView({ drag: { ...placeAt(y, host), x, y } }),
    end: (drops, dragged) => {
      const { drag } = useTrayView.getState();
      setTrayView({ drag: null });
      if (drops && drag !== null) applyMove(chosenRows(host.rows()), targetAt(host.rows(), drag));
      else if (drops && !dragged && ifClicked !== null) selectRow(ifClicked);
    },
  });
}

function placeAt(y: number, { element, rowHeight, rows }: TrayHost): DropPlace {
  const place = (y - element.getBoundingClientRect().top + element.scrollTop) / rowHeight;
  const all = rows();
  const row = all[Math.floor(place)];
  const share = place - Math.floor(place);
  if (row?.kind === 'folder' && isInside(share)) return { at: null, into: row.key };
  return { at: Math.min(all.length, Math.max(0, Math.round(place))), into: null };
}
