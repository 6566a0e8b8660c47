import stringWidth from 'string-width';
import type { BarStream } from '../bars.ts';

/** Some terminals say 0. */
const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;
const ESC = '\u001b[';

/** Lines at the bottom of a terminal, drawn over again and again. */
export class Canvas {
  readonly #out: BarStream;
  #drawn: readonly number[] = [];

  constructor(out: BarStream) {
    this.#out = out;
  }

  get columns(): number {
    return this.#out.columns || USUAL_COLUMNS;
  }

  /** A line less than the terminal has: what is above its top cannot be drawn over. */
  get rows(): number {
    return Math.max(1, (this.#out.rows || USUAL_ROWS) - 1);
  }

  /** Each line as wide as the terminal at most, and no more of them than its rows. */
  draw(lines: readonly string[]): void {
    const before = this.#drawn.length === 0 ? `${ESC}?25l` : this.#toTop();
    const text = lines.map((line) => `${line}${ESC}K\n`).join('');
    this.#out.write(`${before}${text}${ESC}J`);
    this.#drawn = lines.map((line) => stringWidth(line));
  }

  /** What was drawn last stays; the cursor comes back. */
  stop(): void {
    if (this.#drawn.length > 0) this.#out.write(`${ESC}?25h`);
    this.#drawn = [];
  }

  /** A terminal that has become narrower has wrapped what was drawn. */
  #toTop(): string {
    const { columns } = this;
    const up = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return `\r${ESC}${Math.min(up, this.rows)}A`;
  }
}
