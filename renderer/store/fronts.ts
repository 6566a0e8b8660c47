type Span = readonly [start: number, end: number];

/** Where bytes have been added between two looks: the ends of the spans that are new or longer. Both are in order. */
export function frontsOf(before: readonly Span[], after: readonly Span[]): readonly number[] {
  const fronts: number[] = [];
  let at = 0;
  for (const [start, end] of after) {
    while (at < before.length && (before[at]?.[1] ?? 0) < end) at += 1;
    const old = before[at];
    const isOld = old !== undefined && old[0] <= start && old[1] >= end;
    if (!isOld) fronts.push(end);
  }
  return fronts;
}
