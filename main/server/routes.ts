import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CommandInput, CommandName } from '../contract/commands.ts';
import { SatchelError } from '../contract/errors.ts';
import { unwrap } from './answer.ts';
import type { ServerContext } from './context.ts';

export const API = '/api/v1';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's own path. Parameters are called as in the command's input. */
  readonly path: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** 200 where it is left out. */
  readonly status?: 201 | 204;
  /** Parameters of the query that are numbers. */
  readonly numbers?: readonly string[];
  /** Bytes; 1 MiB where it is left out. */
  readonly bodyLimit?: number;
}

const LONG_LIST = 64 * 1024 * 1024;
const TASK = '/tasks/:id';
const ITEM = `${TASK}/items/:itemId`;

/** Every command, as it is asked for over HTTP. What no path names comes from the query (GET, DELETE) or the body. */
export const ROUTES: { readonly [N in CommandName]: Route | readonly Route[] } = {
  'tasks.add': { method: 'POST', path: '/tasks', status: 201, summary: 'Add a task', bodyLimit: LONG_LIST },
  'tasks.addAll': {
    method: 'POST',
    path: '/tasks/batch',
    status: 201,
    summary: 'Add several tasks, all or none',
    bodyLimit: LONG_LIST,
  },
  'tasks.list': { method: 'GET', path: '/tasks', numbers: ['limit'], summary: 'The list, by pages' },
  'tasks.get': { method: 'GET', path: TASK, summary: 'One task' },
  'tasks.update': { method: 'PATCH', path: TASK, summary: 'Change a task' },
  'tasks.remove': { method: 'DELETE', path: TASK, status: 204, summary: 'Remove a task' },
  'tasks.pause': { method: 'POST', path: `${TASK}/pause`, summary: 'Pause a task' },
  'tasks.resume': { method: 'POST', path: `${TASK}/resume`, summary: 'Resume a paused task' },
  'tasks.retry': { method: 'POST', path: `${TASK}/retry`, summary: 'Try a failed task again' },
  'tasks.restart': { method: 'POST', path: `${TASK}/restart`, summary: 'Begin a task from zero' },
  'tasks.start': { method: 'POST', path: `${TASK}/start`, summary: 'Run a task now, out of its turn' },
  'tasks.pauseAll': { method: 'POST', path: '/tasks/pause-all', summary: 'Pause whatever runs or waits' },
  'tasks.resumeAll': { method: 'POST', path: '/tasks/resume-all', summary: 'Resume whatever is paused' },
  'tasks.clearDone': { method: 'POST', path: '/tasks/clear-done', summary: 'Take what is done off the list' },
  'tasks.finishWithout': {
    method: 'POST',
    path: `${TASK}/finish-without`,
    summary: 'Finish a package without what has failed of it',
  },
  'tasks.openPartial': {
    method: 'POST',
    path: `${TASK}/open-partial`,
    summary: 'Write what is whole of a package as a ZIP beside it',
  },
  'tasks.preview': {
    method: 'POST',
    path: '/preview',
    summary: 'What a text would add',
    bodyLimit: LONG_LIST,
  },
  'items.add': {
    method: 'POST',
    path: `${TASK}/items`,
    summary: 'Add items to a package',
    bodyLimit: LONG_LIST,
  },
  'items.update': { method: 'PATCH', path: ITEM, summary: 'Change an item of a package' },
  'items.remove': { method: 'DELETE', path: ITEM, summary: 'Remove an item of a package' },
  'items.retry': { method: 'POST', path: `${ITEM}/retry`, summary: 'Try a failed item again' },
  'list.export': { method: 'GET', path: '/export', summary: 'The list as text' },
  'list.import': {
    method: 'POST',
    path: '/import',
    status: 201,
    summary: 'Add a list',
    bodyLimit: LONG_LIST,
  },
  'history.search': {
    method: 'GET',
    path: '/history',
    numbers: ['limit'],
    summary: 'What has ended, by pages',
  },
  'history.remove': [
    { method: 'DELETE', path: '/history', status: 204, summary: 'Forget everything that has ended' },
    { method: 'DELETE', path: '/history/:taskId', status: 204, summary: 'Forget one task that has ended' },
  ],
  'settings.get': { method: 'GET', path: '/settings', summary: 'The settings' },
  'settings.update': { method: 'PATCH', path: '/settings', summary: 'Change settings' },
  status: { method: 'GET', path: '/status', summary: 'How Satchel is' },
};

/** Every route with its command. */
export function* commandRoutes(): Generator<Route & { readonly command: CommandName }> {
  for (const [command, routes] of Object.entries(ROUTES)) {
    for (const route of [routes].flat()) yield { ...(route as Route), command: command as CommandName };
  }
}

/** The routes of the command map. */
export function addCommandRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  for (const route of commandRoutes()) {
    const { command, method, path, status = 200, bodyLimit } = route;
    app.route({
      method,
      url: `${API}${path}`,
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      handler: async (request, reply) => {
        const value = unwrap(await engine.call(command, inputOf(request, route)));
        if (status === 204) return reply.code(status).send();
        return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(value));
      },
    });
  }
}

/** What stands in the path counts: a body may repeat it, and not say otherwise. */
function inputOf<N extends CommandName>(
  request: FastifyRequest,
  { method, numbers = [] }: Route,
): CommandInput<N> {
  const params = request.params as Record<string, string>;
  const given = method === 'GET' || method === 'DELETE' ? queryOf(request, numbers) : bodyOf(request);
  for (const [key, value] of Object.entries(params)) {
    if (Object.hasOwn(given, key) && given[key] !== value)
      throw new SatchelError('bad-input', `${key}: not as in the path`);
  }
  return { ...given, ...params } as CommandInput<N>;
}

function queryOf({ query }: FastifyRequest, numbers: readonly string[]): Record<string, unknown> {
  const given = query as Record<string, string | string[]>;
  const twice = Object.keys(given).find((key) => Array.isArray(given[key]));
  if (twice !== undefined) throw new SatchelError('bad-input', `${twice}: given twice`);
  const asNumber = ([key, value]: [string, unknown]) => [
    key,
    numbers.includes(key) ? numberOf(value) : value,
  ];
  return Object.fromEntries(Object.entries(given).map(asNumber));
}

/** What is no number stays what it is, and is refused as that. */
function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

function bodyOf({ body }: FastifyRequest): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new SatchelError('bad-input', 'the body must be a JSON object');
  }
  return body as Record<string, unknown>;
}
