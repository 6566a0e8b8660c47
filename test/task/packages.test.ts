import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import type { Message } from '../../main/contract/events.ts';
import type { FileResult } from '../../main/task/file-job.ts';
import type { Memory } from '../../main/task/keeper.ts';
import { Manager, type ManagerOptions } from '../../main/task/manager.ts';
import { newFileRecord, newItem, newPackageRecord } from '../../main/task/new-record.ts';
import type { PackageControl, PackageListener } from '../../main/task/package-job.ts';
import type { TaskRecord } from '../../main/task/record.ts';
import type { Slot } from '../../main/task/slots.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { scene } from './store-kit.ts';

/** A run of a package that begins an item for each slot it is given, and does nothing else by itself. */
class ScriptedPackage implements PackageControl {
  readonly record: TaskRecord;
  readonly listener: PackageListener;
  readonly signal: AbortSignal;
  readonly slots = new Map<string, Slot>();
  readonly end = Promise.withResolvers<FileResult>();
  /** Ids of the items to be begun, in their order. */
  queue: string[];
  lists = 0;

  constructor(record: TaskRecord, listener: PackageListener, signal: AbortSignal) {
    this.record = record;
    this.listener = listener;
    this.signal = signal;
    this.queue = record.items.filter(({ state }) => state !== 'done').map(({ id }) => id);
    signal.addEventListener('abort', () => this.end.reject(signal.reason));
    listener.onControl(this);
    this.slotFree();
  }

  slotFree(): void {
    for (let slot = this.#next(); slot; slot = this.#next()) {
      const id = this.queue.shift() ?? '';
      this.slots.set(id, slot);
      this.listener.item(id).onState('running', null);
    }
  }

  #next(): Slot | null {
    return this.queue.length > 0 ? this.listener.takeSlot() : null;
  }

  listChanged(): void {
    this.lists += 1;
  }

  /** Ends an item as run-package does. */
  item(id: string, state: 'done' | 'failed', error: SatchelError | null = null): void {
    this.listener.item(id).onState(state, error);
    this.slots.get(id)?.release();
    this.slots.delete(id);
    this.slotFree();
  }

  finish(): void {
    this.end.resolve({ path: `/d/${this.record.name}`, bytes: 1, already: false });
  }
}

interface Bench {
  readonly clock: FakeClock;
  readonly manager: Manager;
  readonly messages: Message[];
  readonly packages: ScriptedPackage[];
  /** Files that were begun, with what ends each. */
  readonly files: { readonly record: TaskRecord; readonly finish: () => void }[];
  events(): string[];
  settle(): Promise<void>;
}

function bench(more: Partial<ManagerOptions> & { memory?: Memory | null } = {}): Bench {
  const clock = new FakeClock();
  const messages: Message[] = [];
  const packages: ScriptedPackage[] = [];
  const files: Bench['files'] = [];
  const manager = new Manager({
    clock,
    memory: null,
    jobs: 3,
    run: (record, _, signal) => {
      const end = Promise.withResolvers<FileResult>();
      signal.addEventListener('abort', () => end.reject(signal.reason));
      const finish = () => end.resolve({ path: `/d/${record.id}`, bytes: 1, already: false });
      files.push({ record, finish });
      return end.promise;
    },
    runPackage: (record, listener, signal) => {
      const run = new ScriptedPackage(record, listener, signal);
      packages.push(run);
      return run.end.promise;
    },
    discard: async () => {},
    waitsForRoom: true,
    ...more,
  });
  manager.subscribe((message) => void messages.push(structuredClone(message)));
  manager.open();
  onTestFinished(() => manager.close());
  const settle = async () => {
    await turn();
    await turn();
  };
  const events = () => messages.flatMap((each) => (each.type === 'event' ? [each.event_type] : []));
  return { clock, manager, messages, packages, files, events, settle };
}

function packageRecord(count: number, more: Partial<TaskRecord> = {}): TaskRecord {
  const state = more.state ?? 'waiting';
  const items = Array.from({ length: count }, (_, n) =>
    newItem({ url: `https://example.org/${n}`, path: null, out: null, name: `${n}`, state }, 1000),
  );
  return newPackageRecord({ name: 'p.zip', dir: '/d', compress: 'auto', items }, 1000, more);
}

