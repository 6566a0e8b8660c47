import fc from 'fast-check';
import { expect, vi } from 'vitest';
import { COMMAND_CHANNEL } from '../../main/contract/bridge.ts';
import { COMMANDS } from '../../main/contract/commands.ts';
import { DESKTOP_COMMANDS } from '../../main/contract/desktop.ts';
import { ERRORS, type ErrorCode } from '../../main/contract/errors.ts';
import { type DesktopHandlers, openIpcDoor } from '../../main/doors/ipc.ts';
import { ipcMain } from '../kit/electron-host/ipc-main.ts';
import { EngineDesk } from '../kit/engine.ts';
import { holds } from './hold.ts';
import { keptBytes } from './memory.ts';
import { mutatedJson } from './mutate.ts';

vi.mock('electron', () => import('../kit/electron-host/ipc-main.ts'));

const URL_OF_TASK = 'http://127.0.0.1:9/a';

/** Right for some command; for all others wrong. Without webhooks, programs or a proxy, which would be used. */
const INPUTS: readonly unknown[] = [
  {},
  { id: '01JDXYZ' },
  { id: '01JDXYZ', itemId: '01J', name: 'x', position: 1 },
  { url: URL_OF_TASK, name: 'a', dir: 'sub', headers: { a: 'b' }, priority: 1 },
  { tasks: [{ url: URL_OF_TASK }, { kind: 'package', name: 'p', items: [{ url: URL_OF_TASK }] }] },
  { ids: ['01JDXYZ'], action: 'retry', files: 'keep' },
  { text: `${URL_OF_TASK}\n out=b`, sizes: false },
  { text: 'x', paused: true },
  { q: 'a', limit: 3, cursor: 'x' },
  { connections: 3, retries: 1, schedule: [] },
  { paths: ['/nowhere'] },
];

const cyclic = (() => {
  const value: Record<string, unknown> = { id: '01JDXYZ' };
  value['tasks'] = [value];
  value['self'] = value;
  return value;
})();

/** What can be cloned and is no JSON. */
const ODD: readonly unknown[] = [
  ...[
    undefined,
    null,
    0,
    'text',
    10n,
    Number.NaN,
    new Date(Number.NaN),
    /a+/g,
    new Map([['id', 1]]),
    new Set(['id']),
  ],
  ...[
    new Uint8Array(1000),
    new ArrayBuffer(8),
    new Error('x'),
    cyclic,
    [cyclic],
    Object.create(null),
    new Array(1e6),
  ],
  ...[
    Array.from({ length: 200_000 }, () => 'x'),
    { ids: Array.from({ length: 100_001 }, () => 'x'), action: 'pause' },
  ],
  ...[
    { id: cyclic },
    { url: { toString: null } },
    { tasks: new Array(1000) },
    { text: 'a'.repeat(1e6), sizes: false },
  ],
];

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...Object.keys(COMMANDS), ...Object.keys(DESKTOP_COMMANDS)) },
  fc.constantFrom<unknown>(
    '__proto__',
    'constructor',
    'toString',
    '',
    'tasks',
    'desktop.nothing',
    null,
    7,
    ['tasks.list'],
    {},
  ),
);
const input = fc.oneof(
  { weight: 3, arbitrary: mutatedJson(fc.constantFrom(...INPUTS)) },
  fc.constantFrom(...ODD),
);

let before = 0;
let asked = 0;

/** As the desktop would, without its windows: what they were given is of the right shape, or they are not called. */
const handlers = new Proxy({} as DesktopHandlers, { get: () => async () => ({}) });

function toldTo(listener: { send(channel: string, message: unknown): void }): unknown {
  return { ...listener, isDestroyed: () => false, once: () => {} };
}

holds(
  'whatever a page asks is answered with a value',
  async () => {
    const desk = await EngineDesk.open({ retries: 0 });
    // Nothing leaves this machine.
    await desk.call('settings.update', { proxy: desk.server.origin });
    const always = { isOurs: () => true, isSeen: () => true, onWatch: () => {} };
    openIpcDoor({ engine: Promise.resolve(desk.engine as never), handlers, ...always });
    before = keptBytes();
    return fc.tuple(name, input);
  },
  async ([command, value]) => {
    const handler = ipcMain.handlerOf(COMMAND_CHANNEL);
    const event = { sender: toldTo({ send: () => {} }) } as never;
    asked += 1;
    // Both ways everything is cloned.
    const answer: unknown = structuredClone(await handler?.(event, ...structuredClone([command, value])));
    const { ok, error } = answer as { ok: boolean; error?: { code: ErrorCode; detail?: string } };
    expect(typeof ok).toBe('boolean');
    if (ok) return;
    expect(Object.hasOwn(ERRORS, error?.code ?? ''), JSON.stringify(error)).toBe(true);
    expect(error?.code, error?.detail).not.toBe('internal');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  },
  {
    atLeast: 30,
    afterwards: () => {
      expect(asked).toBeGreaterThan(0);
      expect(keptBytes() - before).toBeLessThan(256 * 1024 * 1024);
    },
  },
);
