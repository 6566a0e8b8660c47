import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile, readlink, rename, truncate, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { env } from 'node:process';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { aria2cIsThere } from '../kit/aria2c.ts';
import { type Finished, finished, shaOf } from './finished-file.ts';

const MIB = 1024 * 1024;
const run = promisify(execFile);
const wgetIsThere = spawnSync('wget', ['--version']).status === 0;
const options = {
  env: Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name))),
};

describe('other programs', () => {
  const bearer = ({ desk }: Finished) => `Authorization: Bearer ${desk.token}`;

  test('curl goes on where it was cut off, byte for byte, and gets a part', async () => {
    const of = await finished();
    const out = join(of.desk.folder, 'got');
    await writeFile(out, of.bytes.subarray(0, 123_456));
    const curl = ['--fail', '--silent', '-H', bearer(of), '-w', '%{http_code} %{size_download}'];
    const url = of.desk.url(of.path);
    const rest = await run('curl', [...curl, '-C', '-', '-o', out, url], options);
    expect(rest.stdout).toBe(`206 ${of.bytes.length - 123_456}`);
    expect(shaOf(await readFile(out))).toBe(shaOf(of.bytes));
    const part = await run('curl', [...curl, '-r', '1000-1999', '-o', out, url], options);
    expect(part.stdout).toBe('206 1000');
    expect((await readFile(out)).equals(of.bytes.subarray(1000, 2000))).toBe(true);
  });

  test.skipIf(!wgetIsThere)('wget goes on where it was cut off (needs wget)', async () => {
    const of = await finished();
    const out = join(of.desk.folder, 'got');
    await writeFile(out, of.bytes.subarray(0, 123_456));
    const { stderr } = await run(
      'wget',
      ['-c', '--header', bearer(of), '-O', out, of.desk.url(of.path)],
      options,
    );
    expect(stderr).toContain('206 Partial Content');
    expect(shaOf(await readFile(out))).toBe(shaOf(of.bytes));
  });

  test.skipIf(!aria2cIsThere)('aria2 gets it over several connections (needs aria2c)', async () => {
    const of = await finished({ size: 8 * MIB });
    const to = ['-d', of.desk.folder, '-o', 'got'];
    await run(
      'aria2c',
      ['--no-conf', '-x4', '-s4', '-k1M', '-q', `--header=${bearer(of)}`, ...to, of.desk.url(of.path)],
      options,
    );
    expect(shaOf(await readFile(join(of.desk.folder, 'got')))).toBe(shaOf(of.bytes));
    expect(asked(of)).toBeGreaterThan(1);
  });

  test('Satchel gets it from Satchel, and goes on after a pause', async () => {
    const of = await finished({ size: 4 * MIB });
    const { desk, bytes } = of;
    const json = {
      ...{ url: desk.url(of.path), name: 'again.bin', limitRate: 2 * MIB },
      headers: { authorization: `Bearer ${desk.token}` },
    };
    const { task } = await desk.json<{ task: Task }>('/api/v1/tasks', { json });
    const reaches = async (fits: (now: Task) => boolean) => {
      let now = await desk.task(task.id);
      while (!fits(now)) now = await desk.task(task.id);
      return now;
    };
    await reaches(({ received }) => received > 0);
    await desk.json(`/api/v1/tasks/${task.id}/pause`, { method: 'POST' });
    const paused = await desk.task(task.id);
    expect(paused.state).toBe('paused');
    expect(paused.received).toBeLessThan(bytes.length);
    const before = answers(of).length;
    await desk.json(`/api/v1/tasks/${task.id}`, { method: 'PATCH', json: { limitRate: null } });
    await desk.json(`/api/v1/tasks/${task.id}/resume`, { method: 'POST' });
    await reaches(({ state }) => state === 'done');
    expect(shaOf(await readFile(join(desk.downloads, 'again.bin')))).toBe(shaOf(bytes));
    const since = new Set(
      answers(of)
        .slice(before)
        .map(({ status }) => status),
    );
    expect([...since]).toEqual([206]);
  });
});

