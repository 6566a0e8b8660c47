import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EngineFigures } from '../engine.ts';
import type { ServerContext } from './context.ts';

/** Most answers take milliseconds; a streamed ZIP or an event stream lasts as long as it lasts. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** Requests to no route of ours are counted together: whoever makes up paths must not make up rows. */
const NO_ROUTE = 'none';

let processRegistry: Registry | null = null;

/** Figures of the process, with the delay of its event loop: once for all servers in it, as nothing ends measuring. */
function processMetrics(): Registry {
  if (processRegistry === null) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

/** `GET /metrics`, as Prometheus reads it (text format 0.0.4), and what is measured for it. */
export function metricsRoutes(app: FastifyInstance, { engine, version, clients }: ServerContext): void {
  const own = new Registry();
  const taken = tasksIn(own);
  const work = workIn(own);
  const listening = gauge(own, 'satchel_event_clients', 'Clients that are told what happens', ['carrier']);
  const duration = new Histogram({
    name: 'satchel_http_request_duration_seconds',
    help: 'From a request to the end of its answer, by route pattern',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [own],
  });
  gauge(own, 'satchel_build_info', 'Always 1; what runs is in the labels', ['version', 'node']).set(
    { version, node: process.version },
    1,
  );
  const all = Registry.merge([own, processMetrics()]);
  app.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const labels = { method, route: routeOptions.url ?? NO_ROUTE, status: String(reply.statusCode) };
    duration.observe(labels, reply.elapsedTime / 1000);
  });
  app.get('/metrics', async (_, reply) => {
    const figures = engine.figures();
    taken(figures);
    work(figures);
    for (const [carrier, count] of Object.entries(clients)) listening.set({ carrier }, count);
    return reply
      .type(all.contentType)
      .header('cache-control', 'no-store')
      .send(await all.metrics());
  });
  app.addHook('onClose', async () => own.clear());
}

/** Tasks: where they stand and what became of them. */
function tasksIn(registry: Registry): (figures: EngineFigures) => void {
  const states = gauge(registry, 'satchel_tasks', 'Tasks in the list', ['state']);
  const outcomes = counter(registry, 'satchel_task_outcomes_total', 'Tasks that left off, since the start', [
    'outcome',
  ]);
  const retries = counter(
    registry,
    'satchel_retries_total',
    'Failures waited out to try again, by error code',
    ['code'],
  );
  return (figures) => {
    for (const [state, count] of Object.entries(figures.tasks)) states.set({ state }, count);
    setTotals(outcomes, 'outcome', figures.outcomes);
    setTotals(retries, 'code', figures.retries);
  };
}

/** What it is doing. */
function workIn(registry: Registry): (figures: EngineFigures) => void {
  const received = counter(registry, 'satchel_received_bytes_total', 'Bytes fetched since the start');
  const speed = gauge(registry, 'satchel_speed_bytes_per_second', 'Speed of all tasks together');
  const held = gauge(registry, 'satchel_held_hosts', 'Hosts left alone for a while');
  const connections = gauge(registry, 'satchel_connections', 'Connections that fetch');
  const sockets = gauge(registry, 'satchel_open_sockets', 'Open connections, kept ones included');
  return (figures) => {
    received.reset();
    received.inc(figures.bytesFetched);
    speed.set(figures.speed);
    held.set(figures.heldHosts);
    connections.set(figures.connections);
    sockets.set(figures.openSockets);
  };
}

function gauge(registry: Registry, name: string, help: string, labelNames: readonly string[] = []) {
  return new Gauge({ name, help, labelNames, registers: [registry] });
}

function counter(registry: Registry, name: string, help: string, labelNames: readonly string[] = []) {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

/** The engine counts; prom-client only shows it. */
function setTotals(of: Counter, label: string, totals: Readonly<Record<string, number>>): void {
  of.reset();
  for (const [value, total] of Object.entries(totals)) of.inc({ [label]: value }, total);
}
