import { useLayoutEffect, useRef } from 'react';
import { useSelection } from '../../store/selection.ts';

/**
 * Who is next where `id` was in a list that has become another: the nearest one behind it that is still there, else the
 * nearest before it.
 */
export function neighbourOf(id: string, before: readonly string[], now: readonly string[]): string | null {
  const there = new Set(now);
  if (there.has(id)) return id;
  const at = before.indexOf(id);
  if (at < 0) return now[0] ?? null;
  for (let i = at + 1; i < before.length; i += 1) {
    const each = before[i];
    if (each !== undefined && there.has(each)) return each;
  }
  for (let i = at - 1; i >= 0; i -= 1) {
    const each = before[i];
    if (each !== undefined && there.has(each)) return each;
  }
  return now[0] ?? null;
}

/** Nothing is selected that is not to be seen, and the keyboard stays where it was. */
export function keepPlace(before: readonly string[], now: readonly string[]): void {
  const { ids, current, anchor } = useSelection.getState();
  const there = new Set(now);
  const kept = [...ids].filter((id) => there.has(id));
  const place = current === null ? null : neighbourOf(current, before, now);
  if (kept.length === ids.size && place === current) return;
  useSelection.setState({
    ids: kept.length === ids.size ? ids : new Set(kept),
    current: place,
    anchor: anchor !== null && there.has(anchor) ? anchor : place,
  });
}

/** Keeps it whenever another list is shown. */
export function useKeptPlace(ids: readonly string[]): void {
  const before = useRef(ids);
  useLayoutEffect(() => {
    if (before.current !== ids) keepPlace(before.current, ids);
    before.current = ids;
  }, [ids]);
}
