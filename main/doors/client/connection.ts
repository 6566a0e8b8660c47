import type { z } from 'zod';
import { COMMANDS, type CommandAnswer } from '../../contract/commands.ts';
import { ERRORS, type ErrorCode, SatchelError } from '../../contract/errors.ts';
import type { Task } from '../../contract/task.ts';
import { type Clock, delay } from '../../world/clock.ts';
import { shown, type Target } from './target.ts';

/** A list of 100,000 addresses takes a while to be taken in; who says nothing for longer is not there. */
const LONGEST_MS = 120_000;
/** Somebody who is told to wait does, so often and so long at most. */
const MOST_WAITS = 100;
const LONGEST_WAIT_MS = 60_000;
const PAGE_TASKS = 1000;

const CODES: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: 'not-running',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
};

export interface Ask {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The API of one server. Every method throws a SatchelError: what the server says, or why it cannot be asked. */
export class Connection {
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  constructor(target: Target, clock: Clock, signal?: AbortSignal) {
    this.#target = target;
    this.#clock = clock;
    this.#signal = signal;
  }

  get where(): string {
    return shown(this.#target.base);
  }

  /** What the server answers, as it is: fields that this version does not know stay in it. */
  async ask<T>(method: string, path: string, answer: z.ZodType<T>, asked: Ask = {}): Promise<T> {
    const value = await this.#send(method, path, asked);
    if (!answer.safeParse(value).success) throw notOurs(this.where, 'its answer is not understood');
    return value as T;
  }

  async remove(id: string, files: 'keep' | 'delete'): Promise<void> {
    await this.#send('DELETE', `tasks/${encodeURIComponent(id)}`, { query: { files } });
  }

  /** Every task, by pages; each once, though the list changes meanwhile. */
  async *tasks(query: { readonly state?: string; readonly q?: string } = {}): AsyncGenerator<Task> {
    const seen = new Set<string>();
    let cursor: string | null = null;
    do {
      const place: Record<string, string> = cursor === null ? {} : { cursor };
      const asked = { query: { ...query, limit: String(PAGE_TASKS), ...place } };
      const page: CommandAnswer<'tasks.list'> = await this.ask(
        'GET',
        'tasks',
        COMMANDS['tasks.list'].answer,
        asked,
      );
      for (const task of page.tasks) {
        if (!seen.has(task.id)) yield task;
        seen.add(task.id);
      }
      if (page.nextCursor === cursor) return;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  async allTasks(query?: { readonly state?: string }): Promise<Task[]> {
    const all: Task[] = [];
    for await (const task of this.tasks(query)) all.push(task);
    return all;
  }

  /** Gives the JSON of a good answer, null where it has none. Waits as long as the server is asked too often. */
  async #send(method: string, path: string, asked: Ask): Promise<unknown> {
    for (let waited = 0; ; waited += 1) {
      const response = await this.#fetch(method, path, asked);
      const { ok, status } = response;
      if (status === 204) return null;
      const value = await this.#json(response);
      if (ok) return value;
      if (status !== 429 || waited === MOST_WAITS) throw problemOf(value, status, this.where);
      await delay(this.#clock, waitOf(response.headers.get('retry-after')), this.#signal);
    }
  }

  async #fetch(method: string, path: string, { query, body }: Ask): Promise<Response> {
    const { base, token } = this.#target;
    const url = new URL(`api/v1/${path}`, base);
    url.search = new URLSearchParams(query).toString();
    const limits = [AbortSignal.timeout(LONGEST_MS), ...(this.#signal ? [this.#signal] : [])];
    try {
      return await fetch(url, {
        method,
        // The token is for this server, and for nobody that it may send us to.
        redirect: 'manual',
        headers: {
          accept: 'application/json, application/problem+json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        signal: AbortSignal.any(limits),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (thrown) {
      throw failureOf(thrown, this.where);
    }
  }

  async #json(response: Response): Promise<unknown> {
    const type = response.headers.get('content-type')?.split(';', 1)[0]?.trim() ?? '';
    if (
      !/^application\/(?:problem\+)?json$/i.test(type) ||
      (response.status >= 300 && response.status < 400)
    ) {
      // It may have no end.
      await response.body?.cancel().catch(() => {});
      throw notOurs(this.where, `HTTP ${response.status}`);
    }
    try {
      return await response.json();
    } catch (thrown) {
      if (thrown instanceof SyntaxError) throw notOurs(this.where, 'its JSON is broken');
      throw failureOf(thrown, this.where);
    }
  }
}

/** Something answers, and it is no server of ours, or of another version. */
export function notOurs(where: string, why: string, permanent = false): SatchelError {
  return new SatchelError('not-running', `what answers at ${where} is no Satchel: ${why}`, { permanent });
}

/** Problem details (RFC 9457) as an error. */
export function problemOf(value: unknown, status: number, where: string): SatchelError {
  const { code, detail } = (value ?? {}) as { code?: unknown; detail?: unknown };
  if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code)) return notOurs(where, `HTTP ${status}`);
  if (code === 'unauthorized') return new SatchelError(code, `${where} wants its token`);
  return new SatchelError(code as ErrorCode, typeof detail === 'string' ? detail : undefined);
}

/** Why there was no answer. */
export function failureOf(thrown: unknown, where: string): SatchelError {
  if (thrown instanceof SatchelError) return thrown;
  const error = (thrown instanceof Error && thrown.cause) || thrown;
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  // Some ports are closed to fetch, whoever listens there (WHATWG Fetch, "bad port").
  if (message === 'bad port') return new SatchelError('bad-input', `${where}: this port cannot be asked`);
  if (name === 'TimeoutError') return new SatchelError('timeout', where);
  const known = typeof code === 'string' ? code : '';
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(known)) {
    return new SatchelError('tls', `${where}: ${known}`);
  }
  // Bytes that are no HTTP.
  if (known.startsWith('HPE_')) return notOurs(where, 'it does not speak HTTP');
  return new SatchelError(CODES[known] ?? 'network', known === '' ? where : `${where}: ${known}`, {
    cause: thrown,
  });
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3), as ms. */
function waitOf(text: string | null): number {
  const seconds = /^\d+$/.test(text ?? '') ? Number(text) : 1;
  return Math.min(LONGEST_WAIT_MS, Math.max(1, seconds) * 1000);
}