describe('while it is sent', () => {
  test('a file that is replaced is not mixed with the other', async () => {
    const of = await finished({ size: 32 * MIB });
    const reading = await begun(of);
    const other = join(of.desk.folder, 'other');
    await writeFile(other, Buffer.alloc(of.bytes.length));
    await rename(other, of.task.path);
    expect((await reading.rest()).equals(of.bytes)).toBe(true);
  });

  test.each([
    ['cut short', (path: string) => truncate(path, 1000)],
    ['written to', overwrite],
  ])('a file that is %s never looks whole', async (_, change) => {
    const of = await finished({ size: 32 * MIB });
    const reading = await begun(of);
    await change(of.task.path);
    const got = await reading.rest();
    expect(got.length).toBeGreaterThan(0);
    expect(got.length).toBeLessThan(of.bytes.length);
    // And nobody else comes to harm.
    expect((await of.desk.fetch('/api/v1/status')).status).toBe(200);
    expect(of.desk.log.join('')).not.toContain('"level":"fatal"');
  });

  test.skipIf(process.platform !== 'linux')(
    'who goes away leaves no open file behind (needs /proc)',
    async () => {
      const of = await finished({ size: 32 * MIB });
      // Those that are forgotten are closed in the end, by the garbage collector: not good enough.
      const warnings: string[] = [];
      const heard = ({ message }: Error) => void warnings.push(message);
      process.on('warning', heard);
      onTestFinished(() => void process.off('warning', heard));
      const stalled = await Promise.all(Array.from({ length: 20 }, () => begun(of)));
      expect(await timesOpen(of.task.path)).toBe(20);
      for (const { socket } of stalled) socket.destroy();
      while ((await timesOpen(of.task.path)) > 0) await turn();
      // Before there is an answer.
      const before = asked(of);
      for (let count = 0; count < 20; count++) (await asking(of)).destroy();
      while (asked(of) < before + 20) await turn();
      for (const headers of [
        {},
        { range: 'bytes=1-2' },
        { range: 'bytes=1-2,4-5' },
        { 'if-none-match': '*' },
      ]) {
        await (await of.get(headers)).arrayBuffer();
        await of.get(headers, { method: 'HEAD' });
      }
      await of.get({ 'if-match': '"other"' });
      await of.get({ range: `bytes=${of.bytes.length}-` });
      while ((await timesOpen(of.task.path)) > 0) await turn();
      // A warning comes a turn after the file was closed.
      await turn();
      await turn();
      expect(warnings.filter((message) => message.includes('garbage collection'))).toEqual([]);
    },
  );
});

async function overwrite(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.from('x'), 0, 1, 16 * MIB);
  await file.close();
}

async function asking({ desk, path }: Finished): Promise<Socket> {
  const { hostname, port } = new URL(desk.url(path));
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  const head = `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n`;
  await new Promise((resolve) => socket.write(`${head}Authorization: Bearer ${desk.token}\r\n\r\n`, resolve));
  return socket;
}

/** An answer whose first bytes are there, and whose others wait until they are read. */
async function begun(of: Finished) {
  const socket = await asking(of);
  await once(socket, 'readable');
  const rest = async () => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(socket, 'close');
    const all = Buffer.concat(chunks);
    return all.subarray(all.indexOf('\r\n\r\n') + 4);
  };
  return { socket, rest };
}

/** How often its content was asked for. */
function asked({ desk }: Finished): number {
  return desk.log.filter((line) => line.includes('/content"') && line.includes('"msg":"request"')).length;
}

/** How its content was answered to whoever stayed until the end, as the log has it. */
function answers({ desk }: Finished): { readonly status: number }[] {
  return desk.log
    .map((line) => JSON.parse(line) as { msg?: string; route?: string; status: number })
    .filter(({ msg, route }) => msg === 'answered' && route?.endsWith('/content'));
}

/** How often this process has it open. */
async function timesOpen(path: string): Promise<number> {
  const open = await readdir('/proc/self/fd');
  const targets = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => target === path).length;
}
