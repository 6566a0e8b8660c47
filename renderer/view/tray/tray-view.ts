import { create } from 'zustand';

/** Where what is dragged in the tray would land, and the pointer. */
export interface TrayDrag {
  /** Before which of the shown rows; their number is the end. Null: into `into`. */
  readonly at: number | null;
  /** The key of a folder's row. */
  readonly into: string | null;
  readonly x: number;
  readonly y: number;
}

interface TrayView {
  /** Keys of rows. */
  readonly selected: ReadonlySet<string>;
  /** The row that the keyboard is on, and the one that Shift selects from. */
  readonly active: string | null;
  readonly anchor: string | null;
  /** Paths of folders that are folded up. */
  readonly closed: ReadonlySet<string>;
  /** The row whose name is being typed. */
  readonly renaming: string | null;
  readonly drag: TrayDrag | null;
}

/** How the tray is looked at; what is in it is in the store. */
export const useTrayView = create<TrayView>(() => ({
  selected: new Set(),
  active: null,
  anchor: null,
  closed: new Set(),
  renaming: null,
  drag: null,
}));

export function setTrayView(change: Partial<TrayView>): void {
  useTrayView.setState(change);
}

/** One row alone. */
export function selectRow(key: string | null): void {
  setTrayView({ selected: new Set(key === null ? [] : [key]), active: key, anchor: key });
}

export function toggleRow(key: string): void {
  const selected = new Set(useTrayView.getState().selected);
  if (!selected.delete(key)) selected.add(key);
  setTrayView({ selected, active: key, anchor: key });
}

/** All from the anchor to this one. */
export function selectRowsTo(key: string, keys: readonly string[]): void {
  const { anchor } = useTrayView.getState();
  const [from, to] = [keys.indexOf(anchor ?? key), keys.indexOf(key)].sort((a, b) => a - b);
  setTrayView({ selected: new Set(keys.slice(Math.max(0, from ?? 0), (to ?? 0) + 1)), active: key });
}

export function foldRow(path: string, closes: boolean): void {
  const closed = new Set(useTrayView.getState().closed);
  if (closes) closed.add(path);
  else closed.delete(path);
  setTrayView({ closed });
}
