import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { TaskState } from '../../main/contract/task.ts';
import { Content } from '../kit/content.ts';
import { ServerDesk } from '../kit/server.ts';

/** The samples of an answer, `name{labels}` to value. */
async function scrape(desk: ServerDesk): Promise<Map<string, number>> {
  const answer = await desk.fetch('/metrics');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

async function reached(desk: ServerDesk, id: string, state: TaskState): Promise<void> {
  while ((await desk.task(id)).state !== state) await new Promise(setImmediate);
}

describe('/metrics', () => {
  test('is for those who have signed in', async () => {
    const desk = await ServerDesk.open();
    expect(await desk.problem('/metrics', { token: null })).toBe('401 unauthorized');
  });

  test('counts tasks, their bytes and what became of them', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(1, 300_000) });
    const before = await scrape(desk);
    expect(before.get('satchel_received_bytes_total')).toBe(0);
    const done = await desk.add('/a.bin');
    await reached(desk, done.id, 'done');
    const failed = await desk.add('/missing.bin');
    await reached(desk, failed.id, 'failed');
    const paused = await desk.add('/a.bin', { paused: true, name: 'b.bin' });
    const removed = await desk.add('/a.bin', { paused: true, name: 'c.bin' });
    await desk.fetch(`/api/v1/tasks/${removed.id}`, { method: 'DELETE' });
    expect((await desk.task(paused.id)).state).toBe('paused');
    const after = await scrape(desk);
    const states = ['waiting', 'running', 'paused', 'done', 'failed'];
    expect(states.map((state) => after.get(`satchel_tasks{state="${state}"}`))).toEqual([0, 0, 1, 1, 1]);
    const outcomes = ['done', 'failed', 'removed'];
    expect(outcomes.map((each) => after.get(`satchel_task_outcomes_total{outcome="${each}"}`))).toEqual([
      1, 1, 1,
    ]);
    expect(after.get('satchel_received_bytes_total')).toBe(300_000);
    // Once more: what counts up is not counted twice.
    expect((await scrape(desk)).get('satchel_received_bytes_total')).toBe(300_000);
  });

  test('shows what is under way: connections, sockets, speed', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(2, 4_000_000) });
    const gate = desk.source.gate('/a.bin', 1_000_000);
    const { id } = await desk.add('/a.bin', { connections: 1 });
    await gate.reached;
    const during = await scrape(desk);
    expect(during.get('satchel_connections')).toBe(1);
    expect(during.get('satchel_open_sockets')).toBe(desk.source.open);
    expect(during.get('satchel_tasks{state="running"}')).toBe(1);
    // What is held back at the gate has come by then or is about to.
    while (((await scrape(desk)).get('satchel_speed_bytes_per_second') ?? 0) === 0) {
      await new Promise(setImmediate);
    }
    gate.release();
    await reached(desk, id, 'done');
    const after = await scrape(desk);
    expect(after.get('satchel_connections')).toBe(0);
    expect(after.get('satchel_speed_bytes_per_second')).toBe(0);
    // It is kept for the next request.
    expect([after.get('satchel_open_sockets'), desk.source.open]).toEqual([1, 1]);
  });

  test('counts retries by code, and the hosts that are spared for them', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', {
      content: new Content(3, 1000),
      faults: [{ name: 'status', status: 503, headers: { 'retry-after': '3600' }, times: 1 }],
    });
    const { id } = await desk.add('/a.bin');
    while ((await desk.task(id)).error === null) await new Promise(setImmediate);
    expect(desk.source.happened('status')).toBe(1);
    const samples = await scrape(desk);
    expect(samples.get('satchel_retries_total{code="http-status"}')).toBe(1);
    expect(samples.get('satchel_held_hosts')).toBe(1);
  });

  test('counts the retries of one item while the others of its package go on', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(4, 100_000) });
    desk.source.serve('/b.bin', {
      content: new Content(5, 1000),
      faults: [{ name: 'reset-on-connect', times: 1 }],
    });
    const gate = desk.source.gate('/a.bin', 50_000);
    const items = ['/a.bin', '/b.bin'].map((path) => ({ url: desk.source.url(path) }));
    const { task } = await desk.json<{ task: { id: string } }>('/api/v1/tasks', {
      json: { kind: 'package', name: 'both.zip', items },
    });
    await gate.reached;
    await desk.source.until(() => desk.source.happened('reset-on-connect') === 1);
    gate.release();
    await reached(desk, task.id, 'done');
    const samples = await scrape(desk);
    expect(samples.get('satchel_retries_total{code="network"}')).toBe(1);
    expect(samples.get('satchel_received_bytes_total')).toBe(101_000);
  });

  test('counts it as a retry when a spare address takes over', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(7, 1000) });
    const { id } = await desk.add('/missing.bin', { spares: [desk.source.url('/a.bin')] });
    await reached(desk, id, 'done');
    expect((await scrape(desk)).get('satchel_retries_total{code="not-found"}')).toBe(1);
  });

  test('counts the bytes and the retries of a streamed ZIP', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', {
      content: new Content(6, 50_000),
      faults: [{ name: 'reset-on-connect', times: 1 }],
    });
    const answer = await desk.fetch('/api/v1/zip', { json: { items: [{ url: desk.source.url('/a.bin') }] } });
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(50_000);
    expect(desk.source.happened('reset-on-connect')).toBe(1);
    const samples = await scrape(desk);
    expect(samples.get('satchel_retries_total{code="network"}')).toBe(1);
    expect(samples.get('satchel_received_bytes_total')).toBe(50_000);
  });

  test('measures requests by route pattern, never by path', async () => {
    const desk = await ServerDesk.open();
    await desk.fetch('/api/v1/tasks/01K00000000000000000000000');
    for (const made of ['/made/up', '/made/too']) await desk.fetch(made);
    const text = await (await desk.fetch('/metrics')).text();
    const count = 'satchel_http_request_duration_seconds_count';
    expect(text).toContain(`${count}{method="GET",route="/api/v1/tasks/:id",status="404"} 1`);
    expect(text).toContain(`${count}{method="GET",route="none",status="404"} 2`);
    expect(text).not.toMatch(/01K0000|made/);
  });

  test('counts who is told what happens', async () => {
    const desk = await ServerDesk.open();
    const stop = new AbortController();
    const events = await desk.fetch('/api/v1/events', {
      headers: { accept: 'text/event-stream' },
      signal: stop.signal,
    });
    expect(events.status).toBe(200);
    expect((await scrape(desk)).get('satchel_event_clients{carrier="sse"}')).toBe(1);
    const { host } = new URL(desk.serving.address);
    const socket = new WebSocket(`ws://${host}/api/v1/events`, {
      headers: { authorization: `Bearer ${desk.token}` },
    });
    await once(socket, 'message');
    expect((await scrape(desk)).get('satchel_event_clients{carrier="ws"}')).toBe(1);
    socket.close();
    while ((await scrape(desk)).get('satchel_event_clients{carrier="ws"}') !== 0) {
      await new Promise(setImmediate);
    }
    stop.abort();
    while ((await scrape(desk)).get('satchel_event_clients{carrier="sse"}') !== 0) {
      await new Promise(setImmediate);
    }
  });

  test('has the process, its event loop and what runs', async () => {
    const desk = await ServerDesk.open();
    const samples = await scrape(desk);
    expect(samples.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(samples.get(`satchel_build_info{version="1.2.3",node="${process.version}"}`)).toBe(1);
  });

  test('a second server in the process has figures of its own', async () => {
    const [first, second] = [await ServerDesk.open(), await ServerDesk.open()];
    await first.add('/missing.bin', { paused: true });
    expect((await scrape(first)).get('satchel_tasks{state="paused"}')).toBe(1);
    expect((await scrape(second)).get('satchel_tasks{state="paused"}')).toBe(0);
  });
});
