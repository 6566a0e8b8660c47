import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { remoteCourse } from './telemetry.ts';

/**
 * Each request is a span, part of whatever its `traceparent` says; what it starts is part of it. Its log lines have the
 * trace's id, also where no spans are sent from here.
 */
export function traceRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, next) => {
    const remote = remoteCourse(request.headers);
    const parent = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
    const span = trace.getTracer('satchel').startSpan(nameOf(request), { kind: SpanKind.SERVER }, parent);
    const own = span.spanContext();
    if (!isSpanContextValid(own)) return next();
    request.log = request.log.child({ traceId: own.traceId });
    if (span.isRecording()) reply.raw.once('close', () => endSpan(span, request, reply.raw));
    // One that is not to be recorded too: else what it starts would be, as a trace of its own. Fastify keeps to it also where the body comes by other events.
    context.with(trace.setSpan(parent, span), next);
  });
}

/** By its pattern: a path may hold a secret. */
function nameOf({ method, routeOptions }: FastifyRequest): string {
  return routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`;
}

/** Names: OpenTelemetry's semantic conventions for HTTP servers. */
function endSpan(
  span: Span,
  { id, method, routeOptions }: FastifyRequest,
  { statusCode, writableFinished }: { readonly statusCode: number; readonly writableFinished: boolean },
): void {
  span.setAttributes({
    'http.request.method': method,
    'http.response.status_code': statusCode,
    'satchel.request.id': id,
    ...(routeOptions.url === undefined ? {} : { 'http.route': routeOptions.url }),
    ...(writableFinished ? {} : { 'error.type': 'cancelled' }),
  });
  if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
