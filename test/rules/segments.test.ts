import { readdir, stat } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HostSlot, Hosts } from '../../main/transfer/hosts.ts';
import { Lane } from '../../main/transfer/lane.ts';
import { Ramp } from '../../main/transfer/ramp.ts';
import { type Stripe, StripeBoard } from '../../main/transfer/stripes.ts';
import { systemClock } from '../../main/world/clock.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { eventually, MIB, misbehave, PATH, passTime, scene } from './scene.ts';

/** A random run of a board: connections take, fetch, extend, split and give back, until all is fetched. */
const step = fc.record({
  who: fc.nat(7),
  what: fc.constantFrom('take', 'fetch', 'fetch', 'fetch', 'extend', 'split', 'give back'),
  much: fc.integer({ min: 1, max: 20 * MIB }),
});

function play(total: number, steps: readonly { who: number; what: string; much: number }[]) {
  const board = new StripeBoard([{ start: 0, end: total }], { minSplit: MIB });
  const lanes: (Stripe | null)[] = Array.from({ length: 8 }, () => null);
  const fetched: { start: number; end: number }[] = [];
  const act = (who: number, what: string, much: number) => {
    const stripe = lanes[who] ?? null;
    if (what === 'take' && !stripe) lanes[who] = board.take(much, 8);
    if (what === 'split' && !stripe) lanes[who] = board.split(() => much / 8);
    if (!stripe) return;
    if (what === 'fetch') {
      const end = Math.min(stripe.end, stripe.at + much);
      if (end > stripe.at) fetched.push({ start: stripe.at, end });
      stripe.at = end;
    }
    if (what === 'extend') board.extend(stripe, much, 8);
    if (what === 'give back' || stripe.at === stripe.end) {
      board.giveBack(stripe);
      lanes[who] = null;
    }
  };
  const check = () => {
    const open = [...board.active];
    const furthest = Math.max(...open.map(({ end }) => end));
    const lowest = Math.min(...open.map(({ at }) => at));
    return furthest - lowest;
  };
  const widths: number[] = [];
  for (const { who, what, much } of steps) {
    act(who, what, much);
    if (board.active.size > 0) widths.push(check());
  }
  for (let guard = 0; !board.finished && guard < 10_000; guard++) {
    for (let who = 0; who < 8; who++) act(who, lanes[who] ? 'fetch' : 'take', 64 * MIB);
  }
  return { board, fetched, widths };
}

/** Tells how many connections were given out at once. */
class CountedHosts extends Hosts {
  given = 0;
  most = 0;

  override async acquire(host: string, signal: AbortSignal): Promise<HostSlot | null> {
    return this.#counted(await super.acquire(host, signal));
  }

  override tryAcquire(host: string): HostSlot | null {
    return this.#counted(super.tryAcquire(host));
  }

  #counted(slot: HostSlot | null): HostSlot | null {
    if (!slot) return null;
    this.given += 1;
    this.most = Math.max(this.most, this.given);
    let given = 1;
    return {
      release: () => {
        this.given -= given;
        given = 0;
        slot.release();
      },
    };
  }
}

describe('rule 20: in place, at final offsets', () => {
  test('there is one partial file and its journal, and nothing is written ahead of its bytes', async () => {
    const at = await scene({ size: 8 * MIB });
    const gate = at.server.gate(PATH, 3 * MIB);
    const { result, received } = at.get();
    await gate.reached;
    await eventually(() => received() === 3 * MIB);
    expect((await stat(`${at.file}.part`)).size).toBe(3 * MIB);
    expect((await readdir(at.folder)).sort()).toEqual(['a.bin.part', 'a.bin.satchel']);
    gate.release();
    await result;
    await at.demandWhole();
  });
});

