/** Before which row they land when they go a step; null: they are at the end already. */
export function placeBeside(shown: readonly string[], ids: readonly string[], step: 1 | -1): number | null {
  const rows = ids.map((id) => shown.indexOf(id));
  const edge = step < 0 ? Math.min(...rows) - 1 : Math.max(...rows) + 2;
  return edge < 0 || edge > shown.length || rows.length === 0 ? null : edge;
}

/** The task of the whole list that they go before; null: they go to its end. It is none of those that move. */
export function anchorOf(
  order: readonly string[],
  shown: readonly string[],
  row: number,
  moving: ReadonlySet<string>,
): string | null {
  const below = shown.slice(row).find((id) => !moving.has(id));
  if (below !== undefined) return below;
  // Behind the last one that is shown, which need not be the last one of all.
  const above = shown.findLast((id) => !moving.has(id));
  const from = above === undefined ? 0 : order.indexOf(above) + 1;
  return order.slice(from).find((id) => !moving.has(id)) ?? null;
}

/** Its place in the list that comes of it, where it is directly before the anchor. */
export function placeBefore(order: readonly string[], id: string, anchor: string | null): number {
  const rest = order.filter((each) => each !== id);
  return anchor === null ? rest.length : Math.max(0, rest.indexOf(anchor));
}
