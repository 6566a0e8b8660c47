import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { openPartial } from '../../main/task/open-partial.ts';
import type { PackageItem } from '../../main/task/package-job.ts';
import { Disk } from '../../main/world/disk.ts';
import { Content, repeated } from '../kit/content.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { FaultServer, type Resource } from '../kit/fault-server.ts';
import { packaging, pathItem, urlItem, zipAt } from '../kit/package.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

const MIB = 1024 * 1024;
const TEXT = Buffer.from('Some words that come again and again, and gain by being packed.\n');

async function serving(resources: Record<string, Resource>): Promise<FaultServer> {
  const server = await FaultServer.start();
  for (const [path, resource] of Object.entries(resources)) server.serve(path, resource);
  return server;
}

const namesIn = async (path: string) => (await entriesIn(path)).map(([name]) => name);

test('items are added, renamed, reordered and taken out while the package is at work', async () => {
  const server = await serving({
    '/a.bin': { content: new Content(1, 400_000) },
    '/slow.bin': { content: new Content(2, 2 * MIB) },
    '/gone.bin': { content: new Content(3, 900_000) },
    '/late.bin': { content: new Content(4, 300_000) },
  });
  const gate = server.gate('/slow.bin', MIB);
  const folder = await tempFolder();
  const items: PackageItem[] = ['a', 'gone', 'slow'].map((id) => urlItem(id, server.url(`/${id}.bin`)));
  const states = new Map<string, string>();
  let settled: () => void = () => {};
  const two = new Promise<void>((resolve) => {
    settled = resolve;
  });
  const onState = (id: string, state: string) => {
    states.set(id, state);
    if (states.get('a') === 'done' && states.get('gone') === 'done') settled();
  };
  const at = packaging(items, { folder, onState });
  await two;
  await gate.reached;
  const [a, , slow] = items as [PackageItem, PackageItem, PackageItem];
  const late = urlItem('late', server.url('/late.bin'));
  items.splice(0, 3, late, { ...slow, name: 'renamed/slow one.bin' }, { ...a, name: 'b.bin' });
  at.control().listChanged();
  gate.release();
  const { path } = await at.result;
  await demandSound(path);
  expect(await namesIn(path)).toEqual(['late.bin', 'renamed/slow one.bin', 'b.bin']);
});

test('an item is given another file twice at once, and what comes next is not written over it', async () => {
  const server = await serving({ '/slow.bin': { content: new Content(2, 2 * MIB) } });
  const gate = server.gate('/slow.bin', MIB);
  const folder = await tempFolder();
  const from = await tempFolder();
  for (const [n, name] of ['one', 'two', 'three', 'late'].entries()) {
    writeFileSync(join(from, name), Buffer.alloc(200_000, n + 65));
  }
  let done: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    done = resolve;
  });
  const items = [pathItem('local', join(from, 'one')), urlItem('slow', server.url('/slow.bin'))];
  const onState = (id: string, state: string) => {
    if (id === 'local' && state === 'done') done();
  };
  const at = packaging(items, { folder, onState });
  await first;
  await gate.reached;
  items[0] = pathItem('local', join(from, 'two'));
  at.control().listChanged();
  items[0] = pathItem('local', join(from, 'three'));
  items.push(pathItem('late', join(from, 'late')));
  at.control().listChanged();
  gate.release();
  const { path } = await at.result;
  await demandSound(path);
  expect(await namesIn(path)).toEqual(['three', 'slow.bin', 'late']);
});

test('a checksum that is given later is compared then', async () => {
  const server = await serving({ '/a.bin': { content: new Content(1, 5000) } });
  const folder = await tempFolder();
  const items = [urlItem('a', server.url('/a.bin')), urlItem('b', server.url('/b.bin'))];
  await expect(packaging(items, { folder }).result).rejects.toMatchObject({ code: 'not-found' });
  const checksum = { algorithm: 'crc32', hex: '00000000' } as const;
  const again = [urlItem('a', server.url('/a.bin'), { checksum })];
  await expect(packaging(again, { folder }).result).rejects.toMatchObject({ code: 'checksum-mismatch' });
});

test('an item that was left out comes in when it is tried again after all', async () => {
  const server = await serving({ '/a.bin': { content: new Content(1, 2 * MIB) } });
  const gate = server.gate('/a.bin', MIB);
  const folder = await tempFolder();
  const b = urlItem('b', server.url('/b.bin'));
  const items = [urlItem('a', server.url('/a.bin')), { ...b, leftOut: { reason: 'not there' } }];
  const at = packaging(items, { folder });
  await gate.reached;
  server.serve('/b.bin', { content: new Content(2, 100) });
  items[1] = { ...b, tries: 1 };
  at.control().listChanged();
  gate.release();
  expect(await namesIn((await at.result).path)).toEqual(['a.bin', 'b.bin']);
});