describe('rule 21: stripes in offset order', () => {
  test('whatever connections do, every byte is fetched exactly once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 * MIB }),
        fc.array(step, { maxLength: 120 }),
        (total, steps) => {
          const { board, fetched } = play(total, steps);
          expect(board.finished).toBe(true);
          const sorted = fetched.toSorted((a, b) => a.start - b.start);
          expect(sorted.map(({ start }) => start)).toEqual([0, ...sorted.slice(0, -1).map(({ end }) => end)]);
          expect(sorted.at(-1)?.end).toBe(total);
        },
      ),
    );
  });

  test('no connection begins further than 64 MiB from the lowest open byte, and stripes are at most 16 MiB', () => {
    const board = new StripeBoard([{ start: 0, end: 1024 * MIB }], { minSplit: MIB });
    const stripes: Stripe[] = [];
    for (let stripe = board.take(100 * MIB, 4); stripe; stripe = board.take(100 * MIB, 4))
      stripes.push(stripe);
    expect(stripes.map(({ end, start }) => end - start)).toEqual([16, 16, 16, 16].map((n) => n * MIB));
    const [first] = stripes;
    if (first) first.at += MIB;
    expect(board.take(100 * MIB, 4)?.start).toBe(64 * MIB);
    const alone = new StripeBoard([{ start: 0, end: 1024 * MIB }], { minSplit: MIB });
    expect(alone.take(100 * MIB, 1)).toMatchObject({ start: 0, end: 16 * MIB });
  });

  test('a slow connection is given little, so that it does not keep the tail', () => {
    const board = new StripeBoard([{ start: 0, end: 1024 * MIB }], { minSplit: MIB });
    expect(board.take(0, 8)).toMatchObject({ start: 0, end: MIB });
    expect(board.take(MIB / 2, 8)).toMatchObject({ start: MIB, end: 3 * MIB });
  });

  test('connections are kept alive over stripes, and ask for bounded ranges', async () => {
    const at = await scene({ size: 24 * MIB, bytesPerSecond: 8 * MIB });
    await at.get({ connections: 4 }).result;
    await at.demandWhole();
    const extra = at.asked().slice(1);
    for (const { range } of extra) expect(range).toMatch(/^bytes=\d+-\d+$/);
    // Most of the file is still free then; an open end would ask for all of it.
    expect(extra[0]?.range).not.toMatch(/-25165823$/);
    expect(new Set(extra.map(({ socket }) => socket)).size).toBeLessThan(extra.length);
    expect(at.server.peakOpenRequests).toBeGreaterThan(2);
    // Four connections, each of which may be followed by its successor where a busy machine makes the way long.
    expect(at.server.peakOpenRequests).toBeLessThanOrEqual(8);
  });

  test('on a long way, the next stripe is asked for just before the last one ends, within what is allowed', async () => {
    const lane = new Lane({ release: () => {} }, 0);
    lane.begin(new AbortController().signal, 0);
    lane.stripe = { start: 0, at: 0, end: 1000 };
    lane.promisedEnd = 1000;
    for (let now = 100; now <= 900; now += 100) {
      lane.got(100, now);
      lane.stripe.at += 100;
    }
    expect(lane.answerMs).toBe(100);
    expect([50, 200].map((ms) => lane.endsWithin(ms, 900))).toEqual([false, true]);
    // An answer that runs on into the next stripe needs no asking.
    lane.promisedEnd = 5000;
    expect(lane.endsWithin(200, 900)).toBe(false);
    const at = await scene({ size: 12 * MIB, bytesPerSecond: 4 * MIB, firstByteDelayMs: 100 });
    await at.get({ connections: 2 }).result;
    await at.demandWhole();
    expect(at.server.peakOpenRequests).toBe(2);
  });

  test('the first response runs on through stripes until it meets one already taken', async () => {
    const at = await scene({ size: 12 * MIB, bytesPerSecond: 8 * MIB });
    await at.get({ connections: 1 }).result;
    await at.demandWhole();
    expect(at.asked().map(({ range, sent }) => [range, sent])).toEqual([['bytes=0-', 12 * MIB]]);
  });

  test('all tasks together open no more connections to a host than it is given', async () => {
    const hosts = new CountedHosts(systemClock, 3);
    const at = await scene({ size: 12 * MIB, bytesPerSecond: 8 * MIB });
    at.server.serve('/b.bin', { content: at.content, bytesPerSecond: 8 * MIB });
    const both = [PATH, '/b.bin'].map((path) => at.get({ hosts, connections: 8, path }));
    await Promise.all(both.map(({ result }) => result));
    await at.demandWhole();
    expect(hosts.most).toBeGreaterThan(1);
    expect(hosts.most).toBeLessThanOrEqual(3);
    expect(hosts.given).toBe(0);
  });

  test('slow start goes 1 → 2 → 4 → 8 while each step brings gain, and takes back a step that does not', () => {
    const ramp = new Ramp(8);
    const seen: number[] = [];
    let bytes = 0;
    const run = (from: number, rate: (connections: number) => number) => {
      for (let now = from; now < from + 2000; now += 50) {
        bytes += rate(ramp.allowed) * 50;
        ramp.observe(now, bytes, ramp.allowed, 10);
        if (seen.at(-1) !== ramp.allowed) seen.push(ramp.allowed);
      }
    };
    run(0, (connections) => connections * 1000);
    expect(seen).toEqual([1, 2, 4, 8]);
    const flat = new Ramp(8);
    const steps: number[] = [];
    for (let now = 0, sum = 0; now < 2500; now += 50) {
      sum += 50_000;
      flat.observe(now, sum, flat.allowed, 10);
      if (steps.at(-1) !== flat.allowed) steps.push(flat.allowed);
    }
    expect(steps).toEqual([1, 2, 1]);
  });

  test('a small file is fetched over one connection', async () => {
    const at = await scene({ size: 3 * MIB, bytesPerSecond: 4 * MIB });
    await at.get({ connections: 8, minSplit: 2 * MIB }).result;
    await at.demandWhole();
    expect(at.asked()).toHaveLength(1);
  });
});

