import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFirst, type Desk, desk, expectFile, names, type Running } from './kit.ts';
import { untilJournaled } from './leave.ts';

buildFirst();

const KEPT = ['a.bin.part', 'a.bin.satchel'];
/** Time in which an ended command has to be gone. */
const SOON_MS = 2000;

/** A download that stands at byte 100,000 because the server sends nothing more. */
async function standing(at: Desk, args: readonly string[] = []): Promise<Running> {
  at.serve('/a.bin', { faults: [{ name: 'stall', after: 100_000 }] });
  const running = at.start([...args, '/a.bin']);
  await untilJournaled(at.folder, 100_000);
  return running;
}

/** Sends the signals and expects that exit status, soon. */
async function end({ child, exit }: Running, signals: readonly NodeJS.Signals[], status: number) {
  const asked = performance.now();
  for (const signal of signals) child.kill(signal);
  const ended = await exit;
  expect({ status: ended.status, signal: ended.signal, stderr: ended.stderr }).toEqual({
    status,
    signal: null,
    stderr: '',
  });
  expect(performance.now() - asked).toBeLessThan(SOON_MS);
  return ended;
}

describe('partial file and journal are kept, and nothing else', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s ends with %i while the server stands still, and the same command goes on',
    async (signal, status) => {
      const at = await desk();
      const { stdout } = await end(await standing(at), [signal], status);
      expect(stdout).toMatch(/a\.bin: stopped, .*run the same command again/);
      expect(await names(at.folder)).toEqual(KEPT);
      const content = at.serve('/a.bin');
      expect((await at.get(['/a.bin'])).status).toBe(0);
      expect(at.server.requests.at(-1)?.range).toBe('bytes=100000-199999');
      expect(await names(at.folder)).toEqual(['a.bin']);
      await expectFile(join(at.folder, 'a.bin'), content);
    },
  );

  test('two SIGINTs a moment apart, as a terminal and npm send them', async () => {
    const at = await desk();
    const running = await standing(at);
    running.child.kill('SIGINT');
    await new Promise(setImmediate);
    await end(running, ['SIGINT'], 130);
    expect(await names(at.folder)).toEqual(KEPT);
  });

  test('many downloads, some still waiting for their turn', async () => {
    const at = await desk();
    at.serve('/b.bin');
    const running = await standing(at, ['-j', '1', '/a.bin', '/b.bin']);
    await end(running, ['SIGINT'], 130);
    expect(await names(at.folder)).toEqual(KEPT);
    expect(at.server.requests.filter(({ path }) => path === '/b.bin')).toEqual([]);
  });
});

describe('it ends at once, too', () => {
  test('while it waits to try again', async () => {
    const at = await desk();
    at.serve('/a.bin', { faults: [{ name: 'status', status: 500, headers: { 'retry-after': '300' } }] });
    const running = at.start(['/a.bin']);
    await running.said('Trying again');
    await end(running, ['SIGINT'], 130);
    expect(await names(at.folder)).toEqual([]);
  });

  test('while its host is held', async () => {
    const at = await desk();
    at.serve('/a.bin', { faults: [{ name: 'status', status: 503, headers: { 'retry-after': '300' } }] });
    at.serve('/b.bin');
    const running = at.start(['-j', '1', '/a.bin', '/b.bin']);
    await running.said('Trying again');
    await end(running, ['SIGTERM'], 143);
    expect(await names(at.folder)).toEqual([]);
  });

  test('while the server does not answer', async () => {
    const at = await desk();
    at.serve('/a.bin', { faults: [{ name: 'no-answer' }] });
    const running = at.start(['/a.bin']);
    await at.server.once(({ path }) => path === '/a.bin');
    await end(running, ['SIGINT'], 130);
    expect(await names(at.folder)).toEqual([]);
  });
});
