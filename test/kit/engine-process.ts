import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';

const PROGRAM = join(import.meta.dirname, 'engine-child.ts');

type Line = { readonly n?: number; readonly answer?: Answer<never>; readonly ready?: true } & Record<
  string,
  unknown
>;

/** The task manager in a process of its own, which can be killed at any moment. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (answer: Answer<never> | null) => void>();
  readonly #watching = new Set<() => void>();
  /** Types of the events, as they came. */
  readonly events: string[] = [];
  /** What it has said besides answers, as it came. */
  readonly said: Line[] = [];
  /** From the start of the process to the open list. */
  milliseconds = 0;
  errors = '';
  #asked = 0;
  #dead = false;

  private constructor(command: readonly string[]) {
    const [name = '', ...args] = command;
    this.#child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (text) => {
      this.errors += text;
    });
    this.#child.once('exit', () => this.#ended());
  }

  /**
   * Resolves when the list is open. `program` may be engine-child.ts as it was built; `within` is what starts it, such as
   * a command that gives it another network.
   */
  static async start(
    dataDir: string,
    downloads: string,
    program = PROGRAM,
    within: readonly string[] = [],
  ): Promise<EngineProcess> {
    const engine = new EngineProcess([...within, process.execPath, program, dataDir, downloads]);
    const { stdout } = engine.#child;
    if (!stdout) throw new Error('no output');
    const ready = Promise.withResolvers<void>();
    createInterface({ input: stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      if (line.ready) {
        engine.milliseconds = Number(line['milliseconds']);
        ready.resolve();
      } else engine.#take(line);
    });
    void once(engine.#child, 'exit').then(() => ready.reject(new Error(`it ended: ${engine.errors}`)));
    await ready.promise;
    return engine;
  }

  /** A disk that is made to fail has done so. */
  get isTroubled(): boolean {
    return this.said.some(({ struck }) => struck !== undefined);
  }

  get isDead(): boolean {
    return this.#dead;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Null when it was killed before it answered. */
  call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Answer<CommandAnswer<N>> | null> {
    if (this.#dead) return Promise.resolve(null);
    this.#asked += 1;
    const n = this.#asked;
    const answer = new Promise<Answer<never> | null>((resolve) => this.#answers.set(n, resolve));
    this.#child.stdin?.write(`${JSON.stringify({ n, command, input })}\n`);
    return answer;
  }

  /** Resolves once `condition` holds, looked at after every event; rejects when the process ends before. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!condition() && !this.#dead) return;
        this.#watching.delete(look);
        if (condition()) resolve();
        else reject(new Error(`it ended: ${this.errors}`));
      };
      this.#watching.add(look);
      look();
    });
  }

  /** What is no command: of the program it depends what that means. */
  tell(line: Readonly<Record<string, unknown>>): void {
    if (!this.#dead) this.#child.stdin?.write(`${JSON.stringify(line)}\n`);
  }

  async kill(): Promise<void> {
    if (this.#dead) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Ends it in good order. */
  async close(): Promise<void> {
    if (this.#dead) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }

  #take({ n, answer, ...rest }: Line): void {
    if (n !== undefined && answer !== undefined) {
      this.#answers.get(n)?.(answer);
      this.#answers.delete(n);
    } else {
      this.said.push(rest);
      if (rest['event'] !== undefined) this.events.push(String(rest['event']));
      for (const look of [...this.#watching]) look();
    }
  }

  #ended(): void {
    this.#dead = true;
    for (const resolve of this.#answers.values()) resolve(null);
    for (const look of [...this.#watching]) look();
  }
}