describe('rule 22: splitting the tail', () => {
  const board = (end: number) => {
    const made = new StripeBoard([{ start: 0, end }], { minSplit: MIB });
    const stripe = made.take(0, 1) as Stripe;
    while (made.extend(stripe, 0, 1));
    return { made, stripe };
  };

  test('takes half of the part with the longest time to finish', () => {
    const { made, stripe } = board(16 * MIB);
    expect(made.split(() => MIB)).toMatchObject({ start: 8 * MIB, end: 16 * MIB });
    expect(stripe.end).toBe(8 * MIB);
  });

  test('of two parts the one that would take longest, not the largest or the last', () => {
    const made = new StripeBoard([{ start: 0, end: 24 * MIB }], { minSplit: MIB });
    const short = made.take(2 * MIB, 1) as Stripe;
    const long = made.take(4 * MIB, 1) as Stripe;
    const last = made.take(4 * MIB, 1) as Stripe;
    const speeds = new Map([
      [short, MIB / 2],
      [long, MIB / 8],
      [last, MIB],
    ]);
    const half = made.split((stripe) => speeds.get(stripe) ?? 0);
    expect(half?.start).toBe(long.end);
  });

  test('not where 2 s or 1 MiB or less remain', () => {
    expect(board(16 * MIB).made.split(() => 8 * MIB)).toBeNull();
    expect(board(MIB).made.split(() => 1)).toBeNull();
  });

  test('never takes what its victim may still take without asking', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2 * MIB, max: 64 * MIB }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (end, part) => {
          const { made, stripe } = board(end);
          stripe.at = Math.floor(end * part);
          const { at } = stripe;
          const half = made.split(() => 1000);
          if (half) expect(half.start).toBeGreaterThanOrEqual(at + 256 * 1024);
          expect(half?.start ?? end).toBe(stripe.end);
        },
      ),
    );
  });

  test('a slow last part is shared by the others', async () => {
    const at = await scene({ size: 40 * MIB, bytesPerSecond: 16 * MIB });
    misbehave(at, { name: 'slow', bytesPerSecond: MIB / 2, when: ({ n }) => n === 2 });
    await at.get({ connections: 4 }).result;
    await at.demandWhole();
    expect(at.server.happened('slow')).toBe(1);
    const slow = at.asked()[1];
    const [, first, last] = slow?.range?.match(/=(\d+)-(\d+)/) ?? [];
    expect(slow?.sent).toBeLessThan(Number(last) - Number(first) - MIB / 2);
  });
});

describe('rule 23: a connection far slower than its siblings', () => {
  const slot = { release: () => {} };

  test('is replaced after 10 s below a quarter of their median', () => {
    const lane = new Lane(slot, 0);
    const signal = lane.begin(new AbortController().signal, 0);
    for (let now = 0; now <= 9_900; now += 100) {
      lane.got(1000, now);
      lane.replaceIfSlow([100_000, 120_000, 90_000], now);
    }
    expect(signal.aborted).toBe(false);
    for (let now = 10_000; now <= 10_500; now += 100) {
      lane.got(1000, now);
      lane.replaceIfSlow([100_000, 120_000, 90_000], now);
    }
    expect(signal.aborted).toBe(true);
    expect(lane.replaced).toBe(true);
  });

  test('is left alone when it is only somewhat slower, or recovers', () => {
    const lane = new Lane(slot, 0);
    const signal = lane.begin(new AbortController().signal, 0);
    for (let now = 0; now <= 30_000; now += 100) {
      lane.got(4000, now);
      lane.replaceIfSlow([100_000, 120_000, 90_000], now);
    }
    expect(signal.aborted).toBe(false);
  });

  test('is replaced in a running download', async () => {
    const clock = new FakeClock();
    const at = await scene({ size: 24 * MIB, bytesPerSecond: 4 * MIB });
    misbehave(at, { name: 'slow', bytesPerSecond: 16 * 1024, when: ({ n }) => n === 2 });
    const { result, received } = at.get({ clock, connections: 2, timeoutMs: 3_600_000 });
    const slow = () => at.asked()[1];
    await passTime(clock, 1, () => (slow()?.ended ?? 'open') !== 'open' || received() > 20 * MIB);
    expect(at.server.happened('slow')).toBe(1);
    expect(slow()?.ended).toBe('aborted-by-client');
    expect(slow()?.sent).toBeLessThan(MIB / 4);
    let done = false;
    void result.finally(() => {
      done = true;
    });
    await passTime(clock, 1, () => done);
    await at.demandWhole();
  });
});
