import type { DragEvent as ReactDragEvent } from 'react';
import { orTell } from '../../store/engine.ts';
import { useSelection } from '../../store/selection.ts';
import { taskById } from '../../store/tasks.ts';
import { wire } from '../../wire/wires.ts';
import { useDragStore } from './drag.ts';
import { FOCUS_HOME } from './keep-focus.ts';
import { rowAt } from './pointer.ts';
import { isListOrder, moveToRow } from './reorder.ts';
import { targetIds } from './targets.ts';

/** A JSON array of ids, for whoever knows Satchel. */
const TASKS_TYPE = 'application/x-satchel-tasks';

/** A finished download is dragged: it, and the others that are selected with it, go out as the files that they are. */
export function dragOut(event: ReactDragEvent, id: string): void {
  const ids = filesWith(id);
  if (ids.length === 0) {
    event.preventDefault();
    return;
  }
  const end = follow(new Set(ids));
  if (wire.desktop !== null) {
    // The system drags files, which a page cannot give it.
    event.preventDefault();
    void orTell(wire.desktop.call('desktop.startDrag', { ids: [...ids] })).then(
      (answer) => answer === null && end(),
    );
  } else giveAddresses(event.dataTransfer, ids);
}

/** What goes out with it, it first; nothing where it is not done. */
function filesWith(id: string): readonly string[] {
  const { ids } = useSelection.getState();
  const others = ids.has(id) ? targetIds().filter((each) => each !== id) : [];
  if (taskById(id)?.state !== 'done') return [];
  return [id, ...others.filter((each) => taskById(each)?.state === 'done')];
}

/** A browser makes a file of one address only; what takes addresses gets all of them. */
function giveAddresses(data: DataTransfer, ids: readonly string[]): void {
  const { browser } = wire;
  if (browser === null) return;
  const addresses = ids.map((id) => new URL(browser.contentAddress(id), location.href).href);
  const [first = ''] = addresses;
  const name = taskById(ids[0] ?? '')?.name ?? '';
  data.effectAllowed = 'copyMove';
  // Between its parts are colons.
  data.setData('DownloadURL', `application/octet-stream:${name.replaceAll(':', '_')}:${first}`);
  data.setData('text/uri-list', addresses.join('\r\n'));
  data.setData('text/plain', addresses.join('\n'));
  data.setData(TASKS_TYPE, JSON.stringify(ids));
}

/** Until they are dropped, over the list they can be moved within it. Gives what ends that. */
function follow(out: ReadonlySet<string>): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const end = () => {
    controller.abort();
    useDragStore.setState({ drag: null, out: null });
  };
  useDragStore.setState({ out });
  addEventListener('dragover', (event) => showPlace(event, out), { signal });
  addEventListener(
    'drop',
    () => {
      const at = useDragStore.getState().drag?.at ?? null;
      end();
      if (at !== null) moveToRow([...out], at);
    },
    { signal },
  );
  addEventListener('dragend', end, { signal });
  // Of a drag of the system its page is told no end; while it lasts, the page has no pointer.
  addEventListener('pointermove', ({ buttons }) => buttons === 0 && end(), { signal });
  addEventListener('pointerdown', end, { signal });
  return end;
}

function showPlace(event: DragEvent, ids: ReadonlySet<string>): void {
  const { clientX: x, clientY: y, target } = event;
  const element = target instanceof Element ? target.closest<HTMLElement>(`[${FOCUS_HOME}]`) : null;
  const rowHeight = element?.querySelector<HTMLElement>('[draggable]')?.offsetHeight ?? 0;
  if (element === null || rowHeight === 0 || !isListOrder()) {
    if (useDragStore.getState().drag !== null) useDragStore.setState({ drag: null });
    return;
  }
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = 'move';
  useDragStore.setState({ drag: { ids, at: rowAt(y, { element, rowHeight }), overTray: false, x, y } });
}
