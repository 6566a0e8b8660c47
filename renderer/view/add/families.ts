/** What of a line of the preview says to which family it belongs. */
export interface Kin {
  readonly url: string;
  /** It has something to say or to ask of its own. */
  readonly alone: boolean;
}

/** Lines that differ in nothing but numbers, or one line alone. */
export interface Family<R extends Kin> {
  /** The same for the same family while a text is typed. */
  readonly key: string;
  readonly rows: readonly [R, ...R[]];
}

/** Fewer are quicker to read one by one. */
const FEWEST = 3;

/** Families in the order of their first lines. */
export function familiesOf<R extends Kin>(rows: readonly R[]): readonly Family<R>[] {
  const sizes = new Map<string, number>();
  const shapes = rows.map((row) => (row.alone ? null : shapeOf(row.url)));
  for (const shape of shapes) if (shape !== null) sizes.set(shape, (sizes.get(shape) ?? 0) + 1);
  const families = new Map<string, [R, ...R[]]>();
  for (const [index, row] of rows.entries()) {
    const shape = shapes[index] ?? null;
    const isOne = shape !== null && (sizes.get(shape) ?? 0) >= FEWEST;
    const key = isOne ? `#${shape}` : `${index} ${row.url}`;
    const family = families.get(key);
    if (family === undefined) families.set(key, [row]);
    else family.push(row);
  }
  return [...families].map(([key, members]) => ({ key, rows: members }));
}

/** An address without its numbers; null for one that has none after its host. */
function shapeOf(url: string): string | null {
  const [, host = '', rest = ''] = /^([a-z]+:\/\/[^/?#]*)(.*)$/i.exec(url) ?? [];
  const shape = rest.replace(/\d+/g, '#');
  return shape === rest ? null : host + shape;
}
