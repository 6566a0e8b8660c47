import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { unwrap } from '../contract/answer.ts';
import { COMMAND_CHANNEL } from '../contract/bridge.ts';
import { type CommandName, isCommand } from '../contract/commands.ts';
import {
  DESKTOP_COMMANDS,
  type DesktopAnswer,
  type DesktopChecked,
  type DesktopCommandName,
} from '../contract/desktop.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { Engine } from '../engine.ts';

/** What each of the desktop's own commands does; `desktop.watch` is the door's. */
export type DesktopHandlers = {
  readonly [N in Exclude<DesktopCommandName, 'desktop.watch'>]: (
    input: DesktopChecked<N>,
  ) => Promise<DesktopAnswer<N>>;
};

export interface IpcDoorOptions {
  /** It may still be opening: whoever asks meanwhile waits. */
  readonly engine: Promise<Engine>;
  readonly handlers: DesktopHandlers;
  /** Whether this is our page, in the main frame of our window. */
  readonly isOurs: (sender: Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>) => boolean;
  /** Whether anybody sees the window: nobody else is told how things go. */
  readonly isSeen: (contents: WebContents) => boolean;
  /** A page has begun to watch: it can be sent other things too. */
  readonly onWatch: () => void;
}

export interface IpcDoor {
  /** Whether its page is told what happens. */
  watches(contents: WebContents): boolean;
  /** The window is seen again: it gets what it has missed, the newest state of it. */
  seen(contents: WebContents): void;
  /** Nobody is told anything any more; who asks still gets an answer. */
  close(): void;
}

/** The commands and the messages of the window. Answers are values: Electron strips thrown errors to a message. */
export function openIpcDoor(options: IpcDoorOptions): IpcDoor {
  const watchers = new Watchers(options);
  ipcMain.handle(COMMAND_CHANNEL, async (event, name: unknown, input: unknown) => {
    try {
      return { ok: true, value: await answer(event, name, input, { ...options, watchers }) };
    } catch (thrown) {
      return { ok: false, error: asSatchelError(thrown).report() };
    }
  });
  return {
    watches: (contents) => watchers.has(contents),
    seen: (contents) => watchers.seen(contents),
    close: () => watchers.close(),
  };
}

async function answer(
  event: IpcMainInvokeEvent,
  name: unknown,
  input: unknown,
  options: IpcDoorOptions & { readonly watchers: Watchers },
): Promise<unknown> {
  const { engine, handlers, isOurs, watchers, onWatch } = options;
  if (!isOurs(event)) throw new SatchelError('forbidden', 'only the window may ask');
  if (typeof name !== 'string') throw new SatchelError('bad-input', 'a command has a name');
  if (isDesktopCommand(name)) {
    const parsed = DESKTOP_COMMANDS[name].input.safeParse(input ?? {});
    if (!parsed.success) throw new SatchelError('bad-input', `${name}: ${parsed.error.issues[0]?.message}`);
    if (name === 'desktop.watch') {
      await watchers.watch(event.sender);
      onWatch();
      return {};
    }
    const handler = handlers[name] as (checked: unknown) => Promise<unknown>;
    return handler(parsed.data);
  }
  if (!isCommand(name)) throw new SatchelError('bad-input', 'no such command');
  return unwrap(await (await engine).call(name as CommandName, input as never));
}

function isDesktopCommand(name: string): name is DesktopCommandName {
  return Object.hasOwn(DESKTOP_COMMANDS, name);
}

interface Watcher {
  readonly drained: () => void;
  readonly close: () => void;
}

/** Windows that are told what happens, each as long as it is there. */
class Watchers {
  readonly #options: IpcDoorOptions;
  readonly #watchers = new Map<WebContents, Watcher>();

  constructor(options: IpcDoorOptions) {
    this.#options = options;
  }

  /** From now on, a snapshot first; a page that is loaded again begins again. */
  async watch(contents: WebContents): Promise<void> {
    const engine = await this.#options.engine;
    if (contents.isDestroyed()) return;
    this.#end(contents);
    const subscription = engine.subscribe((message) => contents.send('message', message), {
      ready: () => !contents.isDestroyed() && this.#options.isSeen(contents),
    });
    this.#watchers.set(contents, subscription);
    const gone = () => this.#end(contents);
    contents.once('destroyed', gone);
    contents.once('render-process-gone', gone);
  }

  has(contents: WebContents): boolean {
    return this.#watchers.has(contents);
  }

  seen(contents: WebContents): void {
    this.#watchers.get(contents)?.drained();
  }

  close(): void {
    for (const contents of [...this.#watchers.keys()]) this.#end(contents);
  }

  #end(contents: WebContents): void {
    this.#watchers.get(contents)?.close();
    this.#watchers.delete(contents);
  }
}
