import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { Content, differsAt } from '../kit/content.ts';
import { type DownloadOptions, download } from '../kit/download.ts';
import { Nginx, type NginxOptions } from '../kit/nginx.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { eventually, MIB } from './scene.ts';

type GetOptions = Partial<DownloadOptions>;

/** nginx with one file on it, and a folder to download it into. */
async function nginxScene(size: number, options: Partial<NginxOptions> = {}) {
  const root = await tempFolder();
  const folder = await tempFolder();
  const content = new Content(11, size);
  const put = async (source: Content, modified = new Date('2025-01-01T00:00:00Z')) => {
    await writeFile(join(root, 'a.bin'), source.slice(0, source.size));
    await utimes(join(root, 'a.bin'), modified, modified);
  };
  await put(content);
  const nginx = await Nginx.start({ root, ...options });
  onTestFinished(() => nginx.close());
  const file = join(folder, 'a.bin');
  const get = (more: GetOptions = {}, path = '/a.bin') => download(nginx.url(path), { folder, ...more });
  return {
    root,
    folder,
    content,
    file,
    nginx,
    put,
    get,
    /** Downloads about `bytes` and stops there; gives how many it has. */
    getPart: async (bytes: number, more: GetOptions = {}): Promise<number> => {
      const stop = new AbortController();
      const onJournaled = (received: number) => {
        if (received >= bytes) stop.abort(new SatchelError('cancelled'));
      };
      const { result, received } = get({ ...more, signal: stop.signal, onJournaled });
      await expect(result).rejects.toMatchObject({ code: 'cancelled' });
      return received();
    },
    demandWhole: async (wanted = content) => expect(await differsAt(wanted, file)).toBeNull(),
    /** The log's lines once it has `count` of them: nginx writes one just after the client has its last byte. */
    logged: async (count: number) => {
      let lines = await nginx.log();
      while (lines.length < count) lines = await nginx.log();
      return lines;
    },
  };
}

describe.skipIf(!Nginx.available)('a real nginx', () => {
  test('rule 1: one connection, one request', async () => {
    const at = await nginxScene(20 * MIB);
    await at.get().result;
    await at.demandWhole();
    expect(await at.logged(1)).toMatchObject([{ range: 'bytes=0-', status: 206, bytes: 20 * MIB }]);
    expect(await readdir(at.folder)).toEqual(['a.bin']);
  });

  test('rule 21: eight connections fetch every byte once and use their connections again', async () => {
    const at = await nginxScene(32 * MIB, { limitRate: '2m' });
    const { result, waits, rewinds, segments } = at.get({ connections: 8 });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, segments().length);
    }, 20);
    onTestFinished(() => clearInterval(watch));
    await result;
    await at.demandWhole();
    expect({ waits, rewinds }).toEqual({ waits: [], rewinds: [] });
    expect(most).toBeGreaterThan(4);
    const lines = await at.logged(most);
    expect(lines.every(({ status }) => status === 206)).toBe(true);
    expect(new Set(lines.map(({ connection }) => connection)).size).toBeLessThanOrEqual(lines.length);
  });

  test('rule 1: a stopped download goes on where it was, over one or many connections', async () => {
    const at = await nginxScene(24 * MIB, { limitRate: '8m' });
    const have = await at.getPart(5 * MIB);
    const more = await at.getPart(10 * MIB, { connections: 4 });
    expect(more).toBeGreaterThan(have);
    const { result, rewinds } = at.get({ connections: 4 });
    await result;
    await at.demandWhole();
    expect(rewinds).toEqual([]);
    const lines = await at.logged(3);
    expect(lines.filter(({ range }) => range === 'bytes=0-')).toHaveLength(1);
    expect(lines.some(({ range }) => range === `bytes=${have}-${24 * MIB - 1}`)).toBe(true);
  });

  test('rule 8: a file replaced between two runs is never spliced', async () => {
    const at = await nginxScene(8 * MIB, { limitRate: '8m' });
    const have = await at.getPart(2 * MIB);
    const other = at.content.withEvery(MIB, 1);
    await at.put(other, new Date('2025-01-02T00:00:00Z'));
    await expect(at.get().result).rejects.toMatchObject({ code: 'source-changed' });
    const part = await readFile(`${at.file}.part`);
    expect(part.subarray(0, have).equals(at.content.slice(0, have))).toBe(true);
    await at.get({ onChanged: 'restart' }).result;
    await at.demandWhole(other);
    expect(await readdir(at.folder)).toEqual(['a.bin']);
  });

  test('rule 8: a file replaced in the middle of a run is never spliced', async () => {
    const at = await nginxScene(16 * MIB, { limitRate: '2m' });
    const { result, received } = at.get({ connections: 4 });
    await eventually(() => received() > MIB);
    await at.put(at.content.withEvery(1000, 1), new Date('2025-01-02T00:00:00Z'));
    await expect(result).rejects.toMatchObject({ code: 'source-changed' });
    await expect(readFile(at.file)).rejects.toThrow();
  });

  test('rule 7: an empty file', async () => {
    const at = await nginxScene(0);
    expect(await at.get().result).toMatchObject({ bytes: 0, already: false });
    await at.demandWhole();
    expect((await at.logged(1)).at(-1)).toMatchObject({ bytes: 0, status: 200 });
  });

  test('rule 16: 404 is asked for once and leaves nothing behind', async () => {
    const at = await nginxScene(1);
    const { result, waits } = at.get({}, '/none.bin');
    await expect(result).rejects.toMatchObject({ code: 'not-found' });
    expect(waits).toEqual([]);
    expect(await at.logged(1)).toMatchObject([{ status: 404 }]);
    expect(await readdir(at.folder)).toEqual([]);
  });

  test('rule 21: a rate per connection is the reason to open more', async () => {
    const at = await nginxScene(12 * MIB, { limitRate: '1m' });
    const begun = performance.now();
    await at.get({ connections: 8 }).result;
    const seconds = (performance.now() - begun) / 1000;
    await at.demandWhole();
    // One connection needs 12 s.
    expect(seconds).toBeLessThan(9);
    expect((await at.logged(2)).length).toBeGreaterThan(4);
  });

  test('rule 1: many small files, each with one request', async () => {
    const at = await nginxScene(1);
    const contents = Array.from({ length: 60 }, (_, n) => new Content(n, 1 + n * 997));
    for (const [n, content] of contents.entries())
      await writeFile(join(at.root, `${n}.bin`), content.slice(0, content.size));
    await Promise.all(contents.map((_, n) => at.get({}, `/${n}.bin`).result));
    for (const [n, content] of contents.entries())
      expect(await differsAt(content, join(at.folder, `${n}.bin`))).toBeNull();
    expect(await at.logged(60)).toHaveLength(60);
    expect(await readdir(at.folder)).toHaveLength(60);
  });
});
