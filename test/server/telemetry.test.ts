import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { TaskState } from '../../main/contract/task.ts';
import { exporterIn, remoteCourse, startTelemetry } from '../../main/server/telemetry.ts';
import { Content } from '../kit/content.ts';
import { ServerDesk } from '../kit/server.ts';

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

interface Post {
  readonly path: string;
  readonly body: {
    readonly resourceSpans: readonly {
      readonly resource: Pick<SentSpan, 'attributes'>;
      readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
    }[];
  };
}

/** Takes what an exporter posts (OTLP/HTTP, JSON); `answers: false`: takes it, and never answers. */
class Collector {
  readonly posts: Post[] = [];
  #url = '';

  static async open({ answers = true } = {}): Promise<Collector> {
    const collector = new Collector();
    const server = createServer(async (request, response) => {
      collector.posts.push({ path: request.url ?? '', body: (await json(request)) as Post['body'] });
      if (answers) response.setHeader('content-type', 'application/json').end('{}');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    collector.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return collector;
  }

  get url(): string {
    return this.#url;
  }

  get spans(): readonly SentSpan[] {
    const scopes = this.posts.flatMap(({ body }) => body.resourceSpans).flatMap((each) => each.scopeSpans);
    return scopes.flatMap(({ spans }) => spans);
  }

  named(name: string): readonly SentSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  get text(): string {
    return JSON.stringify(this.posts);
  }
}

function attributesOf({ attributes }: Pick<SentSpan, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

async function reached(desk: ServerDesk, id: string, state: TaskState): Promise<void> {
  while ((await desk.task(id)).state !== state) await new Promise(setImmediate);
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };

afterEach(() => vi.unstubAllEnvs());

describe('what the environment asks for', () => {
  test.each([
    [{}, null],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }, 'otlp'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/v1/traces' }, 'otlp'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, null],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'otlp'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'console'],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }, null],
    [{ OTEL_TRACES_EXPORTER: 'zipkin', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }, null],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }, null],
    [{ OTEL_SERVICE_NAME: 'nas' }, null],
  ] as const)('%j: %s', (env, wanted) => {
    expect(exporterIn(env)).toBe(wanted);
  });
});

describe('traceparent', () => {
  test.each([
    `00-${TRACE}-${CALLER}-01`,
    `00-${TRACE}-${CALLER}-00`,
    `cc-${TRACE}-${CALLER}-01-what-comes-later`,
  ])('%s is taken over', (traceparent) => {
    expect(remoteCourse({ traceparent })).toMatchObject({ traceId: TRACE, spanId: CALLER, isRemote: true });
  });

  test.each([
    '',
    `00-${TRACE}-${CALLER}`,
    `00-${'0'.repeat(32)}-${CALLER}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${CALLER}-01`,
    `00-${TRACE}-${CALLER}-01-more`,
    `00-${TRACE.toUpperCase()}-${CALLER}-01`,
    `00-${TRACE}-${CALLER}-01\nforged`,
  ])('%j is not', (traceparent) => {
    expect(remoteCourse({ traceparent })).toBeNull();
  });
});

