import i18next from 'i18next';
import { tell } from '../../store/notices.ts';
import { setTray, useTray } from '../../store/tray.ts';
import { folderRenamed, moved, renamed, type TrayEntry, without } from '../../store/tray-entries.ts';
import { announce } from '../list/announce.tsx';
import { selectRow, setTrayView, useTrayView } from './tray-view.ts';
import { folderOf, joinName, siblingsOf, stepBeside, type Target, type TreeRow, targetAt } from './tree.ts';

export type TrayRow = TreeRow<TrayEntry>;

/** What is done to rows of the tray by hand. All of it is said to those who do not see it. */

/** Those that an action is for: the selected ones, else the one that the keyboard is on. */
export function chosenRows(rows: readonly TrayRow[]): readonly TrayRow[] {
  const { selected, active } = useTrayView.getState();
  const chosen = rows.filter(({ key }) => selected.has(key));
  return chosen.length > 0 ? chosen : rows.filter(({ key }) => key === active);
}

/** The keyboard goes on to what is left beside them. */
export function removeRows(rows: readonly TrayRow[]): void {
  const chosen = chosenRows(rows);
  const keys = new Set(namesOf(chosen).keys());
  if (keys.size === 0) return;
  const gone = new Set(chosen.map(({ key }) => key));
  const lastAt = rows.findLastIndex(({ key }) => gone.has(key));
  const isLeft = (row: TrayRow) => !gone.has(row.key) && !(row.kind === 'file' && keys.has(row.entry.key));
  const next = rows.slice(lastAt + 1).find(isLeft) ?? rows.slice(0, lastAt + 1).findLast(isLeft);
  leaveOut(keys);
  selectRow(next?.key ?? null);
}

/** These go, and can be taken back for a moment. */
export function leaveOut(keys: ReadonlySet<string>): void {
  const { entries } = useTray.getState();
  setTray({ entries: without(entries, keys) });
  tell({
    kind: 'info',
    text: i18next.t('tray.removed', { count: keys.size }),
    action: { label: i18next.t('tray.undo'), run: () => putBack(entries, keys) },
  });
}

/** What was left out, where it was, among what is there by now. What was still being handed over is gone for good. */
function putBack(before: readonly TrayEntry[], keys: ReadonlySet<string>): void {
  const now = [...useTray.getState().entries];
  for (const [index, entry] of before.entries()) {
    if (!keys.has(entry.key) || entry.source === null) continue;
    const next = before.slice(index + 1).find(({ key }) => !keys.has(key));
    const at = next === undefined ? -1 : now.findIndex(({ key }) => key === next.key);
    now.splice(at < 0 ? now.length : at, 0, entry);
  }
  setTray({ isOpen: true, entries: now });
}

/** To what was typed; a `/` in it puts it into a folder. */
export function renameRow(row: TrayRow, text: string): void {
  const { entries } = useTray.getState();
  const name = joinName(folderOf(row), text);
  if (row.kind === 'file') {
    const changed = renamed(entries, row.entry.key, name);
    setTray({ entries: changed });
    announce(
      i18next.t('tray.renamed', { name: changed.find(({ key }) => key === row.entry.key)?.name ?? name }),
    );
    return;
  }
  setTray({ entries: folderRenamed(entries, row.path, name) });
  selectRow(`${name}/`);
  announce(i18next.t('tray.renamed', { name }));
}

/** One place up or down among the rows of the same folder. */
export function moveRows(rows: readonly TrayRow[], step: 1 | -1): void {
  const { active } = useTrayView.getState();
  const from = rows.find(({ key }) => key === active);
  if (from === undefined) return;
  const siblings = siblingsOf(rows, from);
  const chosenKeys = new Set(chosenRows(rows).map(({ key }) => key));
  const isChosen = ({ key }: TrayRow) => chosenKeys.has(key);
  const chosen = siblings.filter(isChosen);
  const first = siblings.findIndex(isChosen);
  const beside = stepBeside(siblings, { first, last: siblings.findLastIndex(isChosen) }, step);
  if (beside === null) {
    announce(i18next.t(step < 0 ? 'list.atTop' : 'list.atBottom'));
    return;
  }
  applyMove(chosen, { ...beside, folder: folderOf(from) });
  announce(i18next.t('tray.movedTo', { count: chosen.length, place: step < 0 ? first : first + 2 }));
}

/** A folder is never moved into itself. */
export function applyMove(chosen: readonly TrayRow[], { before, folder }: Target): void {
  const fits = chosen.filter(
    (row) => row.kind === 'file' || (folder !== row.path && !folder.startsWith(`${row.path}/`)),
  );
  if (fits.length === 0) return;
  setTray({ entries: moved(useTray.getState().entries, { names: namesOf(fits), before, folder }) });
}

/** Into a folder of their own, whose name is to be typed next. */
export function gatherRows(rows: readonly TrayRow[]): void {
  const chosen = chosenRows(rows);
  const [first] = chosen;
  if (first === undefined) return;
  const { entries } = useTray.getState();
  const parent = folderOf(first);
  const label = i18next.t('tray.newFolder');
  let folder = joinName(parent, label);
  for (let number = 1; entries.some(({ name }) => name.startsWith(`${folder}/`)); number += 1) {
    folder = joinName(parent, `${label} (${number})`);
  }
  const { before } = targetAt(rows, { at: rows.indexOf(first), into: null });
  applyMove(chosen, { before, folder });
  selectRow(`${folder}/`);
  setTrayView({ renaming: `${folder}/` });
}

/** By key, of all that the rows stand for: the name from the row on. */
function namesOf(rows: readonly TrayRow[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const row of rows) {
    const folder = folderOf(row);
    const skip = folder === '' ? 0 : folder.length + 1;
    for (const { key, name } of row.kind === 'file' ? [row.entry] : row.inside) {
      if (!names.has(key)) names.set(key, name.slice(skip));
    }
  }
  return names;
}
