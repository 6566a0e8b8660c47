import { describe, expect, onTestFinished, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { Bucket } from '../../main/transfer/bucket.ts';
import { type Clock, systemClock } from '../../main/world/clock.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { Flow } from './flow.ts';
import { eventually, type GetOptions, MIB, misbehave, PATH, passTime, type Scene, scene } from './scene.ts';

const KIB = 1024;
const WINDOW_MS = 10_000;

/** What 10 s may be off by: 5 %, or one read of 64 KiB if that is more. */
const promise = (rate: number) => Math.max(rate * 10 * 0.05, 64 * KIB);

function bucketOf(rate: number | null, clock: Clock = systemClock): Bucket {
  const bucket = new Bucket(clock, rate);
  onTestFinished(() => bucket.close());
  return bucket;
}

/** A download that the test stops when it has seen enough. */
function start(at: Scene, options: GetOptions) {
  const stop = new AbortController();
  const flow = new Flow();
  const job = at.get({ signal: stop.signal, onJournaled: flow.onJournaled, ...options });
  const end = async () => {
    stop.abort(new SatchelError('cancelled'));
    await expect(job.result).rejects.toMatchObject({ code: 'cancelled' });
  };
  return { ...job, flow, end };
}

describe('rule 24: speed limits', () => {
  test('eight connections together are held to the limit of their task, over every 10 s', async () => {
    const rate = 2 * MIB;
    // Seven would not come up to it.
    const at = await scene({ size: 64 * MIB, bytesPerSecond: rate / 6.5 });
    const { flow, segments, waits, end } = start(at, { connections: 8, bucket: bucketOf(rate) });
    const { at: from } = await flow.until(() => segments().length === 8);
    await flow.after(WINDOW_MS + 500);
    expect(Math.abs(flow.worst(rate * 10, WINDOW_MS, from))).toBeLessThan(promise(rate));
    expect(flow.between(from, from + WINDOW_MS)).toBeGreaterThan(0);
    expect(waits).toEqual([]);
    await end();
  }, 40_000);

  test('tasks with limits of their own are held to theirs and together to that of all', async () => {
    const shared = bucketOf(512 * KIB);
    const at = await scene({ size: 64 * MIB });
    at.server.serve('/b.bin', { content: at.content });
    const small = start(at, { shared, connections: 4, bucket: bucketOf(128 * KIB) });
    const large = start(at, { shared, connections: 4, bucket: bucketOf(MIB), path: '/b.bin' });
    await Promise.all([small, large].map(({ flow }) => flow.until(({ received }) => received > 0)));
    const from = performance.now();
    await Promise.all([small, large].map(({ flow }) => flow.after(WINDOW_MS)));
    const [little, much] = [small, large].map(({ flow }) => flow.between(from, from + WINDOW_MS));
    expect(Math.abs((little ?? 0) - 1280 * KIB)).toBeLessThan(promise(128 * KIB));
    expect(Math.abs((much ?? 0) - 3840 * KIB)).toBeLessThan(promise(384 * KIB));
    await Promise.all([small.end(), large.end()]);
  }, 40_000);

  test('a limit changed while it runs holds at once, in both directions', async () => {
    const at = await scene({ size: 28 * MIB, bytesPerSecond: 1.5 * MIB });
    const bucket = bucketOf(null);
    const { flow, segments, waits, result } = start(at, { connections: 8, bucket });
    await flow.until(() => segments().length === 8);
    bucket.setRate(32 * KIB);
    // What had come before is being written.
    const { at: low } = await flow.after(200);
    await flow.after(WINDOW_MS);
    const slow = flow.between(low, low + WINDOW_MS);
    expect(Math.abs(slow - 320 * KIB)).toBeLessThan(promise(32 * KIB));
    bucket.setRate(4 * MIB);
    const high = performance.now();
    await flow.after(1000);
    expect(Math.abs(flow.between(high, high + 1000) - 4 * MIB)).toBeLessThan(MIB);
    bucket.setRate(null);
    const free = performance.now();
    await result;
    await at.demandWhole();
    const seconds = (performance.now() - free) / 1000;
    expect((28 * MIB - flow.between(0, free)) / seconds).toBeGreaterThan(4.5 * MIB);
    expect(waits).toEqual([]);
  }, 40_000);

  test('what there is no turn for is left to the server', async () => {
    const clock = new FakeClock();
    const at = await scene({ size: 64 * MIB });
    const { received, segments, end } = start(at, { clock, bucket: bucketOf(64 * KIB, clock) });
    await eventually(() => segments().length === 1);
    await passTime(clock, 10, () => received() >= 256 * KIB);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(4000);
    // What the two systems' buffers and ours hold, which is far from all of it.
    expect(at.server.sentTotal).toBeLessThan(32 * MIB);
    await end();
  });

  test.each([
    ['of unknown length', { name: 'chunked' }],
    ['that is decoded', { name: 'content-encoding', encoding: 'gzip' }],
  ] as const)('a body %s comes whole through a limit', async (_, fault) => {
    const clock = new FakeClock();
    const at = await scene({ size: 500 * KIB });
    misbehave(at, fault);
    const { result } = at.get({ clock, bucket: bucketOf(100 * KIB, clock), timeoutMs: 60_000 });
    let done = false;
    void result.finally(() => {
      done = true;
    });
    await passTime(clock, 5, () => done);
    expect(at.server.happened(fault.name)).toBe(1);
    expect(clock.monotonic()).toBeGreaterThan(4700);
    await at.demandWhole();
  });
});

describe('rule 24: what a limit makes slow is not slow', () => {
  test('a pause longer than the time-out is no stall (rule 4)', async () => {
    const clock = new FakeClock();
    const at = await scene({ size: MIB });
    const bucket = bucketOf(KIB, clock);
    const { received, segments, waits, end } = start(at, { clock, bucket, timeoutMs: 500 });
    await eventually(() => segments().length === 1);
    await passTime(clock, 20, () => received() >= 20 * KIB || waits.length > 0);
    expect(waits).toEqual([]);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(20_000);
    expect(at.asked()).toHaveLength(1);
    await end();
  });

  test('a connection without a byte is one under a limit too', async () => {
    const clock = new FakeClock();
    const at = await scene({ size: MIB });
    misbehave(at, { name: 'stall', after: 64 * KIB, times: 1 });
    const { waits, segments, result } = at.get({ clock, bucket: bucketOf(MIB, clock), timeoutMs: 5000 });
    await eventually(() => segments().length === 1);
    let done = false;
    void result.finally(() => {
      done = true;
    });
    await passTime(clock, 5, () => done);
    expect(at.server.happened('stall')).toBe(1);
    expect(waits).toMatchObject([{ error: { code: 'timeout' } }]);
    await at.demandWhole();
  });

  test('a slow connection is not replaced while the limit is what counts (rule 23)', async () => {
    const clock = new FakeClock();
    const at = await scene({ size: 64 * MIB, bytesPerSecond: 4 * MIB });
    misbehave(at, { name: 'slow', bytesPerSecond: 16 * KIB, when: ({ n }) => n === 2 });
    const bucket = bucketOf(null, clock);
    const options = { clock, bucket, connections: 2, timeoutMs: 3_600_000 };
    const { received, segments, end } = start(at, options);
    await passTime(clock, 1, () => at.server.happened('slow') === 1 && segments().length === 2);
    // Fake time passes much faster than the server's: 1 s of it is soon over.
    bucket.setRate(16 * KIB);
    const limitedAt = clock.monotonic();
    const enough = received() + 30 * 16 * KIB;
    await passTime(clock, 1, () => received() >= enough);
    const seconds = (clock.monotonic() - limitedAt) / 1000;
    expect(seconds).toBeGreaterThan(20);
    // It was the limit, and not the server, that was slow: that one would take 30 s of real time, which are hours of this.
    expect(seconds).toBeLessThan(300);
    expect(at.asked()[1]).toMatchObject({ ended: 'open' });
    await end();
  });

  test('more connections are not opened where they bring nothing', async () => {
    const clock = new FakeClock();
    const at = await scene({ size: 64 * MIB });
    const bucket = bucketOf(MIB, clock);
    const { received, end } = start(at, { clock, bucket, connections: 8, timeoutMs: 3_600_000 });
    await passTime(clock, 2, () => received() > 12 * MIB);
    expect(at.asked().map(({ path }) => path)).toEqual([PATH]);
    await end();
  });
});
