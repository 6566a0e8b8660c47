import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ERRORS, type ErrorCode, SatchelError } from '../../main/contract/errors.ts';
import { Hosts } from '../../main/transfer/hosts.ts';
import { isPermanent, retryDelay, statusError } from '../../main/transfer/retry.ts';
import { ask } from '../kit/ask.ts';
import { download } from '../kit/download.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { eventually, MIB, misbehave, passTime, scene } from './scene.ts';

describe('rule 16: is it permanent?', () => {
  test.each([
    [400, true],
    [401, true],
    [403, true],
    [404, true],
    [405, true],
    [410, true],
    [416, true],
    [451, true],
    [408, false],
    [421, false],
    [423, false],
    [425, false],
    [429, false],
    [500, false],
    [502, false],
    [503, false],
    [504, false],
    [520, false],
  ])('status %d: %s', (status, permanent) => {
    expect(isPermanent(statusError(status))).toBe(permanent);
  });

  test.each([
    ['tls', true],
    ['permission', true],
    ['network', false],
    ['timeout', false],
    ['dns', false],
  ] as const)('%s: %s', (code, permanent) => {
    expect(isPermanent(new SatchelError(code))).toBe(permanent);
  });

  test.each([
    [404, 'not-found'],
    [403, 'http-status'],
    [401, 'auth-required'],
  ] as const)('%d is asked for once only, as %s', async (status, code) => {
    const at = await scene({ faults: [{ name: 'status', status }] });
    await expect(at.get().result).rejects.toMatchObject({ code });
    expect(at.server.happened('status')).toBe(1);
    expect(at.asked()).toHaveLength(1);
  });

  test('a certificate that nobody vouches for is not asked again', async () => {
    const secure = await FaultServer.start({ tls: true });
    onTestFinished(() => secure.close());
    secure.serve('/a.bin', { content: Buffer.from('secret') });
    const { result, waits } = download(secure.url('/a.bin'), { folder: await tempFolder() });
    await expect(result).rejects.toMatchObject({ code: 'tls' });
    expect({ waits, requests: secure.requests }).toEqual({ waits: [], requests: [] });
  });

  test('a passing refusal is asked again', async () => {
    const at = await scene({ faults: [{ name: 'status', status: 423, times: 2 }] });
    const { result, waits } = at.get();
    await result;
    await at.demandWhole();
    expect(at.server.happened('status')).toBe(2);
    expect(waits).toHaveLength(2);
  });
});

