import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unwrap } from '../contract/answer.ts';
import type { CommandInput, CommandName } from '../contract/commands.ts';
import { SatchelError } from '../contract/errors.ts';
import { API, commandRoutes, type Route } from '../contract/routes.ts';
import type { ServerContext } from './context.ts';

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
