import type { Answer, CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';
import { ERRORS, type ErrorCode, type ErrorReport } from '../../main/contract/errors.ts';
import { API, ROUTES, type Route } from '../../main/contract/routes.ts';
import { EventSocket } from './event-socket.ts';
import { upload } from './upload.ts';
import type { Wire, WireListener } from './wire.ts';

/** A server that has had too many requests says when to come again; so often it is believed. */
const MOST_WAITS = 5;

/** Over HTTP and a WebSocket of the server that this page came from. */
export function httpWire(): Wire {
  const listeners = new Set<WireListener>();
  let socket: EventSocket | null = null;
  const signedOut = () => {
    socket?.close();
    socket = null;
    for (const { connection } of listeners) connection('signedOut');
  };
  const open = () => {
    socket ??= new EventSocket(`${API}/events`, {
      message: (told) => {
        for (const { message } of listeners) message(told);
      },
      connection: (state) => {
        if (state === 'signedOut') socket = null;
        for (const { connection } of listeners) connection(state);
      },
      refused: async () => (await ask('GET', '/status')).status === 401,
    });
  };
  const session = async (method: 'POST' | 'DELETE', body?: unknown): Promise<Answer<object>> => {
    const answer = await answerOf<object>(await ask(method, '/session', body));
    if (answer.ok && method === 'POST' && listeners.size > 0) open();
    if (answer.ok && method === 'DELETE') signedOut();
    return answer;
  };
  return {
    call: async <N extends CommandName>(command: N, input: CommandInput<N>) => {
      const { method, path, rest } = requestOf(command, input);
      const response = await ask(method, path, rest);
      if (response.status === 401) signedOut();
      return answerOf<CommandAnswer<N>>(response);
    },
    follow: (listener) => {
      listeners.add(listener);
      open();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        socket?.close();
        socket = null;
      };
    },
    desktop: null,
    browser: {
      signIn: (with_) => session('POST', with_),
      signOut: () => session('DELETE'),
      pairingCode: async () => answerOf(await ask('POST', '/pairings')),
      pairings: async () => answerOf(await ask('GET', '/pairings')),
      unpair: async (id) => answerOf(await ask('DELETE', `/pairings/${id}`)),
      upload: (file, told, signal) => upload(file, told, { ask, answerOf, signal }),
      contentAddress: (taskId) => `${API}/tasks/${encodeURIComponent(taskId)}/content`,
    },
  };
}

/** The route of a command, its path filled in; `rest` is what goes into the body, or is null. */
function requestOf<N extends CommandName>(command: N, input: CommandInput<N>) {
  const given = { ...(input as Record<string, unknown>) };
  const { method, path } = routeOf(command, given);
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = String(given[name]);
    delete given[name];
    return encodeURIComponent(value);
  });
  if (method !== 'GET' && method !== 'DELETE') return { method, path: filled, rest: given };
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(given)) if (value !== undefined) query.set(key, String(value));
  const text = query.toString();
  return { method, path: text === '' ? filled : `${filled}?${text}`, rest: undefined };
}

/** Of several, the one whose path can be filled in best. */
function routeOf(command: CommandName, given: Record<string, unknown>): Route {
  const routes = [ROUTES[command]].flat() as readonly Route[];
  const named = (route: Route) => [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  const fitting = routes.filter((route) => named(route).every((name) => given[name] !== undefined));
  return fitting.sort((a, b) => named(b).length - named(a).length)[0] ?? (routes[0] as Route);
}

/** A response, or one with status 0 where there is no server to be reached. */
async function ask(method: string, path: string, body?: unknown): Promise<Response | { status: 0 }> {
  for (let waits = 0; ; waits += 1) {
    try {
      const response = await fetch(`${API}${path}`, {
        method,
        ...bodyOf(body),
      });
      if (response.status !== 429 || waits === MOST_WAITS) return response;
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    } catch {
      return { status: 0 };
    }
  }
}

function bodyOf(body: unknown) {
  if (body === undefined) return {};
  if (body instanceof Blob) return { headers: { 'content-type': 'application/octet-stream' }, body };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function answerOf<T>(response: Response | { status: 0 }): Promise<Answer<T>> {
  if (!('ok' in response)) return { ok: false, error: problem('not-running') };
  try {
    const text = await response.text();
    const value = text === '' ? {} : JSON.parse(text);
    if (response.ok) return { ok: true, value };
    const { code, detail } = value as { code?: string; detail?: string };
    return { ok: false, error: problem(isCode(code) ? code : 'internal', detail) };
  } catch {
    return { ok: false, error: problem('network') };
  }
}

function isCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERRORS, code);
}

function problem(code: ErrorCode, detail?: string): ErrorReport {
  return { code, message: ERRORS[code].sentence, ...(detail === undefined ? {} : { detail }) };
}
