import fc from 'fast-check';
import { expect } from 'vitest';
import { ServerDesk } from '../kit/server.ts';
import { holds } from './hold.ts';
import { jsonText, mutatedJson } from './mutate.ts';

const INTERNAL = -32_603;
const call = (method: string, params: readonly unknown[]) => ({ jsonrpc: '2.0', id: 1, method, params });
const SOUND: readonly ((token: string) => unknown)[] = [
  (token) => call('aria2.addUri', [token, ['http://127.0.0.1:9/x'], { dir: 'a', out: 'b', pause: 'true' }]),
  (token) => call('aria2.tellStatus', [token, '0123456789abcdef', ['gid', 'status']]),
  (token) => call('aria2.changeGlobalOption', [token, { 'max-overall-download-limit': '1K' }]),
  (token) => call('system.multicall', [[{ methodName: 'aria2.tellActive', params: [token] }]]),
];

holds(
  'whatever who has the token asks as of aria2 is answered, and is no fault of ours',
  async () => {
    const desk = await ServerDesk.open();
    const sound = SOUND.map((make) => make(`token:${desk.token}`));
    return mutatedJson(fc.constantFrom(...sound)).map((body) => ({ body: jsonText(body), desk }));
  },
  async ({ body, desk }) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await desk.fetch('/jsonrpc', { method: 'POST', body, headers });
    const text = await answer.text();
    if (text === '') return;
    for (const each of [JSON.parse(text)].flat()) {
      expect(each, body).toHaveProperty(each.error === undefined ? 'result' : 'error.code');
      expect(each.error?.code, body).not.toBe(INTERNAL);
    }
  },
);
