import { Writable } from 'node:stream';

/** CSI sequences that cli-progress sends, or anything else in one piece. */
const TOKENS = new RegExp(String.raw`${'\u001b'}\[(\??[\d;]*)([A-Za-z])|[\s\S]`, 'gu');

/**
 * A terminal, as far as progress bars need one: text, line ends, and the sequences that move the cursor and clear. It
 * shows what somebody who looks at it would see, so that a test need not know how it was drawn. Two streams write to
 * one screen, as standard output and standard error do.
 */
export class Screen {
  readonly #lines: string[][] = [[]];
  #x = 0;
  #y = 0;
  cursorShown = true;
  wraps = true;
  /** Everything written, of both streams. */
  raw = '';
  /** A sequence that this screen does not know; a test that meets one proves nothing. */
  unknown: string[] = [];

  stream(
    columns: number,
    rows = 24,
  ): Writable & { isTTY: boolean; columns: number; rows: number; text: string } {
    const write = (chunk: Buffer, _encoding: string, done: () => void) => {
      stream.text += chunk.toString();
      this.#write(chunk.toString());
      done();
    };
    const stream = Object.assign(new Writable({ write, decodeStrings: true }), {
      isTTY: true as boolean,
      columns,
      rows,
      text: '',
    });
    return stream;
  }

  /** What is on the screen, without the blank end of each line and of the whole. */
  get lines(): string[] {
    const lines = this.#lines.map((cells) =>
      Array.from(cells, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  #write(text: string): void {
    this.raw += text;
    for (const [token, parameters, final] of text.matchAll(TOKENS)) {
      if (final !== undefined) this.#obey(parameters ?? '', final);
      else if (token === '\n') this.#to(0, this.#y + 1);
      else if (token === '\r') this.#x = 0;
      else this.#put(token);
    }
  }

  #obey(parameters: string, final: string): void {
    const number = Number(parameters.replace('?', '')) || 0;
    if (final === 'A') this.#to(this.#x, Math.max(0, this.#y - Math.max(1, number)));
    else if (final === 'G') this.#x = Math.max(0, number - 1);
    else if (final === 'K' && number === 0) this.#line().splice(this.#x);
    else if (final === 'J' && number === 0) {
      this.#line().splice(this.#x);
      this.#lines.splice(this.#y + 1);
    } else if (final === 'h' || final === 'l') this.#switch(parameters, final === 'h');
    else if (final !== 'm') this.unknown.push(`CSI ${parameters}${final}`);
  }

  #switch(parameters: string, on: boolean): void {
    if (parameters === '?25') this.cursorShown = on;
    else if (parameters === '?7') this.wraps = on;
    else this.unknown.push(`mode ${parameters}`);
  }

  #put(char: string): void {
    if (/\p{Cc}/u.test(char)) this.unknown.push(`control ${char.codePointAt(0)}`);
    this.#line()[this.#x] = char;
    this.#x += 1;
  }

  #line(): string[] {
    const line = this.#lines[this.#y] ?? [];
    this.#lines[this.#y] = line;
    return line;
  }

  #to(x: number, y: number): void {
    this.#x = x;
    this.#y = y;
    for (let i = this.#lines.length; i <= y; i += 1) this.#lines[i] = [];
  }
}
