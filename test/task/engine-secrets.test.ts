import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EngineDesk } from '../kit/engine.ts';
import { HttpProxy } from '../kit/proxies.ts';

const SECRETS = {
  header: 'Hdr-9f3e-geheim',
  password: 'Pa55-w/rd+f2c1',
  inAddress: 'Adr-77ab-s3cret',
  cookie: 'Cky-51d0-crumb',
  proxy: 'Prx-c0de-pass',
};

/** A text as it may lie somewhere: plain, percent-encoded, and in base64 at each of the three places it may begin. */
function forms(secret: string): string[] {
  const shifted = ['', 'x', 'xx'].map((lead) => {
    const text = Buffer.from(`${lead}${secret}`).toString('base64').replaceAll('=', '');
    // The ends depend on what stands before and behind.
    return text.slice(lead === '' ? 0 : 4, -4);
  });
  const encoded = [...secret].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
  return [secret, encodeURIComponent(secret), encoded, ...shifted];
}

const FORMS = Object.values(SECRETS).flatMap(forms);
const found = (bytes: Buffer | string) => FORMS.filter((form) => bytes.includes(form));

async function everyFile(folder: string): Promise<[string, Buffer][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(files.map(async (path) => [path, await readFile(path)] as [string, Buffer]));
}

test('secrets are sent where they belong and lie nowhere readable, and a restart loses none of them', async () => {
  const proxy = await HttpProxy.start({ user: 'me', password: SECRETS.proxy });
  onTestFinished(() => proxy.close());
  const desk = await EngineDesk.open({ proxy: proxy.url(`me:${SECRETS.proxy}`) });
  const { hostname } = new URL(desk.server.origin);
  desk.serve('/a.bin');
  const gate = desk.server.gate('/a.bin', 100_000);
  const { id } = await desk.add('/a.bin', {
    headers: { 'x-key': SECRETS.header },
    credentials: { user: 'anna', password: SECRETS.password },
    cookies: `${hostname}\tFALSE\t/\tFALSE\t0\tsession\t${SECRETS.cookie}\n`,
  });
  const other = await desk.add(`http://bert:${SECRETS.inAddress}@127.0.0.1:1/b.bin`, { paused: true });
  await desk.receives(id, 100_000);
  await desk.again();
  gate.release();
  const done = await desk.reaches(id, 'done');
  // Both before and after the restart.
  expect(desk.server.requests.length).toBeGreaterThan(1);
  for (const { headers } of desk.server.requests) {
    expect(headers).toMatchObject({
      'x-key': SECRETS.header,
      authorization: `Basic ${Buffer.from(`anna:${SECRETS.password}`).toString('base64')}`,
      cookie: `session=${SECRETS.cookie}`,
    });
  }
  expect(proxy.asked.at(-1)?.let).toBe('in');
  expect(proxy.asked.length).toBe(desk.server.requests.length);

  // What can be asked for, and what goes wrong, tells none of them either.
  await desk.call('tasks.get', { id: other.id });
  await desk.call('tasks.list', { q: 'bin' });
  await desk.call('list.export', { format: 'urls' });
  const { text } = await desk.call('list.export', { state: 'paused' });
  expect(text).toContain('/b.bin');
  await desk.call('settings.get', {});
  await desk.call('status', {});
  await desk.call('tasks.remove', { id: other.id });
  await desk.call('history.search', {});
  await desk.refused('tasks.add', {
    url: `ftp://x:${SECRETS.password}@h/`,
    headers: { 'x-key': SECRETS.header },
  });
  await desk.refused('tasks.add', {
    url: desk.server.url('/a.bin'),
    headers: { 'x-key': `${SECRETS.header}\nx: y` },
  });
  await desk.refused('tasks.add', {
    url: desk.server.url('/a.bin'),
    headers: { [`no name ${SECRETS.header}`]: 'x' },
  });
  await desk.refused('settings.update', { proxy: `gopher://me:${SECRETS.proxy}@h:1` });
  desk.server.update('/a.bin', { faults: [{ name: 'status', status: 401 }] });
  await desk.call('tasks.restart', { id });
  await desk.reaches(id, 'failed');

  expect(done.state).toBe('done');
  expect(desk.messages.length).toBeGreaterThan(10);
  expect(found(JSON.stringify(desk.messages))).toEqual([]);
  expect(found(JSON.stringify(desk.answers))).toEqual([]);
  for (const running of [true, false]) {
    const files = [...(await everyFile(desk.dataDir)), ...(await everyFile(desk.downloads))];
    expect(files.map(([path]) => path.slice(desk.folder.length + 1))).toContain('data/satchel.db');
    for (const [path, bytes] of files) expect([path, found(bytes)]).toEqual([path, []]);
    // A search that finds nothing could also be one that cannot find anything: names and addresses do lie there.
    expect(files.filter(([, bytes]) => bytes.includes('a.bin')).length).toBeGreaterThan(0);
    if (running) await desk.close();
    else await desk.start();
  }
});

test('the search for secrets finds each of their forms', () => {
  for (const [name, secret] of Object.entries(SECRETS)) {
    const basic = Buffer.from(`${name}:${secret}`).toString('base64');
    const sealed = [secret, encodeURIComponent(secret), basic, Buffer.from(`x${secret}y`).toString('base64')];
    for (const text of sealed)
      expect([name, text, found(`…${text}…`).length > 0]).toEqual([name, text, true]);
  }
});

test('headers and cookies are not given to another origin by a new link, credentials neither', async () => {
  const desk = await EngineDesk.open();
  const content = desk.serve('/a.bin');
  const elsewhere = await EngineDesk.open();
  elsewhere.server.serve('/moved.bin', { content });
  const { id } = await desk.add('/a.bin', {
    paused: true,
    headers: { 'x-key': SECRETS.header },
    credentials: { user: 'anna', password: SECRETS.password },
  });
  await desk.call('tasks.update', { id, url: elsewhere.server.url('/moved.bin') });
  await desk.call('tasks.resume', { id });
  await desk.reaches(id, 'done');
  expect(elsewhere.server.requests).toHaveLength(1);
  expect(found(JSON.stringify(elsewhere.server.requests))).toEqual([]);
});