const fileRecord = (rank: number) =>
  newFileRecord({ url: `https://example.org/f${rank}`, dir: '/d', out: null }, 1000, { rank });

const NETWORK = new SatchelError('network', 'reset');
const ids = ({ items }: TaskRecord) => items.map(({ id }) => id);
const states = ({ items }: TaskRecord) => items.map(({ state }) => state);

async function begun(count: number, more: Parameters<typeof bench>[0] = {}) {
  const at = bench(more);
  const record = packageRecord(count);
  at.manager.add([record]);
  await at.settle();
  const [run] = at.packages as [ScriptedPackage];
  return { ...at, record, run, ids: ids(record) };
}

describe('slots', () => {
  test('a package alone has all of them', async () => {
    const { record } = await begun(5);
    expect(states(record)).toEqual(['running', 'running', 'running', 'waiting', 'waiting']);
  });

  test('beside other tasks it keeps one for its items, one after the other, and gives up the others', async () => {
    const { manager, settle, run, record, files, ids } = await begun(5);
    manager.add([fileRecord(1), fileRecord(2), fileRecord(3)]);
    await settle();
    expect(files).toHaveLength(0);
    for (const id of ids.slice(0, 3)) run.item(id, 'done');
    await settle();
    // Two went to the waiting tasks; its own goes on with the next item.
    expect(files).toHaveLength(2);
    expect(states(record)).toEqual(['done', 'done', 'done', 'running', 'waiting']);
    files[0]?.finish();
    await settle();
    expect([files.length, states(record)[4]]).toEqual([3, 'waiting']);
    files[1]?.finish();
    await settle();
    expect(states(record)[4]).toBe('running');
  });

  test('more of them are used at once', async () => {
    const { manager, record } = await begun(5);
    manager.setJobs(4);
    expect(states(record).filter((state) => state === 'running')).toHaveLength(4);
  });

  test('the package with the higher priority takes what is left', async () => {
    const at = bench({ jobs: 3 });
    const [low, high] = [packageRecord(4, { rank: 1 }), packageRecord(4, { rank: 2, priority: 5 })];
    at.manager.hold('both');
    at.manager.add([low, high]);
    at.manager.release('both');
    await at.settle();
    const [first] = at.packages as [ScriptedPackage];
    first.item(first.slots.keys().next().value ?? '', 'done');
    const running = (record: TaskRecord) => states(record).filter((state) => state === 'running').length;
    expect(running(low) + running(high)).toBe(3);
    expect(running(high)).toBe(2);
  });

  test('an item that waits long lends its slot, the own one too, and the next item waits for that', async () => {
    const { clock, manager, settle, run, record, files, ids } = await begun(2, { jobs: 1 });
    const slot = run.slots.get(ids[0] ?? '');
    manager.add([fileRecord(1)]);
    slot?.wait(clock.now() + 60_000);
    await settle();
    expect(files).toHaveLength(1);
    // It fails while its slot is lent: nothing of the package may run before the file is done.
    run.item(ids[0] ?? '', 'failed', NETWORK);
    await settle();
    expect(states(record)).toEqual(['failed', 'waiting']);
    files[0]?.finish();
    await settle();
    expect(states(record)).toEqual(['failed', 'running']);
  });

  test('all are given back when the package is paused, before its run has ended', async () => {
    const { manager, settle, record, files } = await begun(5);
    manager.add([fileRecord(1), fileRecord(2), fileRecord(3)]);
    manager.command([record], 'pause');
    await settle();
    expect(files).toHaveLength(3);
  });
});