describe('rule 17: full-jitter back-off', () => {
  test('lies between zero and a ceiling that doubles from 0.5 s to 60 s', () => {
    const attempt = fc.integer({ min: 1, max: 100 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(attempt, random, (n, drawn) => {
        const delay = retryDelay(n, drawn, null);
        const ceiling = Math.min(60_000, 500 * 2 ** (n - 1));
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(ceiling);
        expect(Math.abs(delay - drawn * ceiling)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('a source that always dies at the same place ends', async () => {
    // Not for ever, so that a download which never gives up would be seen to succeed instead of going on and on.
    const at = await scene({ faults: [{ name: 'die-at', offset: 100_000, times: 40 }] });
    const { result, waits } = at.get({ retries: 3 });
    await expect(result).rejects.toMatchObject({ code: 'network' });
    // A reset takes along what the kernel had not handed over, so the first tries may each get a little further.
    expect(waits.length).toBeGreaterThanOrEqual(3);
    expect(waits.length).toBeLessThanOrEqual(6);
    expect(at.server.happened('die-at')).toBe(waits.length + 1);
  });

  test('only a byte beyond the furthest point starts the count again', async () => {
    const at = await scene({ size: 2 * MIB, faults: [{ name: 'truncate-clean', after: 400_000 }] });
    const { result, waits } = at.get({ retries: 1 });
    await result;
    await at.demandWhole();
    expect(at.server.happened('truncate-clean')).toBe(5);
    expect(waits).toHaveLength(5);
  });
});

describe('rule 18: holding a host', () => {
  test.each([429, 502, 503, 504])('%d with Retry-After holds it that long', async (status) => {
    const clock = new FakeClock();
    const at = await scene({
      faults: [{ name: 'status', status, headers: { 'retry-after': '7' }, times: 1 }],
    });
    const hosts = new Hosts(clock, 8);
    const { result, waits } = at.get({ clock, hosts });
    await at.server.once((request) => request.status === status);
    await passTime(clock, 100, () => waits.length > 0);
    expect(waits[0]?.delayMs).toBeGreaterThanOrEqual(6900);
    expect(hosts.heldUntil(new URL(at.server.origin).host)).toBeGreaterThanOrEqual(clock.now() + 6900);
    await clock.advance(6000);
    await turn();
    expect(at.asked()).toHaveLength(1);
    let done = false;
    void result.finally(() => {
      done = true;
    });
    await passTime(clock, 100, () => done);
    await at.demandWhole();
    expect(at.server.happened('status')).toBe(1);
  });

  test('Retry-After is believed up to ten minutes', async () => {
    const clock = new FakeClock();
    const fault = { name: 'status', status: 503, headers: { 'retry-after': '86400' } } as const;
    const at = await scene({ faults: [fault] });
    const stop = new AbortController();
    const { result, waits } = at.get({ clock, signal: stop.signal });
    await eventually(() => waits.length > 0);
    expect(waits[0]?.delayMs).toBe(600_000);
    expect(at.server.happened('status')).toBe(1);
    stop.abort(new SatchelError('cancelled'));
    await expect(result).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('one task is held for another of the same host, without that being a retry', async () => {
    const clock = new FakeClock();
    const hosts = new Hosts(clock, 8);
    const at = await scene();
    hosts.hold(new URL(at.server.origin).host, 5000);
    const { result, waits } = at.get({ clock, hosts, retries: 0 });
    let done = false;
    void result.finally(() => {
      done = true;
    });
    await eventually(() => waits.length > 0);
    expect(waits[0]?.error).toBeNull();
    await clock.advance(4000);
    // A request that had been sent by now would arrive before this one is answered.
    await ask(at.server.url('/none'));
    expect(at.asked()).toHaveLength(0);
    await passTime(clock, 50, () => done);
    await at.demandWhole();
  });

  test('halves its connections, which come back one by one', async () => {
    const clock = new FakeClock();
    const hosts = new Hosts(clock, 8);
    hosts.hold('a', 1000);
    const count = () => {
      const slots = [];
      for (let slot = hosts.tryAcquire('a'); slot; slot = hosts.tryAcquire('a')) slots.push(slot);
      for (const slot of slots) slot.release();
      return slots.length;
    };
    expect(count()).toBe(0);
    expect(hosts.heldUntil('a')).toBe(clock.now() + 1000);
    await clock.advance(1001);
    expect(count()).toBe(5);
    await clock.advance(10_000);
    expect(count()).toBe(6);
    await clock.advance(60_000);
    expect(count()).toBe(8);
    hosts.close();
  });
});

describe('rule 19: an extra connection that is refused', () => {
  test.each([
    ['a status', { name: 'status', status: 403, when: ({ isExtra }: { isExtra: boolean }) => isExtra }],
    ['503', { name: 'one-at-a-time' }],
    ['a redirect', { name: 'redirect', to: '/gone', when: ({ isExtra }: { isExtra: boolean }) => isExtra }],
    ['a login page', { name: 'html', when: ({ isExtra }: { isExtra: boolean }) => isExtra }],
    ['a reset', { name: 'truncate', after: 0, when: ({ isExtra }: { isExtra: boolean }) => isExtra }],
    ['the whole file', { name: 'ignore-range', when: ({ isExtra }: { isExtra: boolean }) => isExtra }],
  ] as const)('with %s is forgotten while another delivers', async (_, fault) => {
    const at = await scene({ size: 6 * MIB, bytesPerSecond: 6 * MIB });
    misbehave(at, fault);
    const { result, waits, rewinds } = at.get({ connections: 8 });
    await result;
    await at.demandWhole();
    expect(at.server.happened(fault.name)).toBeGreaterThan(0);
    expect({ waits, rewinds }).toEqual({ waits: [], rewinds: [] });
    // Its cap is lowered: it is not asked over and over.
    expect(at.server.happened(fault.name)).toBeLessThanOrEqual(4);
    expect(at.asked().length).toBeLessThan(20);
  });

  test('a host that allows few connections is given as many as it takes', async () => {
    const at = await scene({ size: 12 * MIB, bytesPerSecond: 3 * MIB });
    misbehave(at, { name: 'one-at-a-time', limit: 2 });
    const { result, waits } = at.get({ connections: 8 });
    await result;
    await at.demandWhole();
    expect(at.server.happened('one-at-a-time')).toBeGreaterThan(0);
    // When both end at the same moment, the server may refuse both while it still counts their last answers.
    expect(waits.length).toBeLessThanOrEqual(1);
  });
});

test('every error code of the transfer has a sentence and a next step', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    expect(ERRORS[code].sentence).toMatch(/^[A-Z].*\.$/);
    expect(ERRORS[code].next).toMatch(/^[A-Z].*\.$/);
  }
});
