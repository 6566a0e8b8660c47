import type { IncomingHttpHeaders } from 'node:http';
import { fromBuffer, type Source } from './content.ts';
import type { Encoding, Fault, Hit } from './faults.ts';
import { parseRange, rangeStands } from './ranges.ts';

/** What is served under a path. */
export interface Resource {
  readonly content: Source | Buffer;
  /** Default: a strong one made of the content; null sends none. */
  readonly etag?: string | null;
  /** Default: 1 January 2025; null sends none. */
  readonly lastModified?: Date | string | null;
  /** The `Date` of the answers; default: now. */
  readonly date?: string;
  /** Default `application/octet-stream`. */
  readonly type?: string;
  /** More headers, which win over the ones above. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly faults?: readonly Fault[];
  /** Default true: a single `Range` is honoured as RFC 9110 §14 says, `If-Range` too. */
  readonly ranges?: boolean;
  /** Rate of each answer's body. */
  readonly bytesPerSecond?: number;
  /** Time from the request to the head of the answer. */
  readonly firstByteDelayMs?: number;
}

/** What the answer is made from: the request, and the validators the resource has. Faults may falsify it. */
export interface Ask {
  method: string;
  range: string | null;
  ifRange: string | null;
  etag: string | null;
  lastModified: string | null;
}

/** How a body ends before its time, at body byte `after`. */
export interface Ending {
  readonly after: number;
  readonly how: 'reset' | 'fin' | 'stall';
  readonly hit: Hit;
}

/** An answer on its way to the wire. The body is `source` from `start` to `end` (exclusive). */
export interface Answer {
  status: number;
  /** Names in lower case; Content-Range and the length are written from the fields below. */
  headers: Map<string, string>;
  contentRange: { unit: string; span: { start: number; end: number } | null; total: number } | null;
  source: Source;
  start: number;
  end: number;
  framing: 'length' | 'chunked' | 'close';
  encoding: Encoding | null;
  ending: Ending | null;
  flips: { readonly at: number; readonly hit: Hit }[];
  bytesPerSecond: number | null;
  /** True while this is an answer about the file itself, not a refusal, redirect or page instead of it. */
  isFile: boolean;
  /** No answer at all; a hit of a fault that keeps silent. */
  silent: boolean;
}

export const sourceOf = (resource: Resource): Source =>
  Buffer.isBuffer(resource.content) ? fromBuffer(resource.content) : resource.content;

const DEFAULT_LAST_MODIFIED = 'Wed, 01 Jan 2025 00:00:00 GMT';

const httpDate = (value: Date | string | null): string | null =>
  value instanceof Date ? value.toUTCString() : value;

/** The request in the resource's light. A range means something on GET only (RFC 9110 §14.2). */
export function askOf(resource: Resource, method: string, headers: IncomingHttpHeaders): Ask {
  const { etag = `"${sourceOf(resource).id}"`, lastModified = DEFAULT_LAST_MODIFIED } = resource;
  const ifRange = headers['if-range'];
  return {
    method,
    range: method === 'GET' && resource.ranges !== false ? (headers.range ?? null) : null,
    ifRange: typeof ifRange === 'string' ? ifRange : null,
    etag,
    lastModified: httpDate(lastModified),
  };
}

/** An answer with a body of its own, in place of the file. */
export function instead(status: number, body: Source | string, headers: Record<string, string> = {}): Answer {
  const source = typeof body === 'string' ? fromBuffer(Buffer.from(body)) : body;
  return {
    status,
    headers: new Map(Object.entries({ 'content-type': 'text/plain', ...lowerCased(headers) })),
    contentRange: null,
    source,
    start: 0,
    end: source.size,
    framing: 'length',
    encoding: null,
    ending: null,
    flips: [],
    bytesPerSecond: null,
    isFile: false,
    silent: false,
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function fileHeaders(resource: Resource, ask: Ask): Record<string, string> {
  return {
    'content-type': resource.type ?? 'application/octet-stream',
    ...(resource.ranges === false ? {} : { 'accept-ranges': 'bytes' }),
    ...(ask.etag === null ? {} : { etag: ask.etag }),
    ...(ask.lastModified === null ? {} : { 'last-modified': ask.lastModified }),
    ...(resource.date === undefined ? {} : { date: resource.date }),
    ...lowerCased(resource.headers ?? {}),
  };
}

/** What a sound server answers: 200, 206, 416, or 405 to a method other than GET and HEAD. */
export function soundAnswer(resource: Resource, ask: Ask): Answer {
  if (ask.method !== 'GET' && ask.method !== 'HEAD') return instead(405, '', { allow: 'GET, HEAD' });
  const source = sourceOf(resource);
  const total = source.size;
  const stands = rangeStands(ask.ifRange, ask.etag, ask.lastModified);
  const range = stands ? parseRange(ask.range, total) : null;
  const headers = fileHeaders(resource, ask);
  const bytesPerSecond = resource.bytesPerSecond ?? null;
  if (range === 'unsatisfiable') {
    const contentRange = { unit: 'bytes', span: null, total };
    return { ...instead(416, '', headers), contentRange, isFile: true };
  }
  const file = { ...instead(200, source, headers), isFile: true, bytesPerSecond };
  if (!range) return file;
  return { ...file, status: 206, ...range, contentRange: { unit: 'bytes', span: range, total } };
}

/** 204, 205 and 304 have no body (RFC 9110 §6.4.1, §15.3.6). */
export const isBodiless = (answer: Answer): boolean => [204, 205, 304].includes(answer.status);

/** Every header as it goes over the wire. */
export function wireHeaders(answer: Answer): Map<string, string> {
  const headers = new Map(answer.headers);
  const { contentRange: range } = answer;
  if (range) {
    const span = range.span ? `${range.span.start}-${range.span.end - 1}` : '*';
    headers.set('content-range', `${range.unit} ${span}/${range.total}`);
  }
  if (answer.status === 205) headers.set('content-length', '0');
  else if (answer.framing === 'length' && !isBodiless(answer)) {
    headers.set('content-length', String(answer.end - answer.start));
  }
  return headers;
}