describe('states', () => {
  test('of items follow the package: paused with it, waiting again, and what failed is tried again', async () => {
    const { manager, settle, run, record, ids, packages } = await begun(4);
    run.item(ids[0] ?? '', 'done');
    run.item(ids[1] ?? '', 'failed', NETWORK);
    manager.command([record], 'pause');
    await settle();
    expect(states(record)).toEqual(['done', 'failed', 'paused', 'paused']);
    expect(record.items[1]?.error).toMatchObject({ code: 'network' });
    manager.hold('look');
    manager.command([record], 'resume');
    expect(states(record)).toEqual(['done', 'waiting', 'waiting', 'waiting']);
    manager.release('look');
    await settle();
    expect(packages[1]?.slots.size).toBe(3);
  });

  test('retry asks for what failed once more; restart for everything', async () => {
    const { manager, settle, run, record, ids } = await begun(3);
    run.item(ids[0] ?? '', 'done');
    run.item(ids[1] ?? '', 'failed', NETWORK);
    run.end.reject(NETWORK);
    await settle();
    expect(record.state).toBe('failed');
    expect(states(record)).toEqual(['done', 'failed', 'waiting']);
    manager.hold('look');
    manager.command([record], 'retry');
    expect([states(record), record.items.map(({ tries }) => tries)]).toEqual([
      ['done', 'waiting', 'waiting'],
      [0, 1, 0],
    ]);
    manager.command([record], 'pause');
    manager.command([record], 'restart');
    expect(states(record)).toEqual(['waiting', 'waiting', 'waiting']);
  });

  test('the package shows that it waits only while all that runs of it does', async () => {
    const { clock, manager, run, record, ids, events } = await begun(2);
    const [a, b] = ids.map((id) => run.listener.item(id));
    const at = () => manager.flightOf(record)?.live.retryAt ?? null;
    a?.onWaiting(clock.now() + 3000, NETWORK);
    expect([at(), record.error, events().includes('task.retrying')]).toEqual([null, null, false]);
    expect(record.items[0]?.error).toMatchObject({ code: 'network' });
    b?.onWaiting(clock.now() + 2000, NETWORK);
    expect(at()).toBe(clock.now() + 2000);
    expect(record.error).toMatchObject({ code: 'network' });
    expect(events()).toContain('task.retrying');
    b?.onDelivering();
    expect([at(), record.error]).toEqual([null, null]);
    expect(record.items[0]?.error).toMatchObject({ code: 'network' });
    run.item(ids[1] ?? '', 'done');
    expect(at()).toBe(clock.now() + 3000);
  });

  test('no room pauses the package, and is no failure of the item', async () => {
    const { settle, run, record, ids, events } = await begun(2);
    const full = new SatchelError('disk-full', '/d');
    run.item(ids[0] ?? '', 'failed', full);
    run.end.reject(full);
    await settle();
    expect([record.state, record.error?.code]).toEqual(['paused', 'disk-full']);
    expect(states(record)).toEqual(['paused', 'paused']);
    expect(events()).not.toContain('item.failed');
  });

  test('what an earlier run still says is void', async () => {
    const { manager, settle, run, record, ids } = await begun(2);
    manager.command([record], 'pause');
    await settle();
    manager.hold('stay');
    manager.command([record], 'resume');
    const before = JSON.stringify(record);
    run.listener.item(ids[0] ?? '').onState('done', null);
    run.listener.item(ids[0] ?? '').onJournaled(77);
    run.listener.onPlace({ folder: '/x', name: 'x', journalId: 'x' });
    expect(JSON.stringify(record)).toBe(before);
    expect(run.listener.takeSlot()).toBeNull();
  });
});

