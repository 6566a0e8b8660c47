import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFirst, desk, expectFile, names } from './kit.ts';

buildFirst();

describe('what is fetched, and where to', () => {
  test('several addresses, each under its own name, and nothing else left in the folder', async () => {
    const at = await desk();
    const contents = ['/a.bin', '/b.bin', '/c.bin'].map((path, seed) => at.serve(path, { seed }));
    const { status, stderr } = await at.get(['/a.bin', '/b.bin', '/c.bin']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await names(at.folder)).toEqual(['a.bin', 'b.bin', 'c.bin']);
    for (const [i, name] of ['a.bin', 'b.bin', 'c.bin'].entries()) {
      await expectFile(join(at.folder, name), contents[i] ?? '');
    }
  });

  test('-d makes the folder, with those above it', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    expect((await at.get(['-d', 'x/y', '/a.bin'])).status).toBe(0);
    await expectFile(join(at.folder, 'x', 'y', 'a.bin'), content);
  });

  test('-o names the file', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    expect((await at.get(['-o', 'my file', '/a.bin'])).status).toBe(0);
    expect(await names(at.folder)).toEqual(['my file']);
    await expectFile(join(at.folder, 'my file'), content);
  });

  test('-o sub/NAME goes into a folder below -d', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    expect((await at.get(['-d', 'x', '-o', 'sub/b.bin', '/a.bin'])).status).toBe(0);
    await expectFile(join(at.folder, 'x', 'sub', 'b.bin'), content);
    expect(await names(at.folder)).toEqual(['x']);
  });

  test("the server's name for it wins over the address, and is made safe", async () => {
    const at = await desk();
    const headers = { 'content-disposition': 'attachment; filename="../../real.bin"' };
    const content = at.serve('/a.bin', { headers });
    expect((await at.get(['-d', 'x/y', '/a.bin'])).status).toBe(0);
    await expectFile(join(at.folder, 'x', 'y', 'real.bin'), content);
  });

  test('an empty file is a file', async () => {
    const at = await desk();
    at.serve('/empty.bin', { size: 0 });
    expect((await at.get(['/empty.bin'])).status).toBe(0);
    expect((await stat(join(at.folder, 'empty.bin'))).size).toBe(0);
    expect(await names(at.folder)).toEqual(['empty.bin']);
  });

  test("its mtime is the server's Last-Modified", async () => {
    const at = await desk();
    at.serve('/a.bin', { lastModified: new Date('2020-02-03T04:05:06Z') });
    await at.get(['/a.bin']);
    const { mtime } = await stat(join(at.folder, 'a.bin'));
    expect(mtime.toISOString()).toBe('2020-02-03T04:05:06.000Z');
  });

  test('a checksum that fits', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    const { status } = await at.get(['--checksum', `sha256:${content.sha256()}`, '/a.bin']);
    expect(status).toBe(0);
    await expectFile(join(at.folder, 'a.bin'), content);
  });

  test('the same address twice is fetched once, and that is said', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const { status, stdout } = await at.get(['/a.bin', '/a.bin#part', '/a.bin']);
    expect(status).toBe(0);
    expect(stdout).toContain('given twice, fetched once');
    expect(await names(at.folder)).toEqual(['a.bin']);
    expect(at.server.requests).toHaveLength(1);
  });

  test('two files of one name are both kept', async () => {
    const at = await desk();
    const [one, two] = [at.serve('/x/a.bin', { seed: 1 }), at.serve('/y/a.bin', { seed: 2 })];
    expect((await at.get(['-j', '1', '/x/a.bin', '/y/a.bin'])).status).toBe(0);
    expect(await names(at.folder)).toEqual(['a (1).bin', 'a.bin']);
    await expectFile(join(at.folder, 'a.bin'), one);
    await expectFile(join(at.folder, 'a (1).bin'), two);
  });

  test('a folder and a file that end in .satchel but are no journals harm nobody, and stay', async () => {
    const at = await desk();
    at.serve('/a.bin');
    await mkdir(join(at.folder, 'holiday.satchel'));
    await writeFile(join(at.folder, 'notes.satchel'), 'mine');
    expect((await at.get(['/a.bin'])).status).toBe(0);
    at.serve('/notes');
    expect((await at.get(['/notes'])).status).toBe(0);
    expect(await names(at.folder)).toEqual(['a.bin', 'holiday.satchel', 'notes (1)', 'notes.satchel']);
    await expectFile(join(at.folder, 'notes.satchel'), 'mine');
  });
});

