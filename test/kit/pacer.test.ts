import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { Content } from './content.ts';
import { FaultServer } from './fault-server.ts';
import { Pacer } from './pacer.ts';

const CHUNK = 65_536;

/** Sends for `seconds` with timers that fire `late(i)` ms late and says what was out at each moment. */
function run(rate: number, seconds: number, late: (i: number) => number) {
  const pacer = new Pacer(rate, 0);
  let now = 0;
  let sent = 0;
  let ahead = 0;
  let grants = 0;
  let last = 0;
  for (let i = 0; now < seconds * 1000; i++) {
    const grant = pacer.ask(CHUNK, now);
    if ('waitMs' in grant) {
      expect(grant.waitMs).toBeGreaterThan(0);
      now += grant.waitMs + late(i);
    } else {
      sent += grant.bytes;
      grants++;
      last = now;
      ahead = Math.max(ahead, sent - (now / 1000) * rate);
    }
  }
  return { rate: sent / (last / 1000), ahead, grants };
}

test.each([1, 500, 32_768, 1_000_000, 200_000_000])(
  '%i bytes/s within two per cent, timers late or not',
  (rate) => {
    const seconds = rate < 50 ? 100 : 5;
    for (const late of [() => 0, (i: number) => i % 7, (i: number) => (i % 10 === 0 ? 120 : 0)]) {
      const result = run(rate, seconds, late);
      expect(Math.abs(result.rate / rate - 1)).toBeLessThan(0.02);
      expect(result.ahead).toBeLessThanOrEqual(1e-6 * rate);
    }
  },
);

test('a slow rate goes in ticks of 20 ms, not byte by byte', () => {
  const { grants } = run(32_768, 5, () => 0);
  expect(grants).toBeGreaterThan(200);
  expect(grants).toBeLessThanOrEqual(250);
});

test('a reader that paused for long gets no burst afterwards', () => {
  const pacer = new Pacer(100_000, 0);
  let burst = 0;
  for (;;) {
    const grant = pacer.ask(CHUNK, 60_000);
    if ('waitMs' in grant) break;
    burst += grant.bytes;
  }
  expect(burst).toBe(25_000 + 2000);
});

describe('on the wire', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await FaultServer.start();
  });
  afterEach(() => server.close());

  test.each([
    [100_000, 100_000],
    [50_000_000, 50_000_000],
  ])('%i bytes/s: no burst at the start, and never ahead of the rate', async (bytesPerSecond, total) => {
    server.serve('/a.bin', { content: new Content(4, total), bytesPerSecond });
    const reply = ask(server.url('/a.bin'));
    const request = await server.once(() => true);
    const due = (): number => ((performance.now() - request.startedAt) / 1000) * bytesPerSecond;
    let ahead = Number.NEGATIVE_INFINITY;
    await server.until(() => {
      ahead = Math.max(ahead, request.sent - due());
      return request.ended === 'complete';
    });
    const seconds = due() / bytesPerSecond;
    expect((await reply).body.length).toBe(total);
    expect(ahead).toBeLessThanOrEqual(0);
    // How close it comes from below is the pacer's own test, which no busy machine disturbs.
    expect(seconds).toBeLessThan((total / bytesPerSecond) * 1.5);
  });

  test('the head waits for firstByteDelayMs', async () => {
    server.serve('/a.bin', { content: new Content(4, 1000), firstByteDelayMs: 80 });
    const reply = ask(server.url('/a.bin'));
    const request = await server.once(() => true);
    expect(request.status).toBe(0);
    expect((await reply).status).toBe(200);
    expect((request.endedAt ?? 0) - request.startedAt).toBeGreaterThanOrEqual(79);
  });
});