test('two items change names', async () => {
  const one = new Content(1, 5000);
  const server = await serving({ '/a.bin': { content: one }, '/b.bin': { content: new Content(2, 6000) } });
  const folder = await tempFolder();
  const items = ['a', 'b', 'missing'].map((id) => urlItem(id, server.url(`/${id}.bin`)));
  await expect(packaging(items, { folder }).result).rejects.toMatchObject({ code: 'not-found' });
  const [a, b] = items as [PackageItem, PackageItem];
  const swapped = [
    { ...a, name: 'b.bin' },
    { ...b, name: 'a.bin' },
  ];
  const { path } = await packaging(swapped, { folder }).result;
  await demandSound(path);
  expect(await namesIn(path)).toEqual(['b.bin', 'a.bin']);
  const entries = new Map(await entriesIn(path));
  expect(entries.get('b.bin')).toBe(createHash('sha256').update(one.slice(0, one.size)).digest('hex'));
});

test('a failed item is replaced by a file of this machine, and everything else stays as it is', async () => {
  const server = await serving({ '/a.bin': { content: new Content(1, 400_000) } });
  const folder = await tempFolder();
  const local = join(await tempFolder(), 'local.bin');
  writeFileSync(local, Buffer.alloc(5000, 'l'));
  const items = [urlItem('a', server.url('/a.bin')), urlItem('b', server.url('/b.bin'))];
  await expect(packaging(items, { folder }).result).rejects.toMatchObject({ code: 'not-found' });
  const again = packaging([items[0] as PackageItem, pathItem('b', local)], { folder });
  const { path } = await again.result;
  expect(again.fetched()).toBe(5000);
  await demandSound(path);
  expect(await namesIn(path)).toEqual(['a.bin', 'local.bin']);
});

test('a file that changed on the server fails its item, and nothing of two versions is ever joined', async () => {
  const server = await serving({
    '/a.bin': { content: new Content(1, 3 * MIB), etag: '"1"', bytesPerSecond: 12 * MIB },
    '/b.bin': { content: new Content(2, 100_000) },
  });
  const folder = await tempFolder();
  const items = [urlItem('a', server.url('/a.bin')), urlItem('b', server.url('/b.bin'))];
  const stop = new AbortController();
  const first = packaging(items, {
    folder,
    signal: stop.signal,
    onJournaled: (received) => {
      if (received > MIB) stop.abort(new SatchelError('cancelled'));
    },
  });
  await expect(first.result).rejects.toMatchObject({ code: 'cancelled' });
  const changed = new Content(9, 3 * MIB + 5);
  server.update('/a.bin', { content: changed, etag: '"2"' });
  await expect(packaging(items, { folder }).result).rejects.toMatchObject({ code: 'source-changed' });
  // On the user's word it comes anew; its old place in the ZIP is closed.
  const anew = items.map((item) => (item.id === 'a' ? { ...item, tries: 1, startOver: true } : item));
  const { path } = await packaging(anew, { folder }).result;
  await demandSound(path);
  const bytes = readFileSync(path);
  expect(bytes.includes(changed.slice(0, 1000))).toBe(true);
  expect(await namesIn(path)).toEqual(['a.bin', 'b.bin']);
});

test('what fails its checksum is not in the package', async () => {
  const text = repeated(TEXT, 200_000);
  const server = await serving({
    '/good.txt': { content: text, type: 'text/plain' },
    '/bad.bin': { content: new Content(2, 100_000) },
  });
  const folder = await tempFolder();
  const hex = crc32(text.slice(0, text.size)).toString(16).padStart(8, '0');
  const items = [
    urlItem('good', server.url('/good.txt'), { checksum: { algorithm: 'crc32', hex } }),
    urlItem('bad', server.url('/bad.bin'), { checksum: { algorithm: 'crc32', hex: '00000000' } }),
  ];
  const { result, items: told } = packaging(items, { folder, compress: 'auto' });
  await expect(result).rejects.toMatchObject({ code: 'checksum-mismatch' });
  expect(told.get('good')?.state).toBe('done');
  const out = join(folder, 'out.zip');
  const opened = await openPartial(new Disk(), { folder, name: 'bundle.zip' }, out);
  expect(opened).toMatchObject({ entries: 1, left: 1 });
  await demandSound(out);
  expect(await namesIn(out)).toEqual(['good.txt']);
});

