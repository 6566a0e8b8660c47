import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import type { Bridge } from '../../../main/contract/bridge.ts';
import type { Answer, CommandAnswer, CommandInput, CommandName } from '../../../main/contract/commands.ts';
import type { DesktopAnswer, DesktopCommandName, DesktopInput } from '../../../main/contract/desktop.ts';
import type { Task } from '../../../main/contract/task.ts';
import { DesktopDesk } from '../../kit/desktop.ts';
import { FaultServer } from '../../kit/fault-server.ts';
import { tempFolder } from '../../kit/temp-folder.ts';

declare global {
  interface Window {
    readonly satchel: Bridge;
  }
}

type Options = Partial<Parameters<typeof DesktopDesk.launch>[0]>;

/** The Satchel that was built, on the stand-in for Electron, with all that it has in one folder. */
export class Satchel {
  readonly folder: string;
  readonly desk: DesktopDesk;

  private constructor(folder: string, desk: DesktopDesk) {
    this.folder = folder;
    this.desk = desk;
  }

  /** Opened again on the same folder it is the same Satchel. Whoever calls this ends it. */
  static async launch(folder: string, options: Options = {}): Promise<Satchel> {
    const desk = await DesktopDesk.launch({ ...places(folder), ...options });
    const satchel = new Satchel(folder, desk);
    // Tests are not to go through the proxy of whoever runs them.
    await satchel.ask('settings.update', { proxy: 'none' });
    return satchel;
  }

  /** The same; it is ended with the test. */
  static async open(folder: string, options: Options = {}): Promise<Satchel> {
    const satchel = await Satchel.launch(folder, options);
    onTestFinished(() => satchel.desk.close());
    return satchel;
  }

  get downloads(): string {
    return join(this.folder, 'home', 'Downloads');
  }

  /** What the page gets to hear. */
  call<N extends CommandName>(
    name: N,
    input: CommandInput<N>,
    page?: Page,
  ): Promise<Answer<CommandAnswer<N>>>;
  call<N extends DesktopCommandName>(
    name: N,
    input: DesktopInput<N>,
    page?: Page,
  ): Promise<Answer<DesktopAnswer<N>>>;
  call(name: string, input: unknown, page = this.desk.page): Promise<unknown> {
    return page.evaluate(([command, given]) => window.satchel.call(command as 'tasks.get', given as never), [
      name,
      input,
    ] as const);
  }

  /** The same; it may not be refused. */
  async ask<N extends CommandName>(name: N, input: CommandInput<N>, page?: Page): Promise<CommandAnswer<N>> {
    const answer = await this.call(name, input, page);
    if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(answer.error)}`);
    return answer.value;
  }

  /** Why it was refused. */
  async refusal(name: string, input: unknown, page?: Page): Promise<string> {
    const answer = await this.call(name as CommandName, input as never, page);
    if (answer.ok) throw new Error(`${name} is not refused`);
    return answer.error.code;
  }

  async add(url: string, page?: Page): Promise<Task> {
    return (await this.ask('tasks.add', { url }, page)).task;
  }

  /** Resolves when the task is in that state. */
  async until(id: string, state: Task['state'], page?: Page): Promise<void> {
    await eventually(async () => (await this.ask('tasks.get', { id }, page)).task.state).toBe(state);
  }
}

/** Looked at until it holds; a busy machine takes its time. */
export function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: 15_000 });
}

/** For apps that are started without a Satchel of their own. */
export function places(folder: string) {
  return { dataDir: join(folder, 'data'), home: join(folder, 'home') };
}

/** A Satchel in a folder of its own. */
export async function open(options: Options = {}): Promise<Satchel> {
  return Satchel.open(await tempFolder(), options);
}

/** A Satchel for all tests of a block. */
export function shared(): () => Satchel {
  let satchel: Satchel | null = null;
  beforeAll(async () => {
    satchel = await Satchel.launch(await mkdtemp(join(tmpdir(), 'satchel-test-')));
  });
  afterAll(async () => {
    await satchel?.desk.close();
    if (satchel !== null) await rm(satchel.folder, { recursive: true, force: true });
  });
  return () => {
    if (satchel === null) throw new Error('it has not been opened');
    return satchel;
  };
}

export async function serveFiles(): Promise<FaultServer> {
  const server = await FaultServer.start();
  onTestFinished(() => server.close());
  return server;
}
