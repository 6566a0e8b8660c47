import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';
import type { Task, TaskState } from '../../main/contract/task.ts';
import { Content, differsAt } from './content.ts';
import { EngineProcess } from './engine-process.ts';
import { type Fault, FaultServer } from './fault-server.ts';
import { seeded } from './random.ts';

export interface KillPlan {
  readonly dataDir: string;
  readonly downloads: string;
  readonly kills: number;
  readonly files: number;
  readonly seed: number;
}

/** What was found; every list is empty when all promises were kept. */
export interface KillReport {
  readonly broken: readonly string[];
  readonly kills: number;
  /** Kills that fell between a command and its answer, and those while bytes were coming. */
  readonly duringCommand: number;
  readonly whileFetching: number;
  readonly commands: number;
  readonly faults: number;
  /** Bytes of all files, and bytes that the server sent for them. */
  readonly bytes: number;
  readonly sent: number;
}

interface Known {
  readonly id: string;
  readonly name: string;
  readonly content: Content;
  /** Where it may stand at the next start; null: it may be gone. */
  may: ReadonlySet<TaskState | null>;
}

const ALL: ReadonlySet<TaskState> = new Set(['waiting', 'running', 'paused', 'done', 'failed']);
const UNDER_WAY: readonly TaskState[] = ['waiting', 'running', 'done', 'failed'];
const KIB = 1024;

/**
 * Kills a busy task manager again and again at random moments, in the middle of commands and of downloads, and holds
 * what it finds at each start against what had been answered; at the end lets it finish and looks at every byte.
 */
export async function killQueue(plan: KillPlan): Promise<KillReport> {
  const server = await FaultServer.start();
  try {
    return await new KilledQueue(plan, server).run();
  } finally {
    await server.close();
  }
}

class KilledQueue {
  readonly #plan: KillPlan;
  readonly #server: FaultServer;
  readonly #random: () => number;
  readonly #known = new Map<string, Known>();
  /** By name, which is different for each. */
  readonly #contents = new Map<string, Content>();
  /** Asked to be added, and perhaps added, when the process was killed. */
  readonly #perhaps = new Set<string>();
  readonly #broken: string[] = [];
  #duringCommand = 0;
  #whileFetching = 0;
  #commands = 0;

  constructor(plan: KillPlan, server: FaultServer) {
    this.#plan = plan;
    this.#server = server;
    this.#random = seeded(plan.seed);
    for (let n = 0; n < plan.files; n++) this.#serve(n);
  }

