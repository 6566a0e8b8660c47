// Ways in which a wrong byte or a lost file once got through; each was seen, then mended.
import { execFileSync } from 'node:child_process';
import { readdir, readFile, symlink, unlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createPartialFile, openPartialFile } from '../../main/bytes/open.ts';
import { Hosts } from '../../main/transfer/hosts.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { download } from '../kit/download.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { seeded } from '../kit/random.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { MIB, misbehave, scene } from './scene.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, n: number) => void;

/** A server for what the fault server has no name for; `n` counts requests from 1. */
async function serve(handler: Handler) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    handler(request, response, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.bin`, asked };
}

test('rule 13: a bare 416 does not prove that a cut file of unknown length is whole', async () => {
  let first: ServerResponse | null = null;
  const { url, asked } = await serve((request, response, n) => {
    if (n > 1 && request.headers.range) return response.writeHead(416).end();
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.write(Buffer.alloc(500, 'G'));
    if (n > 1) response.end(Buffer.alloc(500, 'G'));
    else first = response;
  });
  const folder = await tempFolder();
  // Cut when the first half is safely there, so that the next request is for what lies behind it.
  await download(url, { folder, onJournaled: () => first?.socket?.destroy() }).result;
  expect(asked[1]).toBe('/a.bin bytes=500-');
  expect(await readFile(join(folder, 'a.bin'))).toHaveLength(1000);
  expect(asked.at(-1)).toBe('/a.bin');
});

test('rule 14: what follows the promised range is no part of the file, though it fits the stripe', async () => {
  const { url } = await serve((request, response, n) => {
    if (n === 1) {
      response.writeHead(206, { 'content-range': 'bytes 0-99/1000', etag: '"a"' });
      response.end(Buffer.concat([Buffer.alloc(100, 'G'), Buffer.alloc(900, 'x')]));
    } else {
      expect(request.headers.range).toBe('bytes=100-999');
      response.writeHead(206, { 'content-range': 'bytes 100-999/1000', 'content-length': 900, etag: '"a"' });
      response.end(Buffer.alloc(900, 'G'));
    }
  });
  const folder = await tempFolder();
  await download(url, { folder }).result;
  expect((await readFile(join(folder, 'a.bin'))).equals(Buffer.alloc(1000, 'G'))).toBe(true);
});

test('rule 18: a timer that fires early does not leave a host held for ever', async () => {
  const real = new FakeClock();
  let early = 1;
  const clock = {
    now: () => real.now(),
    monotonic: () => real.monotonic(),
    after: (ms: number, fn: () => void) => real.after(ms - (early-- > 0 ? 1 : 0), fn),
  };
  const hosts = new Hosts(clock, 1);
  hosts.hold('a', 100);
  let slot: unknown = null;
  void hosts.acquire('a', new AbortController().signal).then((got) => {
    slot = got;
  });
  await real.advance(99);
  expect(slot).toBeNull();
  await real.advance(10);
  expect(slot).not.toBeNull();
  hosts.close();
});

test('rule 28: a file of the user that is called like a journal stays', async () => {
  const at = await scene();
  await writeFile(`${at.file}.satchel`, 'my own notes\n');
  const { path } = await at.get().result;
  expect(path).toBe(join(at.folder, 'a (1).bin'));
  expect(await readFile(`${at.file}.satchel`, 'utf8')).toBe('my own notes\n');
});

test('rule 15: a partial file that was taken away meanwhile is no finished download', async () => {
  const at = await scene({ size: 4 * MIB, bytesPerSecond: 16 * MIB });
  let gone: Promise<void> | null = null;
  const onJournaled = () => {
    gone ??= unlink(`${at.file}.part`);
  };
  await expect(at.get({ onJournaled }).result).rejects.toMatchObject({ code: 'disk-error' });
  await gone;
  expect(await readdir(at.folder)).toEqual(['a.bin.satchel']);
});

test('rule 26: after a power cut nothing vouches for bytes that were written over', async () => {
  let struck = 0;
  for (let seed = 1; seed <= 30; seed++) {
    const folder = await tempFolder();
    const fault = new FaultDisk(folder);
    const around = { disk: new Disk(fault.fileSystem), clock: systemClock };
    const place = { folder, name: 'a' };
    const file = await createPartialFile(around, place, { id: '01J', notes: {} });
    await file.placeRegion(0, 0, null);
    await file.write(0, 0, [Buffer.alloc(1000, 'A')]);
    await file.barrier();
    await file.forget(0);
    await file.write(0, 0, [Buffer.alloc(1000, 'B')]);
    await fault.powerCut(seeded(seed));
    await file.close().catch(() => {});
    const part = await readFile(join(folder, 'a.part'));
    if (part.includes('B')) struck += 1;
    const opened = await openPartialFile({ disk: new Disk(), clock: systemClock }, place);
    if (opened.kind !== 'open') throw new Error('it is sealed');
    for (const { start, end, crc } of opened.file.region(0)?.have.pieces ?? []) {
      expect(crc32(part.subarray(start, end))).toBe(crc);
    }
    await opened.file.close();
  }
  expect(struck).toBeGreaterThan(0);
});

test('rule 26: a pipe that is called like a journal does not hang a download', async () => {
  const at = await scene();
  execFileSync('mkfifo', [join(at.folder, 'x.satchel')]);
  await at.get().result;
  await at.demandWhole();
});

test('rule 28: a link under the final name is a name that is taken', async () => {
  const at = await scene();
  await symlink('a.bin.part', at.file);
  const { path } = await at.get().result;
  expect(path).toBe(join(at.folder, 'a (1).bin'));
  expect((await readFile(path)).equals(at.content.slice(0, 200_000))).toBe(true);
});

test('rule 3: a Location in raw UTF-8 is followed', async () => {
  const { url, asked } = await serve((request, response) => {
    if (request.url === '/a.bin') {
      response.writeHead(302, { location: Buffer.from('/é.bin').toString('latin1') }).end();
    } else response.writeHead(200, { 'content-length': 1 }).end('x');
  });
  const folder = await tempFolder();
  const { path } = await download(url, { folder }).result;
  expect(asked[1]).toBe('/%C3%A9.bin bytes=0-');
  expect(path).toBe(join(folder, 'é.bin'));
});

test('rule 12: an encoding that nobody knows is refused', async () => {
  const { url } = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'compress', 'content-length': 4 }).end('abcd');
  });
  const folder = await tempFolder();
  await expect(download(url, { folder, retries: 0 }).result).rejects.toMatchObject({ code: 'http-status' });
});

test('rule 9: a source that cannot be resumed and has changed as well leaves the journal its word', async () => {
  const at = await scene({ etag: '"old"' });
  await at.getPart(100_000);
  // Two broken answers lead to the whole file, which then turns out to be another one.
  misbehave(
    at,
    { name: 'bad-unit' },
    { name: 'changed-etag', etag: '"new"', when: ({ start }) => start === null },
  );
  await expect(at.get().result).rejects.toMatchObject({ code: 'source-changed' });
  expect(at.server.happened('bad-unit')).toBe(2);
  expect(at.server.happened('changed-etag')).toBe(1);
  expect(await readFile(`${at.file}.satchel`, 'utf8')).not.toContain('"drop"');
  await at.demandPart(100_000);
});