describe('a change of items', () => {
  test('is told to the run, also when that could not be reached yet', async () => {
    const at = bench({
      runPackage: async (record, listener, signal) => {
        await gate.promise;
        const run = new ScriptedPackage(record, listener, signal);
        at.packages.push(run);
        return run.end.promise;
      },
    });
    const gate = Promise.withResolvers<void>();
    const record = packageRecord(2);
    at.manager.add([record]);
    await at.settle();
    at.manager.changeItems(record, () => void record.items.pop());
    gate.resolve();
    await at.settle();
    expect(at.packages[0]?.lists).toBe(1);
    at.manager.changeItems(record, () => {});
    expect(at.packages[0]?.lists).toBe(2);
  });

  test('that cannot be remembered changes nothing, tells nothing', async () => {
    let full = false;
    const memory = {
      save: () => {
        if (full) throw new SatchelError('disk-full', 'the data folder');
      },
    };
    const { manager, record, run, ids, events } = await begun(3, { memory });
    run.listener.item(ids[1] ?? '').onFacts({ received: 0, total: 100, resumable: true, etag: null });
    run.listener.item(ids[1] ?? '').onJournaled(60);
    manager.flush();
    const [before, told] = [JSON.stringify(record), events().length];
    full = true;
    expect(() => manager.changeItems(record, () => void record.items.splice(1, 1))).toThrow(SatchelError);
    expect([JSON.stringify(record), events().length, run.lists]).toEqual([before, told, 0]);
    expect(manager.show(record).received).toBe(60);
    full = false;
    manager.changeItems(record, () => void record.items.splice(1, 1));
    expect(events().slice(-2)).toEqual(['task.rewound', 'task.changed']);
    expect(manager.show(record).received).toBe(0);
  });

  test('leaves sums right, whatever comes and goes', async () => {
    const { manager, record, run, ids } = await begun(3);
    for (const [n, id] of ids.entries()) {
      run.listener.item(id).onFacts({ received: n, total: 100, resumable: true, etag: null });
      run.listener.item(id).onJournaled(10);
    }
    expect(manager.show(record)).toMatchObject({ received: 33, total: 300 });
    const extra = packageRecord(1).items[0];
    manager.changeItems(record, () => void (extra && record.items.push(extra)));
    expect(manager.show(record)).toMatchObject({ received: 33, total: null, progress: null });
    manager.changeItems(record, () => void record.items.splice(0, 1));
    run.listener.item(ids[2] ?? '').onRewound(5, NETWORK);
    expect(manager.show(record)).toMatchObject({ received: 16, total: null });
    manager.changeItems(record, () => void record.items.pop());
    expect(manager.show(record)).toMatchObject({ received: 16, total: 200 });
  });
});

describe('what is remembered', () => {
  test('of a running package comes back waiting, with what was done of it', async () => {
    const at = await scene();
    const { record, run, ids, manager } = await begun(3, { memory: at.store });
    run.listener.item(ids[0] ?? '').onFacts({ received: 70, total: 70, resumable: true, etag: null });
    run.item(ids[0] ?? '', 'done');
    await manager.close();
    const store = await at.again();
    const [loaded] = store.load() as [TaskRecord];
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(record));
    const next = bench({ memory: store });
    next.manager.hold('look');
    next.manager.load([loaded]);
    expect([loaded.state, states(loaded)]).toEqual(['waiting', ['done', 'waiting', 'waiting']]);
    await next.manager.close();
  });

  test('only what has changed of 10,000 items is written, and looking at them takes no time', async () => {
    const at = await scene();
    const saved: number[] = [];
    const memory: Memory = {
      save: (change) => {
        saved.push([...(change.items?.values() ?? [])].reduce((sum, items) => sum + items.size, 0));
        if (change.tasks?.length !== change.items?.size) saved.push(Number.POSITIVE_INFINITY);
        at.store.save(change);
      },
    };
    const { record, run, ids, manager, clock } = await begun(10_000, { memory, jobs: 100 });
    for (const id of ids) {
      run.listener.item(id).onFacts({ received: 0, total: 10, resumable: true, etag: null });
    }
    await clock.advance(100);
    manager.flush();
    saved.length = 0;
    const startedAt = performance.now();
    for (const id of ids.slice(0, 1000)) {
      run.listener.item(id).onJournaled(10);
      run.item(id, 'done');
      await clock.advance(1);
    }
    const took = performance.now() - startedAt;
    const seen = saved.splice(0);
    await manager.close();
    expect(seen.length).toBeGreaterThan(10);
    expect(Math.max(...seen)).toBeLessThan(200);
    expect(manager.show(record)).toMatchObject({ received: 10_000, total: 100_000 });
    const [loaded] = (await at.again()).load() as [TaskRecord];
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(record));
    // Each look at all of them takes about 0.2 ms, and there are five for each item: 1 s and more.
    expect(took).toBeLessThan(1000);
  }, 20_000);
});

test('in a command that leaves out what fails the package does not fail', async () => {
  const { run, record, ids, messages } = await begun(2, { leavesOut: true });
  run.item(ids[0] ?? '', 'failed', new SatchelError('not-found', 'HTTP 404'));
  expect(record.items[0]?.leftOut).toBe('There is no such file on the server (not-found): HTTP 404');
  expect(run.lists).toBe(1);
  const told = messages.find((each) => each.type === 'event' && each.event_type === 'item.failed');
  expect(told).toMatchObject({ payload: { itemId: ids[0], name: '0', error: { code: 'not-found' } } });
});
