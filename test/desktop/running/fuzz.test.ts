import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../../main/contract/commands.ts';
import { open } from './kit.ts';

/** What a page can send besides JSON. */
const ODD = ['map', 'date', 'bigint', 'bytes', 'ring', 'deep', 'nothing'] as const;
const KEYS = ['id', 'ids', 'url', 'items', 'name', 'dir', 'path', 'paths', 'text', 'tasks', 'files', 'kind'];
const input: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(
    fc.constantFrom(...KEYS),
    fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        'http://127.0.0.1:9/x',
        '/etc/passwd',
        '../x',
        '',
        'file',
        'package',
        -1,
        1e21,
        null,
        [],
        {},
      ),
    ),
  ),
);
const RUNS = 300;
const SEED = 20_261_124;

test('whatever a page asks, it is answered with a value, and the program goes on', async () => {
  const satchel = await open();
  const name = fc.oneof(fc.constantFrom(...Object.keys(COMMANDS)), fc.string(), fc.constant('__proto__'));
  const asked = fc.sample(fc.tuple(name, input, fc.constantFrom(null, null, ...ODD)), {
    numRuns: RUNS,
    seed: SEED,
  });
  const codes = await satchel.desk.page.evaluate(async (all) => {
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    let deep: unknown = 1;
    for (let i = 0; i < 2000; i += 1) deep = { id: deep };
    const odd: Record<string, unknown> = {
      ...{ map: new Map([['id', 1]]), date: new Date(0), bigint: 1n, bytes: new Uint8Array(100_000) },
      ...{ ring, deep, nothing: undefined },
    };
    const bridge = (
      globalThis as unknown as { satchel: { call(name: string, input: unknown): Promise<unknown> } }
    ).satchel;
    const heard: string[] = [];
    for (const [command, input, kind] of all) {
      try {
        const answer = (await bridge.call(command, kind === null ? input : odd[kind])) as {
          ok: boolean;
          error?: { code: string };
        };
        heard.push(answer.ok ? 'ok' : `${answer.error?.code} ${command}`);
      } catch (thrown) {
        heard.push(`thrown ${command} ${kind}: ${thrown}`);
      }
    }
    return heard;
  }, asked);
  expect(codes).toHaveLength(RUNS);
  expect(codes).toContain('ok');
  expect(codes).toContainEqual(expect.stringMatching(/^bad-input /));
  // The preload script lets no other names through, and nothing that is too deep.
  const isRefused = (code: string) => /^thrown .*(no command|depth)/.test(code);
  expect(codes.filter((code) => !isRefused(code) && /^(internal|undefined|thrown)/.test(code))).toEqual([]);
  expect((await satchel.ask('status', {})).disk).toBeDefined();
});
