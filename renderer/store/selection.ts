import { create } from 'zustand';

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** The row that the keyboard is on, and whose details are shown. */
  readonly current: string | null;
  /** Where a range begins. */
  readonly anchor: string | null;
}

/** Which tasks of the list are chosen. */
export const useSelection = create<Selection>(() => ({ ids: new Set(), current: null, anchor: null }));

/** Only this one; null: none. */
export function selectOnly(id: string | null): void {
  useSelection.setState({ ids: new Set(id === null ? [] : [id]), current: id, anchor: id });
}

/** This one too, or no longer. */
export function toggleSelected(id: string): void {
  useSelection.setState(({ ids }) => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    return { ids: next, current: id, anchor: id };
  });
}

/** All from the anchor to this one, in the order that is shown. */
export function selectTo(id: string, shown: readonly string[]): void {
  useSelection.setState(({ anchor }) => {
    const from = Math.max(0, shown.indexOf(anchor ?? id));
    const to = shown.indexOf(id);
    if (to < 0) return {};
    const ids = shown.slice(Math.min(from, to), Math.max(from, to) + 1);
    return { ids: new Set(ids), current: id, anchor: shown[from] ?? id };
  });
}

export function selectAll(shown: readonly string[]): void {
  useSelection.setState(({ current }) => ({
    ids: new Set(shown),
    current: current ?? shown[0] ?? null,
    anchor: shown[0] ?? null,
  }));
}