test('what is there can be opened while the package is at work', async () => {
  const server = await serving({
    '/a.txt': { content: repeated(TEXT, 100_000), type: 'text/plain' },
    '/slow.bin': { content: new Content(2, 2 * MIB) },
  });
  const gate = server.gate('/slow.bin', MIB);
  const folder = await tempFolder();
  let done: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    done = resolve;
  });
  const items = [urlItem('a', server.url('/a.txt')), urlItem('slow', server.url('/slow.bin'))];
  const onState = (id: string, state: string) => {
    if (id === 'a' && state === 'done') done();
  };
  const at = packaging(items, { folder, compress: 'auto', onState });
  await first;
  await gate.reached;
  const out = join(folder, 'out.zip');
  expect(await openPartial(new Disk(), { folder, name: 'bundle.zip' }, out)).toMatchObject({
    entries: 1,
    left: 1,
  });
  await demandSound(out);
  gate.release();
  const { path } = await at.result;
  await demandSound(path);
  expect(await namesIn(path)).toEqual(['a.txt', 'slow.bin']);
});

test('a disk that is full stops the package, keeps all of it, and it goes on when there is room', async () => {
  const server = await serving({
    '/a.bin': { content: new Content(1, 2 * MIB), bytesPerSecond: 8 * MIB },
    '/b.bin': { content: new Content(2, 2 * MIB), bytesPerSecond: 8 * MIB },
  });
  const folder = await tempFolder();
  const fault = new FaultDisk(folder, [{ name: 'full', bytes: 3 * MIB }]);
  const items = [urlItem('a', server.url('/a.bin')), urlItem('b', server.url('/b.bin'))];
  const full = packaging(items, { folder, jobs: 1, disk: new Disk(fault.fileSystem) });
  await expect(full.result).rejects.toMatchObject({ code: 'disk-full' });
  expect(fault.happened('full')).toBeGreaterThan(0);
  expect(full.items.get('a')?.state).toBe('done');
  const again = packaging(items, { folder, jobs: 1 });
  const { path } = await again.result;
  expect(again.fetched()).toBeLessThan(1.3 * MIB);
  await demandSound(path);
});

test('an item of unknown length gives way to those with a place, and is asked for again', async () => {
  const server = await serving({
    '/endless.bin': { content: new Content(1, 17 * MIB), ranges: false, faults: [{ name: 'chunked' }] },
    '/b.bin': { content: new Content(2, MIB) },
    '/c.bin': { content: new Content(3, MIB) },
  });
  const folder = await tempFolder();
  const items = ['endless', 'b', 'c'].map((id) => urlItem(id, server.url(`/${id}.bin`)));
  const at = packaging(items, { folder, jobs: 1 });
  const { path } = await at.result;
  expect(at.rewinds.map(({ code }) => code)).toEqual(['timeout']);
  await demandSound(path);
  expect(await namesIn(path)).toEqual(['endless.bin', 'b.bin', 'c.bin']);
  // It lies behind the others, although it is the first of the list.
  const bytes = readFileSync(path);
  expect(bytes.indexOf('endless.bin')).toBeGreaterThan(bytes.indexOf('c.bin'));
});

test('a connection is held for the end of the ZIP for 20 seconds, and no longer', async () => {
  const server = await serving({
    '/endless.bin': { content: new Content(1, 17 * MIB), ranges: false, faults: [{ name: 'chunked' }] },
    '/slow.bin': { content: new Content(2, 2 * MIB), ranges: false, faults: [{ name: 'chunked' }] },
  });
  const clock = new FakeClock();
  const gate = server.gate('/slow.bin', MIB);
  const folder = await tempFolder();
  const items = ['slow', 'endless'].map((id) => urlItem(id, server.url(`/${id}.bin`)));
  const at = packaging(items, { folder, clock, timeoutMs: 86_400_000 });
  await gate.reached;
  while (at.rewinds.length === 0) {
    await clock.advance(100);
    await turn();
  }
  expect(at.rewinds.map(({ code }) => code)).toEqual(['timeout']);
  gate.release();
  let over = false;
  const ended = at.result.finally(() => {
    over = true;
  });
  while (!over) {
    await clock.advance(10);
    await turn();
  }
  await demandSound((await ended).path);
});

test('a package that an earlier one has been sealed as is put in place, and nothing is fetched', async () => {
  const server = await serving({ '/a.bin': { content: new Content(1, 100_000) } });
  const folder = await tempFolder();
  const items = [urlItem('a', server.url('/a.bin'))];
  const fault = new FaultDisk(folder, [
    { name: 'error', call: 'link', nth: 1, errno: 'EIO', path: /\.part$/ },
    { name: 'error', call: 'rename', nth: 1, errno: 'EIO', path: /\.part$/ },
  ]);
  await expect(packaging(items, { folder, disk: new Disk(fault.fileSystem) }).result).rejects.toThrow();
  expect(fault.happened('error')).toBeGreaterThan(0);
  const again = packaging(items, { folder });
  const { path } = await again.result;
  expect(again.fetched()).toBe(0);
  expect(path).toBe(zipAt(folder));
  expect(readdirSync(folder)).toEqual(['bundle.zip']);
});
