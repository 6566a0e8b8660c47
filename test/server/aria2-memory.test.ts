import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { EventMessage, EventType } from '../../main/contract/events.ts';
import type { Task } from '../../main/contract/task.ts';
import { gidOf } from '../../main/server/aria2/gids.ts';
import { KnownTasks } from '../../main/server/aria2/known-tasks.ts';
import { Sockets } from '../../main/server/aria2/sockets.ts';
import { newId } from '../../main/world/ids.ts';
import { FakeClock } from '../kit/fake-clock.ts';

const at = new Date(0).toISOString();

function event(type: EventType, taskId: string): EventMessage {
  const head = { type: 'event', event_id: `evt_${newId(0)}`, source: 'satchel' } as const;
  return { ...head, event_type: type, payload: { taskId }, timestamp: at };
}

describe('what is remembered of removed tasks', () => {
  test('are the last thousand of those that clients of aria2 have removed', () => {
    const known = new KnownTasks();
    const ids = Array.from({ length: 1002 }, () => newId(0));
    for (const id of ids) {
      known.take(event('task.added', id));
      known.leaving({ id } as Task);
      known.take(event('task.removed', id));
    }
    expect(known.stoppedCount).toBe(1000);
    expect(known.stoppedEver).toBe(1002);
    const remembered = ids.map((id) => known.removed(gidOf(id)) !== null);
    expect(remembered.indexOf(true)).toBe(2);
    expect(() => known.resolve(gidOf(ids[1] ?? ''))).toThrow('is not found');
    known.forget(gidOf(ids[2] ?? ''));
    const another = newId(0);
    known.leaving({ id: another } as Task);
    known.take(event('task.removed', another));
    // There was room for one more.
    expect(known.removed(gidOf(ids[3] ?? ''))).not.toBeNull();
  });

  test('are none that somebody else has removed', () => {
    const known = new KnownTasks();
    const id = newId(0);
    known.take(event('task.added', id));
    known.leaving({ id } as Task)();
    expect(known.take(event('task.removed', id))).toEqual({ gid: gidOf(id), wasStopped: false });
    expect(known.stoppedCount).toBe(0);
  });
});

describe('a gid', () => {
  test('is the last 64 bits of a ULID, whole: all of these differ', () => {
    expect(gidOf('00000000000000000000000001')).toBe('0000000000000001');
    expect(gidOf('7ZZZZZZZZZZZZZZZZZZZZZZZZZ')).toBe('ffffffffffffffff');
    expect(gidOf('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe('4c61efb99302bd5b');
    const gids = new Set(Array.from({ length: 10_000 }, () => gidOf(newId(0))));
    expect(gids.size).toBe(10_000);
  });
});

test('a WebSocket whose calls pile up is not read on until they are answered', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  await once(server, 'listening');
  const sockets = new Sockets(new FakeClock());
  onTestFinished(() => sockets.close());
  const first = Promise.withResolvers<void>();
  const accepted = new Promise<WebSocket>((resolve) =>
    server.once('connection', (socket) => {
      sockets.add(socket, async (text) => {
        if (text === '0') await first.promise;
        return text;
      });
      resolve(socket);
    }),
  );
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  await once(client, 'open');
  const socket = await accepted;
  let read = 0;
  const hundred = new Promise<void>((resolve) => {
    socket.on('message', () => {
      read += 1;
      if (read === 101) resolve();
    });
  });
  const answers: string[] = [];
  const all = new Promise<void>((resolve) => {
    client.on('message', (data) => {
      if (answers.push(String(data)) === 1000) resolve();
    });
  });
  for (let n = 0; n < 1000; n++) client.send(String(n));
  await hundred;
  expect(socket.isPaused).toBe(true);
  first.resolve();
  await all;
  expect(answers).toEqual(Array.from({ length: 1000 }, (_, n) => String(n)));
  expect(socket.isPaused).toBe(false);
});