describe('input files', () => {
  test('-i FILE: comments, out=, dir= and checksum= of the address above, CRLF', async () => {
    const at = await desk();
    const [a, b] = [at.serve('/a.bin', { seed: 1 }), at.serve('/b.bin', { seed: 2 })];
    const text = [
      '# comment',
      at.server.url('/a.bin'),
      '  out=one.bin',
      '  dir=sub',
      `  checksum=sha-256=${a.sha256()}`,
      '',
      at.server.url('/b.bin'),
    ].join('\r\n');
    await writeFile(join(at.folder, 'list.txt'), text);
    const { status, stderr } = await at.get(['-i', 'list.txt', '-d', 'out']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    await expectFile(join(at.folder, 'out', 'sub', 'one.bin'), a);
    await expectFile(join(at.folder, 'out', 'b.bin'), b);
  });

  test('-i - reads standard input, and goes with addresses on the command line', async () => {
    const at = await desk();
    at.serve('/a.bin');
    at.serve('/b.bin');
    const input = `${at.server.url('/b.bin')}\n\tout=c.bin\n`;
    expect((await at.get(['/a.bin', '-i', '-'], { input })).status).toBe(0);
    expect(await names(at.folder)).toEqual(['a.bin', 'c.bin']);
  });

  test('one address under two names is fetched twice', async () => {
    const at = await desk();
    const content = at.serve('/a.bin');
    const url = at.server.url('/a.bin');
    const input = `${url}\n out=x.bin\n${url}\n out=y.bin\n`;
    expect((await at.get(['-i', '-'], { input })).status).toBe(0);
    for (const name of ['x.bin', 'y.bin']) await expectFile(join(at.folder, name), content);
  });

  test('a checksum= that does not fit fails its own file only', async () => {
    const at = await desk();
    at.serve('/a.bin');
    at.serve('/b.bin');
    const input = `${at.server.url('/a.bin')}\n checksum=md5:${'0'.repeat(32)}\n${at.server.url('/b.bin')}\n`;
    const { status, stderr } = await at.get(['-i', '-'], { input });
    expect(status).toBe(1);
    expect(stderr).toMatch(/a\.bin.*\(checksum-mismatch\)/);
    expect(await names(at.folder)).toEqual(['a.bin.part', 'a.bin.satchel', 'b.bin']);
  });
});

describe('how many at once', () => {
  test('-j items at once, not one more', async () => {
    const at = await desk();
    const paths = ['/1', '/2', '/3', '/4', '/5'];
    const gates = paths.map((path, seed) => {
      at.serve(path, { seed, size: 1000 });
      return at.server.gate(path, 500);
    });
    const { exit } = at.start(['-j', '2', '-x', '1', ...paths]);
    await Promise.all([gates[0]?.reached, gates[1]?.reached]);
    expect(at.server.requests.map(({ path }) => path).sort()).toEqual(['/1', '/2']);
    for (const gate of gates) gate.release();
    expect((await exit).status).toBe(0);
    expect(at.server.peakOpenRequests).toBe(2);
    expect(await names(at.folder)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('-j with a first item that stands still lets only the other slot work', async () => {
    const at = await desk();
    const paths = ['/1', '/2', '/3', '/4'];
    for (const [seed, path] of paths.entries()) at.serve(path, { seed, size: 1000 });
    const held = at.server.gate('/1', 500);
    const { exit } = at.start(['-j', '2', '-x', '1', ...paths]);
    await held.reached;
    await at.server.once(({ path, ended }) => path === '/4' && ended === 'complete');
    held.release();
    expect((await exit).status).toBe(0);
    expect(at.server.peakOpenRequests).toBe(2);
  });

  test('--per-host bounds the connections to a host over all items', async () => {
    const at = await desk();
    const paths = ['/1', '/2', '/3', '/4', '/5'];
    const gates = paths.map((path, seed) => {
      at.serve(path, { seed, size: 1000 });
      return at.server.gate(path, 500);
    });
    const { exit } = at.start(['--per-host', '3', '-j', '5', ...paths]);
    // Which three of the five come first is chance.
    await new Promise<void>((resolve) => {
      let reached = 0;
      for (const gate of gates) void gate.reached.then(() => ++reached === 3 && resolve());
    });
    for (const gate of gates) gate.release();
    expect((await exit).status).toBe(0);
    expect(at.server.peakOpenRequests).toBe(3);
    expect(await names(at.folder)).toEqual(['1', '2', '3', '4', '5']);
  });

  test.each([
    [[], true],
    [['-x', '1'], false],
    [['--per-host', '1'], false],
    [['-k', '8M'], false],
  ])('%j: one file over several connections: %s', async (options, several) => {
    const at = await desk();
    const content = at.serve('/a.bin', { size: 8_000_000, bytesPerSecond: 8_000_000 });
    expect((await at.get([...options, '/a.bin'])).status).toBe(0);
    expect(at.server.peakOpenRequests > 1).toBe(several);
    await expectFile(join(at.folder, 'a.bin'), content);
  });
});
