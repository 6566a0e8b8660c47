import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesktopDesk } from '../kit/desktop.ts';
import { openContract } from './contract-app.ts';

let desk: DesktopDesk;

beforeAll(async () => {
  desk = await openContract();
});
afterAll(() => desk?.close());

/** How an invocation fails, in the words that the page sees. */
function failureOf(channel: string): Promise<string> {
  return desk.page.evaluate(async (name) => {
    try {
      await window.fixture.invoke(name);
      return 'no error';
    } catch (error) {
      return String(error);
    }
  }, channel);
}

test('a handler that throws, one that is not there, and a result that cannot be cloned fail in the words of Electron', async () => {
  expect(await failureOf('fail')).toBe(
    "Error: Error invoking remote method 'fail': TypeError: unsupported scheme ftp:",
  );
  expect(await failureOf('nobody')).toBe(
    "Error: Error invoking remote method 'nobody': Error: No handler registered for 'nobody'",
  );
  expect(await failureOf('function')).toBe(
    "Error: Error invoking remote method 'function': Error: An object could not be cloned.",
  );
});

test('values cross as structured clones, there and back', async () => {
  const got = await desk.page.evaluate(async () => {
    const cyclic: Record<string, unknown> = { one: 1 };
    cyclic['self'] = cyclic;
    const shared = { x: 1 };
    const value = {
      date: new Date(5),
      map: new Map([['key', new Set([1n, 2n])]]),
      pattern: /a+/gi,
      missing: undefined,
      numbers: [Number.NaN, -0, Number.POSITIVE_INFINITY, 0.1],
      bytes: new Uint8Array([1, 2, 255]),
      part: new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
      floats: new Float64Array([0.1]),
      view: new DataView(new ArrayBuffer(3), 1),
      error: new RangeError('far', { cause: 'why' }),
      twice: [shared, shared],
      ['__proto__x']: 1,
    };
    const back = (await window.fixture.invoke('echo', value)) as typeof value;
    const circle = (await window.fixture.invoke('echo', cyclic)) as typeof cyclic;
    const set = back.map.get('key') as Set<bigint>;
    return {
      date: back.date instanceof Date && back.date.getTime(),
      map: [...set].map(String),
      pattern: String(back.pattern),
      missing: 'missing' in back && back.missing === undefined,
      numbers: back.numbers.map((each) => (Object.is(each, -0) ? '-0' : String(each))),
      bytes: back.bytes instanceof Uint8Array && [...back.bytes],
      part: [...back.part],
      floats: back.floats[0],
      view: [back.view.byteOffset, back.view.byteLength],
      error: [back.error instanceof Error, back.error.message],
      isOne: back.twice[0] === back.twice[1],
      isCircle: circle['self'] === circle,
    };
  });
  expect(got).toEqual({
    date: 5,
    map: ['1', '2'],
    pattern: '/a+/gi',
    missing: true,
    numbers: ['NaN', '-0', 'Infinity', '0.1'],
    bytes: [1, 2, 255],
    part: [2, 3],
    floats: 0.1,
    view: [1, 2],
    error: [true, 'far'],
    isOne: true,
    isCircle: true,
  });
});

test('functions and what else V8 cannot clone are refused on either side', async () => {
  const refused = await desk.page.evaluate(() => {
    const errors: string[] = [];
    for (const value of [() => 1, new WeakMap(), document.body, Symbol('x')]) {
      try {
        window.fixture.say({ value });
        errors.push('no error');
      } catch (error) {
        errors.push(String(error));
      }
    }
    return errors;
  });
  expect(refused.slice(1, 3)).toEqual(Array(2).fill('Error: An object could not be cloned.'));
  expect(refused[0]).toBe('Error: An object could not be cloned.');
  const sent = desk.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.send('told', () => {});
  });
  await expect(sent).rejects.toThrow('Failed to serialize arguments');
});

test('messages reach the page in order, and those of the page tell who sent them', async () => {
  await desk.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    for (const number of [1, 2, 3]) contents?.send('told', number, new Date(number));
  });
  const received = () =>
    window.fixture.received().map(([number, date]) => [number, (date as Date).getTime()]);
  // Playwright asks over a connection of its own, which may be the faster one.
  await expect
    .poll(() => desk.page.evaluate(received))
    .toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  await desk.page.evaluate(async () => {
    window.fixture.say('hello', 2n);
    await window.fixture.invoke('echo');
  });
  expect(await desk.evaluate(() => globalThis.seen.sent.at(-1))).toEqual({
    from: 'app://fixture/index.html',
    args: ['hello', 2n],
  });
});

test('an answer goes to the document that asked, not to the one after it', async () => {
  const { page } = desk;
  await page.reload();
  await page.evaluate(() => void window.fixture.invoke('held'));
  await page.reload();
  const answer = page.evaluate(() => window.fixture.invoke('held'));
  // The first has been asked before: messages of a page come in order.
  await page.evaluate(() => window.fixture.invoke('echo'));
  await desk.evaluate(() => {
    globalThis.release('old');
    globalThis.release('new');
  });
  expect(await answer).toBe('new');
});

test('a page that is not the trusted one is seen as what it is', async () => {
  expect(await desk.page.evaluate(() => window.fixture.invoke('trusted'))).toBe('app://fixture');
  await desk.evaluate(() => void globalThis.open('app://stranger/index.html'));
  const stranger = await desk.nextPage();
  await stranger.getByText('Ready').waitFor();
  const asked = stranger.evaluate(() => window.fixture.invoke('trusted'));
  await expect(asked).rejects.toThrow('untrusted sender');
});
