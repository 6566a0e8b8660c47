const FLUSH_CHARACTERS = 64 * 1024;

/** Lines to a stream, written many at a time, and no faster than it takes them. */
export class Lines {
  readonly #stream: NodeJS.WritableStream;
  #text = '';
  /** Nobody reads any more (`| head`); that is no error of ours. */
  closed = false;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
    stream.on('error', () => {
      this.closed = true;
    });
  }

  async add(line: string): Promise<void> {
    this.#text += `${line}\n`;
    if (this.#text.length >= FLUSH_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (text !== '' && !this.closed)
      await new Promise<void>((done) => this.#stream.write(text, () => done()));
  }
}
