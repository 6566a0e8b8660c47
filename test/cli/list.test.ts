import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';
import { changed, MODIFIED, text, zipOf } from '../zip/zip-kit.ts';
import { buildFirst, linesOf, run } from './kit.ts';

buildFirst();

const sound = () =>
  zipOf([
    { name: 'docs/', data: Buffer.alloc(0) },
    { name: 'docs/a.txt', data: text(5000), deflate: true },
    { name: 'big.bin', data: text(3 * 1024 * 1024, 3) },
  ]);

/** A folder with `x.zip` in it. */
async function folderWith(bytes: Buffer): Promise<string> {
  const folder = await tempFolder();
  await writeFile(join(folder, 'x.zip'), bytes);
  return folder;
}

describe('satchel list', () => {
  test('a table: size, packed size, method, time, name; and the sums', async () => {
    const cwd = await folderWith(sound().bytes);
    const { status, stdout, stderr } = await run(['list', 'x.zip'], { cwd, env: { TZ: 'UTC' } });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = linesOf(stdout);
    expect(lines.map((line) => line.trim().split(/ {2,}| (?=2026)/))).toEqual([
      ['size', 'packed', 'method', 'modified', 'name'],
      ['0 B', '0 B', 'stored', '2026-11-22 10:00', 'docs/'],
      ['4.8 KiB', expect.stringMatching(/^\d+ B$|KiB$/), 'deflated', '2026-11-22 10:00', 'docs/a.txt'],
      ['3.0 MiB', '3.0 MiB', 'stored', '2026-11-22 10:00', 'big.bin'],
      ['3.0 MiB', '3.0 MiB', '2 files'],
    ]);
    const columns = lines.slice(0, 4).map((line) => line.lastIndexOf(' '));
    expect(new Set(columns).size).toBe(1);
  });

  test('--json: one object an entry', async () => {
    const cwd = await folderWith(sound().bytes);
    const { status, stdout } = await run(['list', 'x.zip', '--json'], { cwd });
    expect(status).toBe(0);
    const entries = linesOf(stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries).toHaveLength(3);
    expect(entries[2]).toEqual({
      name: 'big.bin',
      size: 3 * 1024 * 1024,
      packed: 3 * 1024 * 1024,
      method: 'stored',
      crc32: expect.stringMatching(/^[0-9a-f]{8}$/),
      modified: new Date(MODIFIED).toISOString(),
      mode: '100644',
      folder: false,
      encrypted: false,
      offset: expect.any(Number),
    });
    expect(entries[0]).toMatchObject({ name: 'docs/', folder: true, mode: '40755', offset: 0 });
  });

  test('an empty ZIP', async () => {
    const cwd = await folderWith(zipOf([]).bytes);
    const { status, stdout } = await run(['list', 'x.zip'], { cwd });
    expect(status).toBe(0);
    expect(linesOf(stdout)).toHaveLength(2);
    expect(stdout).toMatch(/0 files\n$/);
  });

  test('nothing in a name reaches the terminal', async () => {
    const name = 'a\u001b[2Jb\u0007\u202ec\nd';
    const cwd = await folderWith(zipOf([{ name, data: text(5) }]).bytes);
    const { stdout } = await run(['list', 'x.zip'], { cwd });
    expect(linesOf(stdout)).toHaveLength(3);
    expect(linesOf(stdout)[1]).toMatch(/ {2}abc d$/);
    const json = await run(['list', 'x.zip', '--json'], { cwd });
    expect(json.stdout).toMatch(/^[\x20-\x7e\n\u202e]*$/);
    expect(JSON.parse(json.stdout)).toMatchObject({ name });
  });

  test('a damaged directory: what can be read of it, then exit 1 and why', async () => {
    const zip = sound();
    const broken = changed(zip.bytes, (copy) => copy.writeUInt8(0, zip.entries[2]?.record ?? 0));
    const cwd = await folderWith(broken);
    const { status, stdout, stderr } = await run(['list', 'x.zip'], { cwd });
    expect(status).toBe(1);
    expect(stdout).toContain('docs/a.txt');
    expect(stdout).not.toContain('files');
    expect(linesOf(stderr)).toEqual([
      'satchel: The archive is damaged (archive-corrupt): x.zip: entry-count: 2 are there, 3 are stated. Fetch it again.',
    ]);
  });

  test('cut short: exit 1, and no table', async () => {
    const cwd = await folderWith(sound().bytes.subarray(0, 100_000));
    const { status, stdout, stderr } = await run(['list', 'x.zip'], { cwd });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('(archive-corrupt): x.zip: end-missing');
  });

  test.each([
    ['none.zip', /there is no such file: none\.zip/],
    ['.', /not a file: \./],
  ])('%s: wrong usage', async (path, message) => {
    const { status, stderr } = await run(['list', path], { cwd: await tempFolder() });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('a reader that goes away is no error', async () => {
    const given = Array.from({ length: 20_000 }, (_, at) => ({ name: `entry-${at}`, data: Buffer.alloc(0) }));
    const cwd = await folderWith(zipOf(given).bytes);
    const cli = join(import.meta.dirname, '..', '..', 'out', 'main', 'cli.js');
    const script = '"$0" "$1" list x.zip | head -1; exit $PIPESTATUS';
    const child = spawn('bash', ['-c', script, process.execPath, cli], { cwd });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    const status = await new Promise((done) => child.on('close', done));
    expect(said).toMatch(/^ +size +packed .*\n$/);
    expect(status).toBe(0);
  });
});
