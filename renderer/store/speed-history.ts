/** Five minutes, a sample a second. */
export const SPEED_SECONDS = 300;
/** On a busy machine a look may be late by this. */
const LATE_SECONDS = 3;

/** How fast tasks were, second by second, over the last five minutes. What has not run for so long is forgotten. */
export class SpeedHistory {
  /** The newest last; null: it did not run then. */
  readonly #byId = new Map<string, (number | null)[]>();
  #last: number | null = null;

  /** `now` is in seconds; those that were missed are empty, unless they were few. */
  take(now: number, running: Iterable<{ readonly id: string; readonly speed: number }>): void {
    const passed = this.#last === null ? 1 : Math.round(now - this.#last);
    if (passed < 1) return;
    this.#last = now;
    for (const [id, speeds] of this.#byId) {
      const between = passed <= LATE_SECONDS ? (speeds.at(-1) ?? null) : null;
      for (let i = 1; i < Math.min(passed, SPEED_SECONDS); i += 1) speeds.push(between);
      speeds.push(null);
      speeds.splice(0, speeds.length - SPEED_SECONDS);
      if (speeds.every((speed) => speed === null)) this.#byId.delete(id);
    }
    for (const { id, speed } of running) {
      const speeds = this.#byId.get(id);
      if (speeds === undefined) this.#byId.set(id, [speed]);
      else speeds[speeds.length - 1] = speed;
    }
  }

  of(id: string): readonly (number | null)[] {
    return this.#byId.get(id) ?? [];
  }
}
