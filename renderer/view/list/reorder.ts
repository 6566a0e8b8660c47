import i18next from 'i18next';
import { moveTo } from '../../store/actions.ts';
import { tell } from '../../store/notices.ts';
import { shownNow } from '../../store/shown.ts';
import { taskById, useTasks } from '../../store/tasks.ts';
import { setView, useView } from '../../store/view.ts';
import { announce } from './announce.tsx';
import { anchorOf, placeBefore, placeBeside } from './places.ts';
import { targetIds } from './targets.ts';

/** One move after the other, each in the list that the one before has left. */
let last: Promise<void> = Promise.resolve();

/** Whether the list is shown as it runs: only then places mean anything. */
export function isListOrder(): boolean {
  const { sort, descending } = useView.getState();
  return sort === 'list' && !descending;
}

/** If it is not, the user is told why nothing can be moved. */
function mayReorder(): boolean {
  if (isListOrder()) return true;
  tell({
    kind: 'info',
    text: i18next.t('list.onlyInListOrder'),
    action: {
      label: i18next.t('list.sortByList'),
      run: () => setView({ sort: 'list', descending: false }),
    },
  });
  return false;
}

/** The selected ones, together, one place up or down among those that are shown. */
export function moveBy(step: 1 | -1): void {
  if (!mayReorder()) return;
  last = last.then(async () => {
    const ids = targetIds();
    const place = placeBeside(shownNow(), ids, step);
    if (place === null) announce(i18next.t(step < 0 ? 'list.atTop' : 'list.atBottom'));
    else await moveBefore(ids, place);
  });
}

/** Before the row with this number among those that are shown; their number is the end. */
export function moveToRow(ids: readonly string[], row: number): void {
  last = last.then(() => moveBefore(ids, row));
}

/** To the front of the whole list. */
export function moveToTop(ids: readonly string[]): void {
  last = last.then(async () => {
    for (const [place, id] of ids.entries()) await moveTo(id, place);
    announceMoved(ids);
  });
}

async function moveBefore(ids: readonly string[], row: number): Promise<void> {
  const anchor = anchorOf(useTasks.getState().order, shownNow(), row, new Set(ids));
  for (const id of ids) {
    const now = useTasks.getState().order;
    const place = placeBefore(now, id, anchor);
    if (now[place] !== id) await moveTo(id, place);
  }
  announceMoved(ids);
}

function announceMoved(ids: readonly string[]): void {
  const { order } = useTasks.getState();
  const [first] = ids;
  if (first === undefined) return;
  const place = order.indexOf(first) + 1;
  const name = taskById(first)?.name ?? '';
  announce(
    ids.length === 1
      ? i18next.t('list.moved', { name, place, count: order.length })
      : i18next.t('list.movedMany', { count: ids.length, place }),
  );
}
