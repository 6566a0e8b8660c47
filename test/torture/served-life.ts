import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';
import { API, commandRoutes } from '../../main/contract/routes.ts';

const PROGRAM = join(import.meta.dirname, 'served-child.ts');
const TOKEN = 'a-token-for-tests';
const ROUTES = new Map([...commandRoutes()].map((route) => [route.command, route]));

/** The server in a process of its own, asked over HTTP. */
export class ServedLife {
  readonly #child: ChildProcess;
  readonly isTroubled = false;
  address = '';
  errors = '';
  isDead = false;

  private constructor(dataDir: string, downloads: string) {
    const args = [PROGRAM, dataDir, downloads, TOKEN];
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.on('data', (text) => {
      this.errors += text;
    });
    this.#child.once('exit', () => {
      this.isDead = true;
    });
  }

  static async start(dataDir: string, downloads: string): Promise<ServedLife> {
    const life = new ServedLife(dataDir, downloads);
    const { stdout } = life.#child;
    if (stdout === null) throw new Error('no output');
    for await (const line of createInterface({ input: stdout })) {
      life.address = (JSON.parse(line) as { address: string }).address;
      return life;
    }
    throw new Error(`it ended: ${life.errors}`);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get headers(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${TOKEN}` };
  }

  /** Null when it was killed before it answered. */
  async call<N extends CommandName>(
    command: N,
    input: CommandInput<N>,
  ): Promise<Answer<CommandAnswer<N>> | null> {
    const { method = 'POST', path = '' } = ROUTES.get(command) ?? {};
    const rest = { ...input } as Record<string, unknown>;
    const filled = path.replace(/:(\w+)/g, (_, key: string) => {
      const value = String(rest[key]);
      delete rest[key];
      return encodeURIComponent(value);
    });
    const isQuery = method === 'GET' || method === 'DELETE';
    const query = isQuery ? `?${new URLSearchParams(rest as Record<string, string>)}` : '';
    const headers = { ...this.headers, ...(isQuery ? {} : { 'content-type': 'application/json' }) };
    const body = isQuery ? {} : { body: JSON.stringify(rest) };
    try {
      const response = await fetch(`${this.address}${API}${filled}${query}`, { method, headers, ...body });
      const text = await response.text();
      const value = text === '' ? {} : JSON.parse(text);
      return response.ok ? { ok: true, value } : { ok: false, error: value };
    } catch (thrown) {
      // Killed in the midst of it; while it lives, nothing but an answer is right.
      if (this.isDead || this.#child.killed) return null;
      throw thrown;
    }
  }

  async kill(): Promise<void> {
    if (this.isDead) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async close(): Promise<void> {
    if (this.isDead) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }
}
