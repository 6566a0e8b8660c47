import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { Origins } from '../../main/server/origins.ts';
import { ServerDesk } from '../kit/server.ts';

const LIST = '/api/v1/tasks';

/** The status of a request with exactly these header lines: `fetch` sets its own Host. */
async function raw(desk: ServerDesk, ...lines: string[]): Promise<number> {
  const { hostname, port } = new URL(desk.url(''));
  const socket = connect(Number(port), hostname);
  const token = `Authorization: Bearer ${desk.token}`;
  socket.end([`GET ${LIST} HTTP/1.1`, token, 'Connection: close', ...lines, '', ''].join('\r\n'));
  return Number((await text(socket)).slice(9, 12));
}

describe('Host', () => {
  test('forged by a page that has its name point here is refused', async () => {
    const desk = await ServerDesk.open({ allowHost: ['nas.example'] });
    const { port } = new URL(desk.url(''));
    for (const host of [
      '127.0.0.1',
      `127.0.0.1:${port}`,
      'localhost',
      `LOCALHOST.:${port}`,
      'nas.example:80',
      '[::1]',
    ]) {
      expect(await raw(desk, `Host: ${host}`), host).toBe(200);
    }
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '10.0.0.1',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'localhost@evil.example',
      'nas.example.evil.example',
      '',
    ]) {
      expect(await raw(desk, `Host: ${host}`), host).toBe(403);
    }
  });

  test('may be any address where others can reach it, and no name', () => {
    const rules = { host: '0.0.0.0', allowHosts: [], allowOrigins: [] };
    const origins = new Origins(rules);
    for (const host of ['192.168.1.5:7878', '[fd00::1]:7878', 'localhost']) {
      expect(() => origins.demandHost(host), host).not.toThrow();
    }
    for (const host of ['nas.local', undefined, '1.2.3.4.example']) {
      expect(() => origins.demandHost(host), host).toThrow();
    }
  });
});

describe('Origin', () => {
  test('of another page is refused, whatever it knows', async () => {
    const desk = await ServerDesk.open();
    const own = desk.url('');
    const ask = (origin: string) => desk.fetch(LIST, { headers: { origin } });
    expect((await ask(own)).status).toBe(200);
    for (const origin of [
      'https://evil.example',
      'null',
      `${own}.evil.example`,
      `${own}0`,
      'http://127.0.0.1',
    ]) {
      const answer = await ask(origin);
      expect(answer.status, origin).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(await answer.json()).toMatchObject({ code: 'forbidden' });
    }
    const preflight = await desk.fetch(LIST, {
      method: 'OPTIONS',
      token: null,
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(403);
  });

  test('that is allowed may call, and read what it gets', async () => {
    const origin = 'https://front.example';
    const desk = await ServerDesk.open({ allowOrigin: [origin] });
    const preflight = await desk.fetch(LIST, {
      method: 'OPTIONS',
      token: null,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-private-network': 'true',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(preflight.headers.get('access-control-allow-private-network')).toBe('true');
    const answer = await desk.fetch(LIST, { headers: { origin } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('vary')).toContain('Origin');
    // A refusal can be read too: else the page could not tell why.
    const refused = await desk.fetch(LIST, { headers: { origin }, token: null });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect((await desk.fetch(LIST, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
  });
});
