import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import type { ItemListener } from '../../main/task/package-job.ts';
import type { StreamItem } from '../../main/task/stream-item.ts';
import { type StreamJob, streamPackage } from '../../main/task/stream-package.ts';
import { Bucket } from '../../main/transfer/bucket.ts';
import { Hosts } from '../../main/transfer/hosts.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { createHttp } from '../../main/world/http.ts';
import { Content } from '../kit/content.ts';
import { FaultServer, type Resource } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { entriesIn } from '../kit/zip-readers.ts';
import { eventually } from '../rules/scene.ts';

const MIB = 1024 * 1024;

interface Told {
  states: string[];
  name: string;
  received: number;
  total: number | null;
  waits: (string | undefined)[];
}

interface Options extends Partial<StreamJob> {
  readonly perHost?: number;
  readonly signal?: AbortSignal;
  readonly onReceived?: (id: string, received: number) => void;
}

async function scene() {
  const server = await FaultServer.start();
  const http = createHttp({ proxy: 'none' });
  onTestFinished(async () => {
    http.close();
    await server.close();
  });
  const serve = (path: string, resource: Partial<Resource> & { seed?: number; size?: number } = {}) => {
    const { seed = path.length, size = 200_000, ...rest } = resource;
    const content = new Content(seed, size);
    server.serve(path, { content, ...rest });
    return content;
  };
  const item = (path: string, more: Partial<StreamItem> = {}): StreamItem => ({
    ...{ id: path, name: null, folder: '', checksum: null, refused: null },
    ...{ retries: 3, timeoutMs: 30_000, onChanged: 'stop' },
    address: { url: server.url(path), headers: {} },
    ...more,
  });
  const stream = (items: readonly StreamItem[], options: Options = {}) => {
    const { perHost = 8, signal = new AbortController().signal, onReceived, ...job } = options;
    const hosts = new Hosts(systemClock, perHost);
    const bucket = new Bucket(systemClock, null);
    onTestFinished(() => {
      hosts.close();
      bucket.close();
    });
    const parts: Buffer[] = [];
    const output = new Writable({
      write(chunk: Buffer, _, done) {
        parts.push(chunk);
        done();
      },
    });
    const told = new Map<string, Told>();
    const of = (id: string): Told => {
      const there = told.get(id) ?? { states: [], name: '', received: 0, total: null, waits: [] };
      told.set(id, there);
      return there;
    };
    const listenerOf = (id: string): ItemListener => ({
      onState: (state) => void of(id).states.push(state),
      onName: (name) => void Object.assign(of(id), { name }),
      onFacts: ({ received, total }) => void Object.assign(of(id), { received, total }),
      onJournaled: (bytes) => {
        of(id).received += bytes;
        onReceived?.(id, of(id).received);
      },
      onWaiting: (_, error) => void of(id).waits.push(error?.code),
      onDelivering: () => {},
      onRewound: () => {
        throw new Error('nothing is ever taken back');
      },
    });
    let segments: () => readonly unknown[] = () => [];
    const result = streamPackage(
      { items, compress: 'auto', output, neverEmpty: false, ...job },
      { disk: new Disk(), clock: systemClock, http, hosts, bucket, random: () => 0 },
      {
        onPhase: () => {},
        onFetch: (look) => {
          segments = look;
        },
        item: listenerOf,
      },
      signal,
    );
    result.catch(() => {});
    const path = async () => {
      const file = join(await tempFolder(), 'x.zip');
      await writeFile(file, Buffer.concat(parts));
      return file;
    };
    return { result, told, of, output, path, segments: () => segments() };
  };
  return { server, serve, item, stream };
}

