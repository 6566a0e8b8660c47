import { z } from 'zod';
import { Message } from '../contract/events.ts';
import { HandOver } from '../contract/hand-over.ts';
import { API } from '../contract/routes.ts';
import { ZipRequest } from '../contract/zip-request.ts';
import { PairRequest } from './pairing-routes.ts';
import { Pairing } from './pairings.ts';
import { SignIn } from './session-routes.ts';
import { UploadRequest } from './uploads.ts';

/** A route that is no command. */
export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Without sign-in. */
  readonly open?: boolean;
  readonly body?: z.ZodType;
  readonly parameters?: readonly Record<string, unknown>[];
  readonly answer?: { readonly type: string; readonly schema?: z.ZodType };
  readonly statuses?: readonly number[];
}

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const header = (name: string) => ({ name, in: 'header', schema: { type: 'string' } });

export const OTHER_OPERATIONS: readonly Operation[] = [
  {
    id: 'session.begin',
    method: 'POST',
    path: `${API}/session`,
    tag: 'session',
    summary: 'Sign in with the token, or the code of a sign-in link; sets a cookie too',
    open: true,
    body: SignIn,
    answer: { type: 'application/json', schema: z.object({ jwt: z.string(), expiresAt: z.iso.datetime() }) },
  },
  {
    id: 'session.link',
    method: 'POST',
    path: `${API}/session/link`,
    tag: 'session',
    summary: 'A link that signs in whoever follows it: once, within ten minutes',
    answer: { type: 'application/json', schema: z.object({ link: z.string() }) },
  },
  {
    id: 'session.end',
    method: 'DELETE',
    path: `${API}/session`,
    tag: 'session',
    summary: 'End the session',
    statuses: [204],
  },
  {
    id: 'events',
    method: 'GET',
    path: `${API}/events`,
    tag: 'events',
    summary: 'What happens, as it happens: a WebSocket, or server-sent events',
    parameters: [
      {
        name: 'since',
        in: 'query',
        schema: { type: 'string' },
        description: 'Id of the last message received.',
      },
      header('last-event-id'),
    ],
    answer: { type: 'text/event-stream', schema: Message },
  },
  {
    id: 'tasks.content',
    method: 'GET',
    path: `${API}/tasks/:id/content`,
    tag: 'tasks',
    summary: 'The finished file',
    parameters: [id, header('range'), header('if-range'), header('if-none-match')],
    answer: { type: 'application/octet-stream' },
    statuses: [200, 206, 304],
  },
  {
    id: 'zip',
    method: 'POST',
    path: `${API}/zip`,
    tag: 'zip',
    summary: 'Addresses and finished tasks as one ZIP, streamed while they are fetched',
    body: ZipRequest,
    answer: { type: 'application/zip' },
  },
  {
    id: 'zip.link',
    method: 'POST',
    path: `${API}/zip/links`,
    tag: 'zip',
    summary: 'A link to such a ZIP, for a plain browser: for five minutes, once',
    body: ZipRequest,
    answer: {
      type: 'application/json',
      schema: z.object({ url: z.string(), expiresAt: z.iso.datetime() }),
    },
    statuses: [201],
  },
  {
    id: 'zip.linked',
    method: 'GET',
    path: '/zip/:id',
    tag: 'zip',
    summary: 'The ZIP of a link',
    open: true,
    parameters: [id],
    answer: { type: 'application/zip' },
  },
  {
    id: 'uploads.begin',
    method: 'POST',
    path: `${API}/uploads`,
    tag: 'uploads',
    summary: 'Begin to hand a file over, so that it can be packed',
    body: UploadRequest,
    answer: { type: 'application/json', schema: z.object({ id: z.string() }) },
    statuses: [201],
  },
  {
    id: 'uploads.append',
    method: 'PUT',
    path: `${API}/uploads/:id`,
    tag: 'uploads',
    summary: 'The next bytes of such a file, as application/octet-stream',
    parameters: [id, { name: 'at', in: 'query', required: true, schema: { type: 'integer' } }],
    answer: {
      type: 'application/json',
      schema: z.object({ received: z.number().int(), path: z.string().nullable() }),
    },
  },
  {
    id: 'uploads.drop',
    method: 'DELETE',
    path: `${API}/uploads/:id`,
    tag: 'uploads',
    summary: 'Such a file is not wanted any more',
    parameters: [id],
    statuses: [204],
  },
  {
    id: 'pairings.begin',
    method: 'POST',
    path: `${API}/pairings`,
    tag: 'browsers',
    summary: 'A code with which a browser is paired: once, within ten minutes',
    answer: { type: 'application/json', schema: z.object({ code: z.string() }) },
    statuses: [201],
  },
  {
    id: 'pairings.list',
    method: 'GET',
    path: `${API}/pairings`,
    tag: 'browsers',
    summary: 'The browsers that have been paired',
    answer: { type: 'application/json', schema: z.object({ pairings: z.array(Pairing) }) },
  },
  {
    id: 'pairings.remove',
    method: 'DELETE',
    path: `${API}/pairings/:id`,
    tag: 'browsers',
    summary: 'A browser may hand over no more',
    parameters: [id],
    statuses: [204],
  },
  {
    id: 'pair',
    method: 'POST',
    path: `${API}/pair`,
    tag: 'browsers',
    summary: 'Pair a browser; what it is given lets it hand over, and nothing else',
    open: true,
    body: PairRequest,
    answer: { type: 'application/json', schema: z.object({ token: z.string() }) },
  },
  {
    id: 'handOver',
    method: 'POST',
    path: `${API}/hand-over`,
    tag: 'browsers',
    summary: 'What the extension of a browser asks; answered with `ok` or why not',
    body: HandOver,
    answer: {
      type: 'application/json',
      schema: z.object({ id: z.number().nullable(), ok: z.boolean() }),
    },
  },
  {
    id: 'jsonrpc',
    method: 'POST',
    path: '/jsonrpc',
    tag: 'aria2',
    summary: "aria2's JSON-RPC, whose calls carry the token",
    open: true,
    answer: { type: 'application/json-rpc' },
  },
  {
    id: 'health',
    method: 'GET',
    path: '/healthz',
    tag: 'operation',
    summary: 'The process is alive',
    open: true,
    answer: { type: 'application/json' },
  },
  {
    id: 'ready',
    method: 'GET',
    path: '/readyz',
    tag: 'operation',
    summary: 'It can take on work',
    open: true,
    answer: { type: 'application/json' },
    statuses: [200, 503],
  },
  {
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    tag: 'operation',
    summary: 'Figures for Prometheus',
    answer: { type: 'text/plain' },
  },
];
