import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Content } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { packaging, pathItem, urlItem, zipAt } from '../kit/package.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function serving(contents: Record<string, Content>): Promise<FaultServer> {
  const server = await FaultServer.start();
  for (const [path, content] of Object.entries(contents)) server.serve(path, { content });
  return server;
}

const bytesOf = (content: Content) => content.slice(0, content.size);

describe('a package of addresses', () => {
  test('becomes one ZIP with every file in the order of the list', async () => {
    const contents = {
      '/a.bin': new Content(1, 3 * MIB),
      '/b.bin': new Content(2, 700),
      '/c.bin': new Content(3, 5 * MIB + 17),
      '/empty.bin': new Content(4, 0),
    };
    const server = await serving(contents);
    const folder = await tempFolder();
    const items = Object.keys(contents).map((path) => urlItem(path, server.url(path)));
    const { result, items: told } = packaging(items, { folder });
    const done = await result;
    expect(done.path).toBe(zipAt(folder));
    expect(readdirSync(folder)).toEqual(['bundle.zip']);
    await demandSound(done.path);
    const expected = Object.entries(contents).map(([path, content]) => [
      path.slice(1),
      sha(bytesOf(content)),
    ]);
    expect(await entriesIn(done.path)).toEqual(expected);
    expect([...told.values()].map(({ state }) => state)).toEqual(Array(4).fill('done'));
    expect(statSync(done.path).size).toBe(done.bytes);
  });

  test('holds local files too, with their times and permissions', async () => {
    const server = await serving({ '/a.bin': new Content(1, 100_000) });
    const folder = await tempFolder();
    const from = await tempFolder();
    const local = join(from, 'tool.bin');
    writeFileSync(local, Buffer.alloc(2 * MIB, 'x'), { mode: 0o755 });
    utimesSync(local, 1_700_000_000, 1_700_000_000);
    const items = [urlItem('1', server.url('/a.bin')), pathItem('2', local, { name: 'bin/tool.bin' })];
    const { path } = await packaging(items, { folder }).result;
    await demandSound(path);
    const { stdout } = await run('zipinfo', [path]);
    expect(stdout).toMatch(/-rwxr-xr-x.*23-Nov-14.*bin\/tool\.bin/);
  });

  test('gives doubles a number', async () => {
    const server = await serving({ '/x/a.bin': new Content(1, 1000), '/y/a.bin': new Content(2, 1000) });
    const folder = await tempFolder();
    const items = [urlItem('1', server.url('/x/a.bin')), urlItem('2', server.url('/y/a.bin'))];
    const { path } = await packaging(items, { folder, jobs: 1 }).result;
    expect((await entriesIn(path)).map(([name]) => name)).toEqual(['a.bin', 'a (1).bin']);
  });
});

describe('an item that fails for good', () => {
  test('leaves everything else in place, and is left out on demand with a word on it', async () => {
    const contents = { '/a.bin': new Content(1, 300_000), '/c.bin': new Content(3, 200_000) };
    const server = await serving(contents);
    const folder = await tempFolder();
    const items = [
      urlItem('a', server.url('/a.bin')),
      urlItem('b', server.url('/missing.bin')),
      urlItem('c', server.url('/c.bin')),
    ];
    const first = packaging(items, { folder });
    await expect(first.result).rejects.toMatchObject({ code: 'not-found' });
    expect(first.items.get('b')?.error?.code).toBe('not-found');
    expect(first.items.get('c')?.state).toBe('done');
    expect(readdirSync(folder).sort()).toEqual(['bundle.zip.part', 'bundle.zip.satchel']);
    const without = items.map((item) =>
      item.id === 'b' ? { ...item, leftOut: { reason: 'not there' } } : item,
    );
    const second = packaging(without, { folder });
    const { path } = await second.result;
    expect(second.fetched()).toBe(0);
    await demandSound(path);
    expect((await entriesIn(path)).map(([name]) => name)).toEqual(['a.bin', 'c.bin', 'MISSING.txt']);
    const { stdout } = await run('unzip', ['-p', path, 'MISSING.txt']);
    expect(stdout).toContain(server.url('/missing.bin'));
    expect(stdout).toContain('not there');
  });
});