describe('what comes out', () => {
  test('all items in order, by the names of their answers, each name once', async () => {
    const { serve, item, stream } = await scene();
    const contents = [
      serve('/a.bin'),
      serve('/b?x=1', { headers: { 'content-disposition': 'attachment; filename="../Ünïcode: x.txt"' } }),
      serve('/dir/a.bin', { size: 5 }),
      serve('/A.bin', { size: 0 }),
      serve('/c', { size: 3 * MIB }),
    ];
    const paths = ['/a.bin', '/b?x=1', '/dir/a.bin', '/A.bin', '/c'];
    const items = paths.map((path) => item(path));
    const { result, path, of } = stream([
      ...items.slice(0, 4),
      item('/c', { name: 'sub/../c.iso', folder: 'in' }),
    ]);
    const { entries, bytes } = await result;
    const names = ['a.bin', 'Ünïcode_ x.txt', 'a (1).bin', 'A (2).bin', 'in/sub/_/c.iso'];
    const file = await path();
    expect(await entriesIn(file)).toEqual(names.map((name, n) => [name, contents[n]?.sha256()]));
    expect([entries, bytes]).toEqual([5, (await new Disk().facts(file))?.size]);
    for (const [n, id] of paths.entries()) {
      const size = contents[n]?.size;
      expect(of(id)).toEqual({
        ...{ states: ['running', 'done'], name: names[n], received: size, total: size, waits: [] },
      });
    }
  });

  test('a source that drops is gone on with inside the stream', async () => {
    const { server, serve, item, stream } = await scene();
    const content = serve('/a.bin', { size: 2 * MIB, faults: [{ name: 'truncate', after: MIB, times: 2 }] });
    const { result, path, of } = stream([item('/a.bin')]);
    await result;
    expect(await entriesIn(await path())).toEqual([['a.bin', content.sha256()]]);
    expect(server.happened('truncate')).toBeGreaterThanOrEqual(1);
    expect(of('/a.bin').waits.length).toBeGreaterThanOrEqual(1);
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]/);
  });

  test('the next one is asked for ahead, and never more', async () => {
    const { server, serve, item, stream } = await scene();
    const slow = { bytesPerSecond: 30 * MIB };
    const paths = Array.from({ length: 12 }, (_, n) => `/${n}`);
    for (const [n, path] of paths.entries())
      serve(path, { seed: n, size: n % 3 === 0 ? 3 * MIB : 100_000, ...slow });
    const { result } = stream(paths.map((path) => item(path)));
    expect((await result).entries).toBe(12);
    expect([server.requests.length, server.peakOpenRequests]).toEqual([12, 2]);
  });

  test('not before the present one is nearly here: no answer waits for minutes', async () => {
    const { server, serve, item, stream } = await scene();
    serve('/a', { size: 5 * MIB });
    serve('/b');
    const gate = server.gate('/a', 3 * MIB);
    const { result, of } = stream([item('/a'), item('/b')]);
    await eventually(() => of('/a').received === 3 * MIB);
    for (let n = 0; n < 50; n++) await turn();
    expect(server.requests).toHaveLength(1);
    gate.release();
    await result;
    expect(server.requests).toHaveLength(2);
  });

  test('what was asked ahead gives its connection back to the present one', async () => {
    const { server, serve, item, stream } = await scene();
    const first = serve('/a', { size: 2 * MIB });
    const second = serve('/b', { size: 32 * MIB });
    server.update('/a', { faults: [{ name: 'truncate-clean', after: 1.9 * MIB, times: 1 }] });
    const gate = server.gate('/a', 1.8 * MIB);
    // The only connection to the host is free when the present one breaks, and goes to the one that is in line for it.
    const { result, of, path } = stream([item('/a'), item('/b')], { perHost: 1 });
    await eventually(() => of('/a').received > 1.7 * MIB);
    gate.release();
    await result;
    expect(server.happened('truncate-clean')).toBe(1);
    expect(server.requests.map((one) => one.path)).toEqual(['/a', '/b', '/a', '/b']);
    expect(server.peakOpenRequests).toBe(1);
    expect(await entriesIn(await path())).toEqual([
      ['a', first.sha256()],
      ['b', second.sha256()],
    ]);
  });

  test('a checksum of the answer or of the user is looked at', async () => {
    const { serve, item, stream } = await scene();
    const content = serve('/a', { size: 300_000 });
    const digest = createHash('sha256').update(content.slice(0, content.size)).digest('base64');
    serve('/b', { seed: 9, size: 300_000, headers: { 'repr-digest': `sha-256=:${digest}:` } });
    const good = { algorithm: 'sha256', hex: content.sha256() } as const;
    expect((await stream([item('/a', { checksum: good })]).result).entries).toBe(1);
    const bad = { ...good, hex: '0'.repeat(64) };
    for (const [wrong, checksum] of [
      ['/a', bad],
      ['/b', null],
    ] as const) {
      const { result, of, output } = stream([item(wrong, { checksum })]);
      await expect(result).rejects.toMatchObject({ code: 'checksum-mismatch' });
      expect([of(wrong).states, output.destroyed]).toEqual([['running', 'failed'], true]);
    }
  });
});

