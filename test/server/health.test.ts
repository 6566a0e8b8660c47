import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import type { ServerContext } from '../../main/server/context.ts';
import { healthRoutes } from '../../main/server/health.ts';
import { Disk, type FileSystem } from '../../main/world/disk.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { ServerDesk } from '../kit/server.ts';
import { tempFolder } from '../kit/temp-folder.ts';

/** Alone, over an engine that answers `status` as told and has its data folder on `disk`. */
async function alone(error: SatchelError | null, disk?: Disk, path?: string) {
  const app = Fastify();
  const answer = error ? { ok: false, error: error.report() } : { ok: true, value: {} };
  const engine = { call: async () => answer, dataFolder: { path: path ?? (await dataFolder()) } };
  healthRoutes(app, { engine } as unknown as ServerContext, disk);
  return app;
}

async function dataFolder(): Promise<string> {
  const path = await tempFolder();
  await fs.writeFile(join(path, 'instance.json'), '{}');
  return path;
}

describe('health', () => {
  test.each([
    ['/healthz', { status: 'ok' }],
    ['/readyz', { status: 'ready' }],
  ])('%s answers without sign-in', async (path, body) => {
    const desk = await ServerDesk.open();
    const answer = await desk.fetch(path, { token: null });
    expect([answer.status, await answer.json()]).toEqual([200, body]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('an engine that cannot take on work is not ready, and says by its code why', async () => {
    const app = await alone(new SatchelError('internal', 'broken at /secret/place'));
    const answer = await app.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'not-ready', reasons: ['internal'] }]);
    expect(answer.body).not.toContain('secret');
    // It lives all the same: starting it anew would make no room.
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    await app.close();
  });

  test('without room for its data folder it is not ready', async () => {
    let free = 0;
    const statfs = async () => ({ blocks: 1000, bavail: free, bsize: 4096 });
    const app = await alone(null, new Disk({ ...fs, statfs } as unknown as FileSystem));
    const answer = await app.inject('/readyz');
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { status: 'not-ready', reasons: ['disk-full'] },
    ]);
    free = 1;
    expect((await app.inject('/readyz')).statusCode).toBe(200);
    await app.close();
  });

  test.each([
    ['EROFS', 'permission'],
    ['EACCES', 'permission'],
    ['EIO', 'disk-error'],
  ])(
    'with a data folder that gives %s it is not ready, and says no more than the code',
    async (errno, code) => {
      const path = await dataFolder();
      const faults = new FaultDisk(path, [{ name: 'error', call: 'open', nth: 1, errno }]);
      const app = await alone(null, new Disk(faults.fileSystem), path);
      const answer = await app.inject('/readyz');
      expect(faults.happened('error')).toBe(1);
      expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'not-ready', reasons: [code] }]);
      expect((await app.inject('/readyz')).statusCode).toBe(200);
      // Whoever asks every few seconds is not to keep a disk from resting.
      expect(await fs.readdir(path)).toEqual(['instance.json']);
      expect(faults.unsafeBytes).toBe(0);
      await app.close();
    },
  );

  test('while it closes it is not ready', async () => {
    const app = await alone(null);
    let socket: Socket | null = null;
    const ask = async () => {
      socket?.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const [bytes] = (await once(socket as unknown as Socket, 'data')) as [Buffer];
      return bytes.toString().slice(0, 12);
    };
    let last = '';
    // The connection is there already: no new one is taken from here on.
    app.addHook('preClose', async () => {
      last = await ask();
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    expect(await ask()).toBe('HTTP/1.1 200');
    await app.close();
    expect(last).toBe('HTTP/1.1 503');
  });
});
