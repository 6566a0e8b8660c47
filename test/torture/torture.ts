import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as passes } from 'node:timers/promises';
import type { EventMessage } from '../../main/contract/events.ts';
import { EngineProcess } from '../kit/engine-process.ts';
import { Hook } from '../kit/hook.ts';
import { seeded } from '../kit/random.ts';
import { keptIn, wronglyTold } from '../kit/told.ts';
import { Acts } from './acts.ts';
import { Decoys } from './decoys.ts';
import { finish } from './finish.ts';
import { type Life, listOf } from './life.ts';
import { Network } from './network.ts';
import { Refetches } from './refetches.ts';
import { Roll } from './roll.ts';
import type { Scene } from './scene.ts';
import { ServedLife } from './served-life.ts';
import { Tally } from './tally.ts';
import { Troubles } from './troubles.ts';

export interface Plan {
  /** Empty. */
  readonly folder: string;
  readonly seed: number;
  /** Lives go on until this says no more; the one under way ends. */
  readonly goesOn: (lives: number) => boolean;
  /** Unfinished tasks at a time. */
  readonly tasks: number;
}

export interface Report {
  /** Empty when every promise was kept. */
  readonly broken: readonly string[];
  readonly tally: Tally;
  /** What happened to tasks, as it was told. */
  readonly told: readonly EventMessage[];
}

const CHILD = join(import.meta.dirname, 'tortured-child.ts');

/**
 * A life after the other of the task manager over a network and a disk that misbehave, each ended by a kill or in good
 * order; what it finds at each start is held against what was answered, and at the end everything against every byte.
 * The seed decides what is done; what of it meets what, the system does.
 */
export async function torture(plan: Plan): Promise<Report> {
  const tally = new Tally();
  const network = await Network.open(seeded(plan.seed + 1), tally);
  const hook = await Hook.open(seeded(plan.seed + 2));
  try {
    return await new Torture(plan, network, hook, tally).run();
  } finally {
    hook.close();
    await network.server.close();
  }
}

class Torture implements Scene {
  readonly dataDir: string;
  readonly downloads: string;
  readonly network: Network;
  readonly hook: Hook;
  readonly tally: Tally;
  readonly roll: Roll;
  readonly acts: Acts;
  readonly #plan: Plan;
  readonly #random: () => number;
  readonly #troubles: Troubles;
  readonly #refetches: Refetches;

  constructor(plan: Plan, network: Network, hook: Hook, tally: Tally) {
    this.#plan = plan;
    this.#random = seeded(plan.seed);
    this.dataDir = join(plan.folder, 'data');
    this.downloads = join(plan.folder, 'downloads');
    this.network = network;
    this.hook = hook;
    this.tally = tally;
    this.roll = new Roll(network);
    this.#refetches = new Refetches(this.downloads, this.roll, tally);
    this.acts = new Acts(network, this.roll, seeded(plan.seed + 3), tally);
    this.#troubles = new Troubles(network, seeded(plan.seed + 4), tally);
  }

  async run(): Promise<Report> {
    await mkdir(this.downloads, { recursive: true });
    const decoys = await Decoys.lay(this.downloads);
    await this.#setUp();
    for (let lives = 0; this.#plan.goesOn(lives); lives += 1) {
      const when = `life ${lives + 1}`;
      const begun = this.network.server.requests.length;
      const life = lives % 4 === 3 ? await this.served() : await this.#troubled();
      const tasks = await listOf(life);
      if (tasks !== null) await this.roll.compare(tasks, when);
      await this.#live(life);
      if (life.errors !== '') this.roll.break(when, `it said: ${life.errors.slice(0, 2000)}`);
      if (life instanceof EngineProcess) this.#troubles.count(life);
      if (life.isTroubled) for (const known of this.roll.known.values()) known.metTrouble = true;
      await this.#afterwards(begun, when);
      for (const touched of await decoys.touched()) this.roll.break(when, `of the user's: ${touched}`);
    }
    const begun = this.network.server.requests.length;
    await finish(this, await this.#troubled(), decoys);
    await this.#afterwards(begun, 'at last');
    this.#refetches.judge(this.hook.heard);
    for (const [name, count] of this.network.counts()) this.tally.add(name, count);
    return { broken: this.roll.broken, tally: this.tally, told: this.hook.heard };
  }

  /** A network that is quick to be given up, and somebody who is told of everything. */
  async #setUp(): Promise<void> {
    const first = await EngineProcess.start(this.dataDir, this.downloads);
    const quick = { proxy: 'none', retries: 3, timeoutSeconds: 1.5, jobs: 8, minSplit: 64 * 1024 };
    const set = await first.call('settings.update', { ...quick, webhooks: [{ url: this.hook.url }] });
    if (!set?.ok) throw new Error(`the settings were refused: ${JSON.stringify(set)}`);
    await first.close();
  }

  #troubled(): Promise<EngineProcess> {
    return EngineProcess.start(this.dataDir, this.downloads, CHILD);
  }

  async served(): Promise<ServedLife> {
    this.tally.add('lives as a server');
    return ServedLife.start(this.dataDir, this.downloads);
  }

  async #live(life: Life): Promise<void> {
    const unfinished = () => [...this.roll.known.values()].filter(({ must }) => must !== 'done').length;
    for (let left = 3 + this.#random() * 15; left > 0 && !life.isDead; left -= 1) {
      if (unfinished() < this.#plan.tasks) await this.acts.add(life);
      await this.#somePass();
      await this.acts.something(life);
      if (this.#random() < 0.4) await this.#troubles.something(life);
    }
    if (life.isDead) return this.roll.break('a life', 'it ended by itself');
    const isKilled = this.#random() < 0.85;
    const last = this.#random() < 0.5 ? this.acts.something(life) : this.#somePass();
    if (!isKilled) await last;
    await this.#troubles.pass(life);
    if (isKilled && this.network.isFetching) this.tally.add('killed while bytes were coming');
    this.tally.add(isKilled ? 'SIGKILL' : 'ended in good order');
    await (isKilled ? life.kill() : life.close());
    await last;
  }

  /** Some bytes, or some time. */
  async #somePass(): Promise<void> {
    const { server } = this.network;
    const upTo = server.sentTotal + this.#random() * 300_000;
    const come = server.until(() => server.sentTotal >= upTo).catch(() => {});
    await Promise.race([come, passes(this.#random() * 250)]);
  }

  /** What the dead has left: what was durable when it began was not fetched again, and everything is told. */
  async #afterwards(begun: number, when: string): Promise<void> {
    await this.#refetches.after(this.network.server.requests.slice(begun), when);
    const kept = keptIn(this.dataDir, join(this.#plan.folder, 'copy'));
    for (const wrong of wronglyTold(kept, this.hook.heard, this.roll.owed)) this.roll.break(when, wrong);
  }
}
