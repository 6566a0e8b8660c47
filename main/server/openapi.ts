import { z } from 'zod';
import { COMMANDS, Duplicate, HistoryRow, Preview } from '../contract/commands.ts';
import { ERRORS } from '../contract/errors.ts';
import { NewItem, NewTask } from '../contract/new-task.ts';
import { API, commandRoutes, type Route } from '../contract/routes.ts';
import { Settings } from '../contract/settings.ts';
import { ErrorShape, Item, Segment, Task } from '../contract/task.ts';
import { type Operation, OTHER_OPERATIONS } from './openapi-others.ts';
import { PROBLEM_TYPE } from './problem.ts';

type Json = Record<string, unknown>;

/** Shapes that have a name of their own in the description. */
const NAMED = {
  Task,
  Item,
  Segment,
  Error: ErrorShape,
  NewTask,
  NewItem,
  Settings,
  Preview,
  Duplicate,
  HistoryRow,
};

const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(ERRORS) as [string, ...string[]]),
  detail: z.string().optional(),
  next: z.string(),
  instance: z.string(),
});

/** The description of the HTTP API (OpenAPI 3.1), made from the command map and its routes. */
export function openApi(version: string): Json {
  const components = new Components();
  const paths: Record<string, Json> = {};
  const add = (method: string, path: string, operation: Json) => {
    const key = path.replace(/:(\w+)/g, '{$1}');
    paths[key] = { ...paths[key], [method.toLowerCase()]: operation };
  };
  for (const route of commandRoutes())
    add(route.method, `${API}${route.path}`, commandOperation(route, components));
  for (const other of OTHER_OPERATIONS) add(other.method, other.path, otherOperation(other, components));
  components.of(Problem, 'output', 'Problem');
  return {
    openapi: '3.1.0',
    info: { title: 'Satchel', version, description: 'Errors are problem details (RFC 9457) with a `code`.' },
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The token of the server, or a session.' },
        session: { type: 'apiKey', in: 'cookie', name: 'satchel_session' },
      },
    },
  };
}

function commandOperation(
  route: Route & { readonly command: keyof typeof COMMANDS },
  components: Components,
): Json {
  const { command, method, path, status = 200, summary } = route;
  const { input, answer } = COMMANDS[command];
  const params = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
  const given = components.of(input, 'input');
  const inBody = method === 'POST' || method === 'PATCH';
  const rest = inBody ? without(given, params) : given;
  const hasBody = inBody && Object.keys((rest['properties'] as Json | undefined) ?? { any: 1 }).length > 0;
  return {
    operationId: path.includes(':taskId') ? `${command}.one` : command,
    tags: [command.split('.')[0]],
    summary,
    parameters: [
      ...params.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...(inBody ? [] : queryParameters(without(given, params))),
    ],
    ...(hasBody
      ? { requestBody: { required: true, content: { 'application/json': { schema: rest } } } }
      : {}),
    responses: {
      [status]:
        status === 204
          ? { description: 'Done' }
          : answered('application/json', components.of(answer, 'output')),
      ...PROBLEMS,
    },
  };
}

function otherOperation(operation: Operation, components: Components): Json {
  const { summary, tag, open, body, answer, parameters = [], statuses = [200] } = operation;
  const schema = answer?.schema ? components.of(answer.schema, 'output') : { type: 'string' };
  return {
    operationId: operation.id,
    tags: [tag],
    summary,
    ...(open ? { security: [] } : {}),
    parameters,
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: components.of(body, 'input') } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        statuses.map((status) => [status, answer ? answered(answer.type, schema) : { description: 'Done' }]),
      ),
      ...PROBLEMS,
    },
  };
}

const PROBLEMS = {
  default: answered(PROBLEM_TYPE, { $ref: '#/components/schemas/Problem' }, 'It was refused, or has failed'),
};

function answered(type: string, schema: Json, description = 'As wanted'): Json {
  return { description, content: { [type]: { schema } } };
}

function queryParameters(schema: Json): Json[] {
  const required = (schema['required'] as string[] | undefined) ?? [];
  return Object.entries((schema['properties'] as Record<string, Json> | undefined) ?? {}).map(
    ([name, each]) => ({
      name,
      in: 'query',
      required: required.includes(name),
      schema: each,
    }),
  );
}

/** An object's schema without these of its properties. */
function without(schema: Json, names: readonly string[]): Json {
  const properties = Object.entries((schema['properties'] as Json | undefined) ?? {});
  if (properties.length === 0) return schema;
  const required = ((schema['required'] as string[] | undefined) ?? []).filter(
    (name) => !names.includes(name),
  );
  return {
    ...schema,
    properties: Object.fromEntries(properties.filter(([name]) => !names.includes(name))),
    required,
  };
}

/** Schemas as JSON, with those that have a name told once. */
class Components {
  readonly schemas: Json = {};
  readonly #registry = z.registry<{ id: string }>();

  constructor() {
    for (const [id, schema] of Object.entries(NAMED)) this.#registry.add(schema, { id });
  }

  of(schema: z.ZodType, io: 'input' | 'output', name?: string): Json {
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = z.toJSONSchema(schema, { io, metadata: this.#registry }) as Json;
    for (const [id, each] of Object.entries($defs as Json)) this.schemas[id] ??= moved(each);
    const own = moved(rest) as Json;
    if (name !== undefined) this.schemas[name] = own;
    const { id, ...bare } = own;
    // A named schema by itself comes without a reference to it.
    if (typeof id === 'string') {
      this.schemas[id] ??= bare;
      return { $ref: `#/components/schemas/${id}` };
    }
    return own;
  }
}

function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) =>
      key === '$ref' && typeof each === 'string'
        ? [key, each.replace('#/$defs/', '#/components/schemas/')]
        : [key, moved(each)],
    ),
  );
}
