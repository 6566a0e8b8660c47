import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { EventType } from '../../main/contract/events.ts';
import { Content } from '../kit/content.ts';
import { EngineProcess } from '../kit/engine-process.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { Hook } from '../kit/hook.ts';
import { seeded } from '../kit/random.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { type Kept, keptIn, wronglyTold } from '../kit/told.ts';
import type { Death, Moment } from './dying-engine.ts';

const KILLS = 24;
const DYING = join(import.meta.dirname, 'dying-engine.ts');
const SEED = 20_261_123;
const PATHS = 12;

/** Which event says that a command was obeyed. */
const SAYS = {
  'tasks.pause': 'task.paused',
  'tasks.resume': 'task.resumed',
  'tasks.retry': 'task.resumed',
  'tasks.restart': 'task.resumed',
  'tasks.remove': 'task.removed',
} as const;
type Command = keyof typeof SAYS;

class Storm {
  readonly folder: string;
  readonly dataDir: string;
  readonly downloads: string;
  readonly hook: Hook;
  readonly #source: FaultServer;
  readonly #random = seeded(SEED);
  /** By task, how often an event must have been. */
  readonly #answered = new Map<string, Map<EventType, number>>();
  unanswered = 0;

  constructor(folder: string, hook: Hook, source: FaultServer) {
    this.folder = folder;
    this.dataDir = join(folder, 'data');
    this.downloads = join(folder, 'downloads');
    this.hook = hook;
    this.#source = source;
  }

  /**
   * A life of the engine: the storm blows over it until it is killed in its midst, by us or, for a moment that nobody
   * outside could hit, by itself.
   */
  async live(byItself: boolean): Promise<void> {
    const { dataDir, downloads } = this;
    if (!byItself) return this.#blow(await EngineProcess.start(dataDir, downloads));
    const at = this.#pick<Moment>(['begin', 'commit', 'statement']) ?? 'commit';
    const after = Math.floor(this.#random() * (at === 'statement' ? 200 : 40));
    writeFileSync(join(this.folder, 'death'), JSON.stringify({ at, after } satisfies Death));
    // It may not even come to life.
    const engine = await EngineProcess.start(dataDir, downloads, DYING).catch(() => null);
    if (engine) await this.#blow(engine);
  }

  async #blow(engine: EngineProcess): Promise<void> {
    const acts: Promise<void>[] = [];
    const count = 5 + Math.floor(this.#random() * 25);
    for (let i = 0; i < count; i += 1) {
      acts.push(this.#act(engine));
      // Some one after the other, some all at once.
      if (this.#random() < 0.5) await acts.at(-1);
    }
    const moment = this.#random();
    if (moment < 0.3) await Promise.race(acts);
    // Listeners hear of most events right after they were written down, and of the others right before.
    if (moment > 0.5) {
      const at = engine.events.length + 1 + Math.floor(this.#random() * 4);
      const seen = engine.until(() => engine.events.length >= at).catch(() => {});
      await Promise.race([seen, setTimeout(500)]);
    }
    await engine.kill();
    await Promise.all(acts);
  }

  async #act(engine: EngineProcess): Promise<void> {
    const id = this.#pick([...this.#answered.keys()]);
    const command = this.#pick<Command | 'tasks.add'>(['tasks.add', 'tasks.add', ...COMMANDS]);
    if (id === undefined || command === undefined || command === 'tasks.add') {
      const url = this.#source.url(`/${Math.floor(this.#random() * PATHS)}.bin`);
      const answer = await engine.call('tasks.add', { url });
      if (answer === null) this.unanswered += 1;
      if (answer?.ok) this.#owe(answer.value.task.id, 'task.added');
      return;
    }
    const answer = await engine.call(command, { id });
    if (answer === null) this.unanswered += 1;
    if (answer?.ok) this.#owe(id, SAYS[command]);
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.#random() * all.length)];
  }

  #owe(id: string, type: EventType): void {
    const owed = this.#answered.get(id) ?? new Map<EventType, number>();
    owed.set(type, (owed.get(type) ?? 0) + 1);
    this.#answered.set(id, owed);
  }

  kept(): Kept {
    return keptIn(this.dataDir, join(this.folder, 'copy'));
  }

  check(kept: Kept): void {
    expect(wronglyTold(kept, this.hook.heard, this.#answered)).toEqual([]);
  }
}

const COMMANDS = Object.keys(SAYS) as Command[];

/** Until nothing runs and nothing is to be told any more. */
async function quiet(engine: EngineProcess, storm: Storm): Promise<void> {
  for (;;) {
    const answer = await engine.call('tasks.list', { limit: 1000 });
    const tasks = answer?.ok ? answer.value.tasks : [];
    const busy = tasks.some(({ state }) => state === 'waiting' || state === 'running');
    if (!busy && storm.hook.thanked.size === storm.hook.heard.length && outboxIsEmpty(storm)) return;
    // Looked at all the time, it would have no time left for what is waited for.
    await setTimeout(20);
  }
}

function outboxIsEmpty({ dataDir }: Storm): boolean {
  const open = new DatabaseSync(join(dataDir, 'satchel.db'), { readOnly: true });
  const first = open.prepare('SELECT seq FROM outbox LIMIT 1').get();
  open.close();
  return first === undefined;
}

test('killed in storms of tasks and of events, it tells of everything that happened, in order, and of nothing else', async () => {
  const source = await FaultServer.start();
  onTestFinished(() => source.close());
  for (let i = 0; i < PATHS; i += 1) {
    const faults = i % 4 === 0 ? [{ name: 'status' as const, status: 404 }] : [];
    source.serve(`/${i}.bin`, { content: new Content(i, 50_000 + i * 20_000), faults });
  }
  const hook = await Hook.open(seeded(SEED + 1));
  onTestFinished(() => hook.close());
  const storm = new Storm(await tempFolder(), hook, source);
  const { dataDir, downloads } = storm;
  const first = await EngineProcess.start(dataDir, downloads);
  await first.call('settings.update', { proxy: 'none', retries: 0, jobs: 4, webhooks: [{ url: hook.url }] });
  await first.close();
  let left = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    await storm.live(kill % 2 === 1);
    const kept = storm.kept();
    left += kept.outbox.length;
    storm.check(kept);
  }
  const engine = await EngineProcess.start(dataDir, downloads);
  await quiet(engine, storm);
  await engine.close();
  storm.check(storm.kept());
  expect(new Set(hook.heard.map(({ event_id }) => event_id))).toEqual(hook.thanked);
  // It was as bad as it was meant to be.
  expect(storm.unanswered).toBeGreaterThan(5);
  expect(left).toBeGreaterThan(20);
  expect(hook.refused).toBeGreaterThan(5);
  expect(hook.again).toBeGreaterThan(5);
  expect(hook.heard.length).toBeGreaterThan(100);
}, 180_000);
