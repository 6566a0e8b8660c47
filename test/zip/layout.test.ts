import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Layout, type Slot, SMALLEST_FILLER } from '../../main/zip/layout.ts';

type Act =
  | { readonly kind: 'reserve' | 'append'; readonly bytes: number }
  | { readonly kind: 'release' | 'move'; readonly which: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constantFrom('reserve', 'append'), bytes: fc.integer({ min: 31, max: 500 }) }),
  fc.record({ kind: fc.constantFrom('release', 'move'), which: fc.nat(50) }),
);

/** Every byte up to the end is in exactly one slot or one hole. */
function demandTiled(layout: Layout, ids: Iterable<number>): void {
  const slots = [...ids].map((id) => layout.slotOf(id) as Slot);
  const spans = [...slots, ...layout.holes].sort((a, b) => a.start - b.start);
  let at = 0;
  for (const { start, end } of spans) {
    expect(start).toBe(at);
    expect(end).toBeGreaterThan(start);
    at = end;
  }
  expect(at).toBe(layout.end);
  const last = layout.holes.at(-1);
  if (last) expect(last.end).toBeLessThan(layout.end);
  for (const { start, end } of layout.holes) expect(end - start).toBeGreaterThanOrEqual(SMALLEST_FILLER);
}

test('every byte of the data area is in one slot or in one hole, whatever is done', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const layout = new Layout();
      const ids: number[] = [];
      let next = 0;
      for (const one of acts) {
        if (one.kind === 'reserve' || one.kind === 'append') {
          layout[one.kind](next, one.bytes);
          ids.push(next);
          next += 1;
        } else if ('which' in one && ids.length > 0) {
          const id = ids[one.which % ids.length] as number;
          if (one.kind === 'release') {
            layout.release(id);
            ids.splice(ids.indexOf(id), 1);
          } else moveForward(layout, id);
        }
        demandTiled(layout, ids);
        demandTiled(new Layout(ids.map((id) => [id, layout.slotOf(id) as Slot])), ids);
      }
    }),
  );
});

function moveForward(layout: Layout, id: number): void {
  const { start, end } = layout.slotOf(id) as Slot;
  const bytes = end - start;
  const hole = layout.holes.find((each) => {
    const rest = each.end - each.start - bytes;
    return each.start < start && (rest === 0 || rest >= SMALLEST_FILLER);
  });
  if (hole) expect(layout.moveInto(id, hole).start).toBe(hole.start);
}

test('a hole is used by what fills it, or leaves room for a filler, and by nothing else', () => {
  const layout = new Layout([
    [0, { start: 0, end: 100 }],
    [1, { start: 200, end: 300 }],
  ]);
  expect(layout.reserve(2, 99).start).toBe(300);
  expect(layout.reserve(3, 70).start).toBe(399);
  expect(layout.reserve(4, 69).start).toBe(100);
  expect(layout.reserve(5, 31).start).toBe(169);
  expect(layout.holes).toEqual([]);
});

test('slots that overlap are refused', () => {
  expect(
    () =>
      new Layout([
        [0, { start: 0, end: 100 }],
        [1, { start: 99, end: 300 }],
      ]),
  ).toThrow(RangeError);
});
