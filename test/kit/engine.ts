import { cpSync } from 'node:fs';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import type { CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';
import type { ErrorReport } from '../../main/contract/errors.ts';
import { Message } from '../../main/contract/events.ts';
import type { Task, TaskState } from '../../main/contract/task.ts';
import { openEngine } from '../../main/engine.ts';
import { openTasks, type Tasks } from '../../main/task/open-tasks.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { Content, differsAt } from './content.ts';
import type { FakeClock } from './fake-clock.ts';
import { FaultServer, type Resource } from './fault-server.ts';
import { tempFolder } from './temp-folder.ts';

export interface EngineOptions {
  /** Real time without it. */
  readonly clock?: FakeClock;
  /** A disk that fails, say. */
  readonly disk?: Disk;
  /** In place of a folder of the test's own. */
  readonly downloads?: string;
  readonly trash?: (path: string) => Promise<void>;
}

type Settings = CommandInput<'settings.update'>;

/** A server and the task manager, on folders of their own. */
export class EngineDesk {
  readonly server: FaultServer;
  readonly folder: string;
  readonly dataDir: string;
  readonly downloads: string;
  /** Everything that was told, over all engines. */
  readonly messages: Message[] = [];
  /** Everything that was answered. */
  readonly answers: unknown[] = [];
  readonly #options: EngineOptions;
  readonly #contents = new Map<string, Content>();
  #engine: Tasks | null = null;
  readonly #waiting: (() => void)[] = [];

  private constructor(server: FaultServer, folder: string, options: EngineOptions) {
    this.server = server;
    this.folder = folder;
    this.dataDir = join(folder, 'data');
    this.downloads = options.downloads ?? join(folder, 'downloads');
    this.#options = options;
  }

  static async open(settings: Settings = {}, options: EngineOptions = {}): Promise<EngineDesk> {
    const server = await FaultServer.start();
    const desk = new EngineDesk(server, await tempFolder(), options);
    await mkdir(desk.downloads, { recursive: true });
    onTestFinished(async () => {
      await desk.#engine?.close();
      await server.close();
    });
    await desk.start();
    // Tests are not to go through the proxy of whoever runs them.
    // A clock of its own may be far ahead of what the server has had time for.
    const patient = options.clock ? { timeoutSeconds: 86_400 } : {};
    await desk.call('settings.update', { proxy: 'none', ...patient, ...settings });
    return desk;
  }

  get engine(): Tasks {
    if (!this.#engine) throw new Error('the engine is closed');
    return this.#engine;
  }

  // ---- its lives

  async start(): Promise<void> {
    const { clock, trash, disk = new Disk() } = this.#options;
    const { dataDir, downloads } = this;
    const given = trash ?? ((path: string) => disk.remove(path));
    const options = { dataDir, downloads, version: '1.2.3', trash: given };
    const isUsual = clock === undefined && this.#options.disk === undefined;
    const around = { disk, clock: clock ?? systemClock, random: () => 0, box: null, netrc: async () => [] };
    this.#engine = isUsual ? await openEngine(options) : await openTasks({ ...options, ...around });
    this.#engine.subscribe((message) => {
      this.messages.push(Message.parse(structuredClone(message)));
      this.#wake();
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async close(): Promise<void> {
    await this.engine.close();
    this.#engine = null;
  }

  /** Closed and opened again. */
  async again(): Promise<void> {
    await this.close();
    await this.start();
  }

  /**
   * Remembers how the disk looks at the first message that fits, before anything else happens; what is given waits for
   * that, goes back to it as if the process had been killed there, and opens the engine again.
   */
  deathAt(fits: (message: Message) => boolean): () => Promise<void> {
    const kept = join(this.folder, 'killed');
    let seen = false;
    const { close } = this.engine.subscribe((message) => {
      if (seen || !fits(message)) return;
      seen = true;
      for (const name of ['data', 'downloads'])
        cpSync(join(this.folder, name), join(kept, name), { recursive: true, preserveTimestamps: true });
      this.#wake();
    });
    return async () => {
      await this.until(() => seen);
      close();
      await this.close();
      for (const name of ['data', 'downloads']) {
        await rm(join(this.folder, name), { recursive: true });
        await cp(join(kept, name), join(this.folder, name), { recursive: true, preserveTimestamps: true });
      }
      await this.start();
    };
  }

  // ---- commands

  /** The answer's value; a refusal fails the test. */
  async call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<CommandAnswer<N>> {
    const answer = await this.engine.call(command, input);
    this.answers.push(answer);
    if (!answer.ok) throw new Error(`${command}: ${JSON.stringify(answer.error)}`);
    return answer.value;
  }

  /** The error of a command that must be refused. */
  async refused<N extends CommandName>(command: N, input: CommandInput<N>): Promise<ErrorReport> {
    const answer = await this.engine.call(command, input);
    this.answers.push(answer);
    if (answer.ok) throw new Error(`${command} was not refused`);
    return answer.error as ErrorReport;
  }

  /** A leading `/` makes it an address of the server. */
  async add(url: string, more: Omit<CommandInput<'tasks.add'>, 'url'> = {}): Promise<Task> {
    const whole = url.startsWith('/') ? this.server.url(url) : url;
    return (await this.call('tasks.add', { url: whole, ...more })).task;
  }

  async task(id: string): Promise<Task> {
    return (await this.call('tasks.get', { id })).task;
  }

  // ---- what happens

  events(id?: string): string[] {
    return this.messages.flatMap((message) =>
      message.type === 'event' && (id === undefined || message.payload.taskId === id)
        ? [message.event_type]
        : [],
    );
  }

  /** Looks after every message; with a clock of its own, as its time goes by. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const { clock } = this.#options;
    while (!(await condition())) {
      if (!clock) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
      else {
        await clock.advance(5);
        await turn();
      }
    }
  }

  async reaches(id: string, state: TaskState): Promise<Task> {
    await this.until(async () => (await this.task(id)).state === state);
    return this.task(id);
  }

  /** Until the task has received so much. */
  async receives(id: string, bytes: number): Promise<void> {
    await this.until(async () => (await this.task(id)).received >= bytes);
  }

  // ---- the server and the files

  /** Serves `size` bytes of content `seed` at the path. */
  serve(
    path: string,
    { seed = 1, size = 200_000, ...resource }: Partial<Resource> & { seed?: number; size?: number } = {},
  ) {
    const content = new Content(seed, size);
    this.#contents.set(path, content);
    this.server.serve(path, { content, ...resource });
    return content;
  }

  /** What lies in the folder of downloads, and below, without folders. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.downloads, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.downloads.length + 1))
      .sort();
  }

  /** The file is whole and right. */
  async demand(name: string, content: Content): Promise<void> {
    expect(await differsAt(content, join(this.downloads, name))).toBeNull();
  }
}
