import i18next from 'i18next';
import type { KeyboardEvent } from 'react';
import { copyText, openTask, togglePaused } from '../../store/actions.ts';
import { selectAll, selectOnly, selectTo, toggleSelected, useSelection } from '../../store/selection.ts';
import { shownNow } from '../../store/shown.ts';
import { taskById } from '../../store/tasks.ts';
import { openDialog, setView } from '../../store/view.ts';
import { announce } from './announce.tsx';
import { moveBy } from './reorder.ts';
import { addressesOf } from './sources.ts';
import { targetIds, targetTasks } from './targets.ts';
import { typeAhead } from './type-ahead.ts';

/** What the keyboard needs to know of what is drawn. */
export interface KeyboardHost {
  /** How many rows are seen at once. */
  readonly pageSize: () => number;
  /** At the row that the keyboard is on. */
  readonly openMenu: () => void;
  /** The first button of that row. */
  readonly enterActions: () => void;
}

const isMac = /mac/i.test(globalThis.navigator?.platform ?? '');

/** Keys of the list itself; those on the buttons of a row are left to them, except for going up and down. */
export function pressKey(event: KeyboardEvent<HTMLElement>, host: KeyboardHost): void {
  const isOnRow = event.target === event.currentTarget;
  if (!isOnRow && !['ArrowUp', 'ArrowDown', 'Escape'].includes(event.key)) return;
  if (event.nativeEvent.isComposing || !handled(event, host)) return;
  event.preventDefault();
  if (!isOnRow) event.currentTarget.focus();
}

function handled(event: KeyboardEvent<HTMLElement>, host: KeyboardHost): boolean {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  if (event.altKey) return altKey(event);
  if (event.key === 'F10' && event.shiftKey) return did(host.openMenu);
  if (mod && event.key.length === 1 && event.key !== ' ') return modKey(event.key.toLowerCase());
  const to = placeFor(event.key, host.pageSize());
  if (to !== null) return did(() => goTo(to, event.shiftKey, mod));
  return plainKey(event, mod, host);
}

function altKey({ key }: KeyboardEvent): boolean {
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return false;
  return did(() => moveBy(key === 'ArrowUp' ? -1 : 1));
}

function modKey(key: string): boolean {
  if (key === 'a') {
    const shown = shownNow();
    selectAll(shown);
    return did(() => announce(i18next.t('list.selected', { count: shown.length })));
  }
  if (key !== 'c') return false;
  const addresses = addressesOf(targetTasks());
  return did(() => addresses !== '' && void copyText(addresses));
}

function plainKey(event: KeyboardEvent<HTMLElement>, mod: boolean, host: KeyboardHost): boolean {
  const { current } = useSelection.getState();
  const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl';
  switch (event.key) {
    case 'ContextMenu':
      return did(host.openMenu);
    case isRtl ? 'ArrowLeft' : 'ArrowRight':
      return did(host.enterActions);
    case ' ':
      if (mod) return did(() => current !== null && toggleSelected(current));
      return did(() => void togglePaused(targetIds()));
    case 'Enter':
      return did(() => current !== null && openOrShow(current));
    case 'Delete':
    case 'Backspace':
      return did(askToRemove);
    case 'Escape':
      return did(() => useSelection.setState({ ids: new Set() }));
    default:
      return !mod && event.key.length === 1 && did(() => jumpTo(event.key));
  }
}

/** Opens what is done; of others it shows the details. */
export function openOrShow(id: string): void {
  if (taskById(id)?.state === 'done') void openTask(id);
  else setView({ detailsOpen: true });
}

function askToRemove(): void {
  const ids = targetIds();
  if (ids.length > 0) openDialog({ kind: 'remove', ids });
}

/** The row that a key leads to, from 0, or null where it leads nowhere. */
function placeFor(key: string, pageSize: number): number | null {
  const shown = shownNow();
  const { current } = useSelection.getState();
  const at = current === null ? -1 : shown.indexOf(current);
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + pageSize,
    PageUp: at - pageSize,
    Home: 0,
    End: shown.length - 1,
  }[key];
  return to === undefined || shown.length === 0 ? null : Math.min(shown.length - 1, Math.max(0, to));
}

/** With Shift all from the anchor to there; with Ctrl the selection stays as it is. */
function goTo(row: number, extend: boolean, only: boolean): void {
  const shown = shownNow();
  const id = shown[row];
  if (id === undefined) return;
  if (extend) selectTo(id, shown);
  else if (only) useSelection.setState({ current: id });
  else selectOnly(id);
}

function jumpTo(letter: string): void {
  const id = typeAhead(letter, shownNow(), useSelection.getState().current);
  if (id !== null) selectOnly(id);
}

function did(what: () => unknown): true {
  what();
  return true;
}