describe('an item that fails for good', () => {
  test.each([
    ['refused', { name: 'status', status: 404 } as const, 'not-found'],
    ['broken for ever', { name: 'die-at', offset: 100_000 } as const, 'network'],
  ])('%s: all ends, with its name', async (_, fault, code) => {
    const { server, serve, item, stream } = await scene();
    serve('/a');
    serve('/bad.bin', { faults: [fault] });
    serve('/c');
    const { result, output, of } = stream([item('/a'), item('/bad.bin'), item('/c')]);
    await expect(result).rejects.toMatchObject({ code, detail: expect.stringMatching(/^bad\.bin: /) });
    expect([output.destroyed, output.writableFinished]).toEqual([true, false]);
    expect([of('/a').states.at(-1), of('/bad.bin').states.at(-1)]).toEqual(['done', 'failed']);
    await server.until(() => server.requests.every(({ ended }) => ended !== 'open'));
    expect(server.happened(fault.name)).toBeGreaterThan(0);
  });

  test('what was asked ahead does not stay open', async () => {
    const { server, serve, item, stream } = await scene();
    serve('/a', { size: 2 * MIB, faults: [{ name: 'die-at', offset: 1.8 * MIB }] });
    serve('/b', { size: 32 * MIB });
    const gate = server.gate('/a', 1.5 * MIB);
    const { result } = stream([item('/a', { retries: 0 }), item('/b')]);
    await server.once(({ path }) => path === '/b');
    gate.release();
    await expect(result).rejects.toMatchObject({ code: 'network' });
    await server.until(() => server.requests.every(({ ended }) => ended !== 'open'));
  });

  test('an address that is none fails as itself', async () => {
    const { serve, item, stream } = await scene();
    serve('/a');
    const refused = new SatchelError('bad-url');
    const { result } = stream([
      item('/a'),
      item('/x', { refused, address: { url: 'no address', headers: {} } }),
    ]);
    await expect(result).rejects.toMatchObject({ code: 'bad-url' });
  });

  test('stopped: nothing stays open', async () => {
    const { server, serve, item, stream } = await scene();
    serve('/a', { size: 2 * MIB, faults: [{ name: 'stall', after: 1.5 * MIB }] });
    serve('/b', { size: 32 * MIB });
    const stop = new AbortController();
    const { result, output, of } = stream([item('/a'), item('/b')], { signal: stop.signal });
    await server.once(({ path }) => path === '/b');
    stop.abort(new SatchelError('cancelled'));
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
    expect([output.destroyed, of('/a').states]).toEqual([true, ['running', 'waiting']]);
    await server.until(() => server.requests.every(({ ended }) => ended === 'aborted-by-client'));
  });

  test('more than 50,000 items are refused before anything is asked for', async () => {
    const { server, item, stream } = await scene();
    const { result } = stream(Array.from({ length: 50_001 }, () => item('/a')));
    await expect(result).rejects.toMatchObject({ code: 'bad-input' });
    expect(server.requests).toHaveLength(0);
  });
});