  async run(): Promise<KillReport> {
    const { kills, dataDir, downloads } = this.#plan;
    for (let kill = 0; kill < kills; kill++) {
      const engine = await EngineProcess.start(dataDir, downloads);
      await this.#compare(engine, `kill ${kill}`);
      await this.#live(engine, (this.#plan.files / kills) * (kill + 1));
      if (engine.errors !== '') this.#broken.push(`it said: ${engine.errors}`);
    }
    await this.#finish();
    const faults = this.#server.happened('truncate') + this.#server.happened('status');
    return {
      broken: this.#broken,
      kills,
      duringCommand: this.#duringCommand,
      whileFetching: this.#whileFetching,
      commands: this.#commands,
      faults,
      bytes: [...this.#contents.values()].reduce((sum, content) => sum + content.size, 0),
      sent: this.#server.sentTotal,
    };
  }

  #serve(n: number): void {
    const size = Math.floor(4 * KIB + this.#random() ** 3 * 3000 * KIB);
    const content = new Content(n + 1, size);
    const faults: Fault[] = [];
    if (n % 4 === 1) faults.push({ name: 'truncate', after: Math.floor(size / 2), times: 1 });
    if (n % 7 === 3) faults.push({ name: 'status', status: 500, times: 1 });
    const name = `file-${n}.bin`;
    this.#server.serve(`/${name}`, { content, faults, bytesPerSecond: 400 * KIB });
    this.#contents.set(name, content);
  }

  /** One life: adds up to `upTo` files, does this and that while bytes come, and dies, often within a command. */
  async #live(engine: EngineProcess, upTo: number): Promise<void> {
    while (this.#known.size + this.#perhaps.size < upTo) await this.#add(engine);
    for (let steps = 3 + this.#random() * 20; steps > 0; steps--) {
      await this.#bytesCome();
      await this.#doSomething(engine);
    }
    const last = this.#random() < 0.5 ? this.#doSomething(engine) : this.#bytesCome();
    for (let turns = this.#random() * 6; turns > 0; turns--) await turn();
    if (this.#fetching) this.#whileFetching += 1;
    await engine.kill();
    await last;
  }

  get #fetching(): boolean {
    return this.#server.requests.some(({ ended }) => ended === 'open');
  }

  /** Resolves when some more have been sent, or nobody fetches any. */
  async #bytesCome(): Promise<void> {
    const upTo = this.#server.sentTotal + this.#random() * 100 * KIB;
    await this.#server.until(() => this.#server.sentTotal >= upTo || !this.#fetching);
  }

  async #add(engine: EngineProcess): Promise<void> {
    const given = new Set([...this.#known.values()].map(({ name }) => name));
    const names = [...this.#contents.keys()].filter((name) => !given.has(name) && !this.#perhaps.has(name));
    const some = names.slice(0, 1 + Math.floor(this.#random() * 3));
    for (const name of some) this.#perhaps.add(name);
    const tasks = some.map((name) => ({ url: this.#server.url(`/${name}`), paused: this.#random() < 0.2 }));
    const answer = await this.#call(engine, 'tasks.addAll', { tasks });
    if (!answer) return;
    for (const task of answer.tasks) this.#learn(task, task.state === 'paused' ? ['paused'] : UNDER_WAY);
  }

  #learn({ id, name }: Task, may: readonly (TaskState | null)[]): void {
    const content = this.#contents.get(name);
    if (!content) {
      this.#broken.push(`a task of the name ${name}`);
      return;
    }
    this.#perhaps.delete(name);
    this.#known.set(id, { id, name, content, may: new Set(may) });
  }

  async #doSomething(engine: EngineProcess): Promise<void> {
    const tasks = [...this.#known.values()];
    const task = tasks[Math.floor(this.#random() * tasks.length)];
    if (!task) return;
    const dice = this.#random();
    const { id, may: before } = task;
    const either = (...states: (TaskState | null)[]) => new Set([...before, ...states]);
    if (dice < 0.35) {
      task.may = either('paused');
      if (await this.#call(engine, 'tasks.pause', { id })) task.may = new Set(['paused']);
    } else if (dice < 0.7) {
      task.may = either(...UNDER_WAY);
      if (await this.#call(engine, 'tasks.resume', { id })) task.may = new Set(UNDER_WAY);
    } else if (dice < 0.8) {
      task.may = either(...UNDER_WAY);
      if (await this.#call(engine, 'tasks.restart', { id })) task.may = new Set(UNDER_WAY);
    } else if (dice < 0.9) {
      await this.#call(engine, 'tasks.update', {
        id,
        position: Math.floor(this.#random() * 20),
        priority: 1,
      });
    } else if (dice < 0.95) {
      task.may = either(null);
      if (await this.#call(engine, 'tasks.remove', { id, files: 'delete' })) this.#known.delete(id);
    } else {
      task.may = either(...UNDER_WAY);
      if (await this.#call(engine, 'tasks.start', { id })) task.may = new Set(UNDER_WAY);
    }
  }

  /** Null where it was refused, or the process died before it answered. */
  async #call<N extends CommandName>(
    engine: EngineProcess,
    command: N,
    input: CommandInput<N>,
  ): Promise<CommandAnswer<N> | null> {
    this.#commands += 1;
    const answer = await engine.call(command, input);
    if (answer === null) this.#duringCommand += 1;
    else if (!answer.ok && answer.error.code !== 'bad-transition' && answer.error.code !== 'not-found') {
      this.#broken.push(`${command}: ${answer.error.code} ${answer.error.detail}`);
    }
    return answer?.ok ? answer.value : null;
  }

  /** What is in the list now, against what it must be. */
  async #compare(engine: EngineProcess, when: string): Promise<void> {
    const answer = await engine.call('tasks.list', { limit: 1000 });
    const tasks = answer?.ok ? answer.value.tasks : [];
    const ids = new Set(tasks.map(({ id }) => id));
    if (ids.size !== tasks.length) this.#broken.push(`${when}: a task is there twice`);
    const names = tasks.map(({ items }) => items[0]?.url?.split('/').at(-1) ?? '');
    if (new Set(names).size !== names.length) this.#broken.push(`${when}: a file has two tasks`);
    for (const known of [...this.#known.values()]) {
      if (ids.has(known.id)) continue;
      if (!known.may.has(null)) this.#broken.push(`${when}: ${known.name} is lost`);
      this.#known.delete(known.id);
    }
    for (const [index, task] of tasks.entries()) {
      const known = this.#known.get(task.id);
      const name = names[index] ?? '';
      if (known) this.#stands(task, known, when);
      else if (this.#perhaps.has(name)) this.#learn({ ...task, name }, [...ALL]);
      else this.#broken.push(`${when}: ${name} is there, and was removed or never added`);
    }
    this.#perhaps.clear();
  }

  #stands({ state, name }: Task, known: Known, when: string): void {
    if (!ALL.has(state)) this.#broken.push(`${when}: ${name} is ${state}`);
    // An in-between answer was lost: where it is now is where it is.
    if (!known.may.has(state)) {
      const may = [...known.may].join(', ');
      this.#broken.push(`${when}: ${known.name} is ${state}, and may be ${may}`);
    }
    known.may = new Set(state === 'paused' || state === 'done' ? [state] : UNDER_WAY);
  }

  /** Lets everything end, then looks at every file. */
  async #finish(): Promise<void> {
    const { dataDir, downloads } = this.#plan;
    const engine = await EngineProcess.start(dataDir, downloads);
    await this.#compare(engine, 'at last');
    await engine.call('tasks.resumeAll', {});
    for (let left = true; left; ) {
      const list = await engine.call('tasks.list', { limit: 1000 });
      const tasks = list?.ok ? list.value.tasks : [];
      for (const { id, state } of tasks) if (state === 'failed') await engine.call('tasks.retry', { id });
      left = tasks.some(({ state }) => state !== 'done');
      const seen = engine.events.length;
      if (left) await engine.until(() => engine.events.length > seen);
    }
    await engine.close();
    const files = new Set(await readdir(downloads));
    for (const { name, content } of this.#known.values()) {
      const wrong = files.delete(name) ? await differsAt(content, join(downloads, name)) : 0;
      if (wrong !== null) this.#broken.push(`${name} is wrong from byte ${wrong}`);
    }
    for (const file of files) this.#broken.push(`${file} is left over`);
  }
}