describe('spans', () => {
  test('one trace has the request, the task it added, and the connections of that', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    vi.stubEnv('OTEL_SERVICE_NAME', 'nas');
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(1, 200_000) });
    const json = { kind: 'file', url: desk.source.url('/a.bin?X-Amz-Signature=s3cret'), connections: 1 };
    const { task } = await desk.json<{ task: { id: string } }>('/api/v1/tasks', { json, headers });
    await reached(desk, task.id, 'done');
    await desk.close();
    expect(collector.posts.every(({ path }) => path === '/v1/traces')).toBe(true);
    const [request] = collector.spans.filter(
      ({ traceId, name }) => traceId === TRACE && name.startsWith('POST'),
    );
    const [run] = collector.named('task');
    const [segment] = collector.named('segment');
    if (!request || !run || !segment) throw new Error(`missing: ${collector.text}`);
    expect([run.traceId, segment.traceId]).toEqual([TRACE, TRACE]);
    expect(request.parentSpanId).toBe(CALLER);
    expect(run.parentSpanId).toBe(request.spanId);
    expect(segment.parentSpanId).toBe(run.spanId);
    expect(request.name).toBe('POST /api/v1/tasks');
    expect(attributesOf(request)).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/tasks',
      'http.response.status_code': 201,
    });
    expect(attributesOf(run)).toMatchObject({
      'satchel.task.id': task.id,
      'satchel.task.kind': 'file',
      'satchel.outcome': 'done',
      'satchel.bytes': 200_000,
    });
    expect(attributesOf(segment)).toMatchObject({
      'server.address': new URL(desk.source.origin).host,
      'satchel.segment.start': 0,
      'satchel.bytes': 200_000,
    });
    const [{ resource } = { resource: { attributes: [] } }] = collector.posts[0]?.body.resourceSpans ?? [];
    expect(attributesOf(resource)).toMatchObject({ 'service.name': 'nas', 'service.version': '1.2.3' });
    expect(collector.text).not.toMatch(/s3cret|a\.bin/);
  });

  test('the end of one task that lets another begin does not make that its own', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    await desk.json('/api/v1/settings', { method: 'PATCH', json: { jobs: 1 } });
    desk.source.serve('/a.bin', { content: new Content(1, 100_000) });
    desk.source.serve('/b.bin', { content: new Content(2, 1000) });
    const gate = desk.source.gate('/a.bin', 50_000);
    const first = await desk.add('/a.bin');
    await gate.reached;
    const json = { kind: 'file', url: desk.source.url('/b.bin') };
    const { task } = await desk.json<{ task: { id: string; state: string } }>('/api/v1/tasks', {
      json,
      headers,
    });
    expect(task.state).toBe('waiting');
    gate.release();
    await reached(desk, task.id, 'done');
    await desk.close();
    const runs = new Map(
      collector.named('task').map((span) => [attributesOf(span)['satchel.task.id'], span]),
    );
    expect(runs.get(task.id)?.traceId).toBe(TRACE);
    expect(runs.get(first.id)?.traceId).toMatch(/^[\da-f]{32}$/);
    expect(runs.get(first.id)?.traceId).not.toBe(TRACE);
    const under = (id: string) =>
      collector.named('segment').filter(({ parentSpanId }) => parentSpanId === runs.get(id)?.spanId);
    expect(under(task.id).map((span) => attributesOf(span)['satchel.bytes'])).toEqual([1000]);
  });

  test('the items of a package are under its run, whoever made room for them', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    await desk.json('/api/v1/settings', { method: 'PATCH', json: { jobs: 2 } });
    for (const name of ['/other.bin', '/1.bin', '/2.bin']) {
      desk.source.serve(name, { content: new Content(1, 5000) });
    }
    const [other, item] = ['/other.bin', '/1.bin'].map((name) => desk.source.gate(name, 1000));
    const alone = await desk.add('/other.bin');
    await other?.reached;
    const items = ['/1.bin', '/2.bin'].map((name) => ({ url: desk.source.url(name) }));
    const json = { kind: 'package', name: 'all.zip', items };
    const { task } = await desk.json<{ task: { id: string } }>('/api/v1/tasks', { json, headers });
    await item?.reached;
    expect(desk.source.requests.some(({ path }) => path === '/2.bin')).toBe(false);
    // Its end is what lets the second item begin.
    other?.release();
    await desk.source.once(({ path }) => path === '/2.bin');
    item?.release();
    await reached(desk, task.id, 'done');
    await desk.close();
    const runs = new Map(collector.named('task').map((span) => [span.spanId, attributesOf(span)]));
    const tasks = collector
      .named('segment')
      .map(({ parentSpanId = '' }) => runs.get(parentSpanId)?.['satchel.task.id']);
    expect(tasks.toSorted()).toEqual([alone.id, task.id, task.id].toSorted());
  });

  test('a body that comes later than its head is part of the request all the same', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(1, 1000) });
    const body = JSON.stringify({ kind: 'file', url: desk.source.url('/a.bin') });
    const { hostname, port } = new URL(desk.serving.address);
    const socket = connect(Number(port), hostname);
    const before = desk.log.length;
    const head = [
      'POST /api/v1/tasks HTTP/1.1',
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${desk.token}`,
      `Traceparent: ${headers.traceparent}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    while (desk.log.length === before) await new Promise(setImmediate);
    socket.write(body);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 201/);
    socket.destroy();
    while (!desk.source.requests.some(({ ended }) => ended === 'complete')) await new Promise(setImmediate);
    await desk.close();
    const [run] = collector.named('task');
    expect(run?.traceId).toBe(TRACE);
  });

  test('a later run is part of the request that asked for it', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    const { id } = await desk.add('/late.bin');
    await reached(desk, id, 'failed');
    desk.source.serve('/late.bin', { content: new Content(1, 1000) });
    await desk.json(`/api/v1/tasks/${id}/retry`, { method: 'POST', headers });
    await reached(desk, id, 'done');
    await desk.close();
    const runs = collector.named('task').map((span) => {
      const { 'satchel.task.run': run, 'satchel.outcome': outcome } = attributesOf(span);
      return [run, outcome, span.traceId === TRACE];
    });
    expect(runs).toEqual([
      [1, 'failed', false],
      [2, 'done', true],
    ]);
  });

  test('what fails says its code, on the task and on each connection', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    const { id } = await desk.add('/missing.bin');
    await reached(desk, id, 'failed');
    await desk.close();
    for (const name of ['task', 'segment']) {
      const [span] = collector.named(name);
      expect([name, span && attributesOf(span)['error.type'], span?.status.code]).toEqual([
        name,
        'not-found',
        2,
      ]);
    }
  });

  test('what a caller adds that does not want to be traced is not either', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(1, 1000) });
    const json = { kind: 'file', url: desk.source.url('/a.bin') };
    const unsampled = { traceparent: `00-${TRACE}-${CALLER}-00` };
    const ask = { json, headers: unsampled };
    const { task } = await desk.json<{ task: { id: string } }>('/api/v1/tasks', ask);
    await reached(desk, task.id, 'done');
    await desk.close();
    // The requests beside it are there.
    expect(collector.named('GET /api/v1/tasks/:id').length).toBeGreaterThan(0);
    expect([...collector.named('task'), ...collector.named('segment')]).toEqual([]);
  });

  test('a caller that does not want to be traced is not', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    await desk.fetch('/api/v1/tasks', { headers: { traceparent: `00-${TRACE}-${CALLER}-00` } });
    await desk.fetch('/api/v1/tasks', { headers: { traceparent: `00-${'1'.repeat(32)}-${CALLER}-01` } });
    await desk.close();
    const traces = collector.spans.map(({ traceId }) => traceId);
    expect(traces).toContain('1'.repeat(32));
    expect(traces).not.toContain(TRACE);
  });

  test('a collector that never answers holds nothing up for longer than its time', async () => {
    const collector = await Collector.open({ answers: false });
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    const begun = performance.now();
    await desk.close();
    expect(collector.posts.length).toBe(1);
    // Of 30 s that the exporter itself would take.
    expect(performance.now() - begun).toBeLessThan(4000);
  });

  test('a collector that cannot be reached is told in the log, without its address', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:s3cret@127.0.0.1:1');
    const told: string[] = [];
    const telemetry = await startTelemetry({
      env: process.env,
      version: '1',
      onFailure: () => void told.push('failed'),
    });
    trace.getTracer('satchel').startSpan('x').end();
    await telemetry.close();
    expect(told).toEqual(['failed']);
  });
});

describe('where nothing is asked for', () => {
  test('nothing is registered, and the log has the trace of who sent one', async () => {
    const desk = await ServerDesk.open();
    expect(trace.getTracer('satchel').startSpan('x').isRecording()).toBe(false);
    expect(context.with(context.active().setValue(Symbol('x'), 1), () => context.active())).toBe(
      ROOT_CONTEXT,
    );
    await desk.fetch('/api/v1/tasks', { headers });
    await desk.fetch('/api/v1/tasks', { headers: { traceparent: 'nonsense' } });
    const answered = desk.log.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered');
    const traces = answered.slice(-2).map(({ traceId }) => traceId);
    expect(traces).toEqual([TRACE, undefined]);
  });

  test('after the end of a server that sent spans nothing is registered either', async () => {
    const collector = await Collector.open();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
    const desk = await ServerDesk.open();
    expect(trace.getTracer('satchel').startSpan('x').isRecording()).toBe(true);
    await desk.close();
    expect(trace.getTracer('satchel').startSpan('x').isRecording()).toBe(false);
    expect(collector.posts.length).toBeGreaterThan(0);
  });
});
