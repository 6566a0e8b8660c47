/** Bytes per second. */
export interface SpeedFigures {
  /** Null: it does not run. */
  readonly now: number | null;
  readonly most: number;
  readonly mean: number;
  /** What the upper line of the picture stands for: not less than the fastest, and a round number. */
  readonly top: number;
}

const STEPS = [1, 2, 5, 10] as const;
/** A picture of hardly anything is no steeper than this. */
const LEAST_TOP = 1000;

/** Of samples of speeds, the newest last; null where it did not run. */
export function figuresOf(speeds: readonly (number | null)[]): SpeedFigures {
  const known = speeds.filter((speed) => speed !== null);
  const most = Math.max(0, ...known);
  const mean = known.length === 0 ? 0 : known.reduce((sum, speed) => sum + speed, 0) / known.length;
  return { now: speeds.at(-1) ?? null, most, mean, top: roundUp(Math.max(most, LEAST_TOP)) };
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = STEPS.find((each) => each * power >= value) ?? 10;
  return step * power;
}
