import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXTENSION_IDS } from '../../main/contract/hand-over.ts';
import type { Task } from '../../main/contract/task.ts';
import { ServerDesk } from '../kit/server.ts';

const ours = { origin: `chrome-extension://${EXTENSION_IDS[0]}` };
const strange = { origin: `chrome-extension://${'a'.repeat(32)}` };

async function paired(desk: ServerDesk): Promise<string> {
  const { code } = await desk.json<{ code: string }>('/api/v1/pairings', { method: 'POST' });
  const { token } = await desk.json<{ token: string }>('/api/v1/pair', {
    ...{ token: null, headers: ours },
    json: { code, name: 'Chromium here' },
  });
  return token;
}

test('a browser pairs with a code, once, and may then hand over and nothing else, until it is taken off', async () => {
  const desk = await ServerDesk.open();
  desk.source.serve('/a.bin', { content: Buffer.from('bytes') });
  const { code } = await desk.json<{ code: string }>('/api/v1/pairings', { method: 'POST' });
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  // As somebody would type it.
  const typed = ` ${code.replace('-', '').toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')}`;
  const pair = { token: null, headers: ours, json: { code: typed } };
  const { token } = await desk.json<{ token: string }>('/api/v1/pair', pair);
  expect(await desk.problem('/api/v1/pair', pair)).toBe('401 unauthorized');

  const links = [{ url: desk.source.url('/a.bin'), cookies: 'a=b', referer: 'https://a.example/' }];
  const handed = { token, headers: ours, json: { id: 7, ask: 'download', links } };
  expect(await desk.json('/api/v1/hand-over', handed)).toEqual({ id: 7, ok: true, version: '1.2.3' });
  const { tasks } = await desk.json<{ tasks: Task[] }>('/api/v1/tasks');
  expect(tasks.map(({ name }) => name)).toEqual(['a.bin']);
  for (const path of ['/api/v1/tasks', '/api/v1/settings', '/api/v1/pairings', '/api/v1/status']) {
    expect(await desk.problem(path, { token })).toBe('401 unauthorized');
  }

  const { pairings } = await desk.json<{ pairings: { id: string }[] }>('/api/v1/pairings');
  await desk.fetch(`/api/v1/pairings/${pairings[0]?.id}`, { method: 'DELETE' });
  expect(await desk.problem('/api/v1/hand-over', handed)).toBe('401 unauthorized');
});

test('it is still paired after a restart, and its token lies nowhere in the data folder', async () => {
  const desk = await ServerDesk.open();
  const token = await paired(desk);
  await desk.close();
  await desk.start();
  const hello = { token, headers: ours, json: { id: 1, ask: 'hello' } };
  expect(await desk.json('/api/v1/hand-over', hello)).toMatchObject({ ok: true });
  const kept = await readFile(join(desk.folder, 'data', 'paired.json'), 'utf8');
  expect(kept).toContain('Chromium here');
  expect(kept).not.toContain(token);
});

test('neither another extension nor a page may ask, and ours may ask nothing else', async () => {
  const desk = await ServerDesk.open();
  const token = await paired(desk);
  const json = { id: 1, ask: 'hello' };
  for (const headers of [strange, { origin: 'https://evil.example' }]) {
    expect(await desk.problem('/api/v1/hand-over', { token, headers, json })).toBe('403 forbidden');
    expect(await desk.problem('/api/v1/pair', { token: null, headers, json: { code: 'x' } })).toBe(
      '403 forbidden',
    );
  }
  expect(await desk.problem('/api/v1/tasks', { headers: ours })).toBe('403 forbidden');
});

test('what is no question of ours is refused, and changes nothing', async () => {
  const desk = await ServerDesk.open();
  const token = await paired(desk);
  const ask = (json: unknown) => desk.json('/api/v1/hand-over', { token, headers: ours, json });
  expect(await ask({ id: 3, ask: 'remove' })).toMatchObject({ id: 3, ok: false, code: 'bad-input' });
  expect(await ask({ id: 4, ask: 'download', links: [{ url: 'file:///etc/passwd' }] })).toMatchObject({
    id: 4,
    ok: false,
    code: 'bad-url',
  });
  const crlf = { url: 'https://a.example/', cookies: 'a=b\r\nx: y' };
  expect(await ask({ id: 5, ask: 'download', links: [crlf] })).toMatchObject({ id: 5, ok: false });
  expect((await desk.json<{ tasks: Task[] }>('/api/v1/tasks')).tasks).toEqual([]);
});
