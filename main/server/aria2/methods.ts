import { randomBytes } from 'node:crypto';
import { unwrap } from '../../contract/answer.ts';
import { SatchelError } from '../../contract/errors.ts';
import type { ServerContext } from '../context.ts';
import { Actions } from './actions.ts';
import type { KnownTasks } from './known-tasks.ts';
import { type Call, tasksOf, waitingTasks, windowOf } from './lists.ts';
import { type Params, RpcError, refused } from './params.ts';
import { filesOf, type Shown, serversOf, statusOf, urisOf } from './status.ts';

export type Method = (params: Params) => unknown;

/** What aria2's clients take for a recent one. */
const VERSION = { version: '1.37.0', enabledFeatures: ['GZip', 'HTTPS', 'Message Digest'] };

/** Our five; aria2's sixth is BitTorrent's. */
export const NOTIFICATIONS = {
  'task.started': 'aria2.onDownloadStart',
  'task.paused': 'aria2.onDownloadPause',
  'task.removed': 'aria2.onDownloadStop',
  'task.done': 'aria2.onDownloadComplete',
  'task.failed': 'aria2.onDownloadError',
} as const;

/** Every method but `system.multicall`, by its name. */
export function createMethods(context: ServerContext, known: KnownTasks): ReadonlyMap<string, Method> {
  const call: Call = async (command, input) => unwrap(await context.engine.call(command, input));
  const actions = new Actions(call, known);
  const asked = new Questions(call, known);
  const sessionId = randomBytes(20).toString('hex');
  const methods = new Map<string, Method>([
    ['aria2.addUri', (params) => actions.addUri(params)],
    ['aria2.remove', (params) => actions.remove(params)],
    ['aria2.forceRemove', (params) => actions.remove(params)],
    ['aria2.pause', (params) => actions.pause(params)],
    ['aria2.forcePause', (params) => actions.pause(params)],
    ['aria2.pauseAll', () => actions.all('tasks.pauseAll')],
    ['aria2.forcePauseAll', () => actions.all('tasks.pauseAll')],
    ['aria2.unpause', (params) => actions.unpause(params)],
    ['aria2.unpauseAll', () => actions.all('tasks.resumeAll')],
    ['aria2.changePosition', (params) => actions.changePosition(params)],
    ['aria2.tellStatus', (params) => asked.tellStatus(params)],
    ['aria2.getUris', (params) => asked.getUris(params)],
    ['aria2.getFiles', (params) => asked.getFiles(params)],
    ['aria2.getServers', (params) => asked.getServers(params)],
    ['aria2.tellActive', (params) => asked.tellActive(params)],
    ['aria2.tellWaiting', (params) => asked.tellWaiting(params)],
    ['aria2.tellStopped', (params) => asked.tellStopped(params)],
    ['aria2.getOption', (params) => actions.getOption(params)],
    ['aria2.changeOption', (params) => actions.changeOption(params)],
    ['aria2.getGlobalOption', () => actions.getGlobalOption()],
    ['aria2.changeGlobalOption', (params) => actions.changeGlobalOption(params)],
    ['aria2.purgeDownloadResult', () => actions.purge()],
    ['aria2.removeDownloadResult', (params) => actions.removeResult(params)],
    ['aria2.getVersion', () => VERSION],
    ['aria2.getSessionInfo', () => ({ sessionId })],
    ['aria2.getGlobalStat', () => asked.getGlobalStat()],
    // There is nothing to save: what is answered is remembered already.
    ['aria2.saveSession', () => 'OK'],
    ['system.listNotifications', () => Object.values(NOTIFICATIONS)],
  ]);
  const names = [...methods.keys(), 'system.multicall', 'system.listMethods'];
  methods.set('system.listMethods', () => names);
  // Whoever may add downloads may not therefore end the program; nor is it offered.
  for (const name of ['aria2.shutdown', 'aria2.forceShutdown']) methods.set(name, noShutdown);
  return methods;
}

function noShutdown(): never {
  throw refused('Satchel is not shut down from here.');
}

/** An error of a method, for its caller. What went wrong inside is nobody else's business. */
export function rpcErrorOf(thrown: unknown): RpcError {
  if (thrown instanceof RpcError) return thrown;
  if (!(thrown instanceof SatchelError)) return refused(new SatchelError('internal').message);
  const { message, detail, code } = thrown;
  return refused(detail === undefined || code === 'internal' ? message : `${message} (${detail})`);
}

class Questions {
  readonly #call: Call;
  readonly #known: KnownTasks;

  constructor(call: Call, known: KnownTasks) {
    this.#call = call;
    this.#known = known;
  }

  async tellStatus(params: Params) {
    const shown = await this.#shown(params.text(0));
    return statusOf(shown, keysIn(params, 1));
  }

  async getUris(params: Params) {
    const text = params.text(0);
    const { task, removed } = await this.#shown(text);
    const over = removed || task.state === 'done' || task.state === 'failed';
    if (over) throw refused(`No URI data is available for GID#${this.#known.resolve(text)}`);
    return urisOf(task);
  }

  async getFiles(params: Params) {
    return filesOf((await this.#shown(params.text(0))).task);
  }

  async getServers(params: Params) {
    const text = params.text(0);
    const { task, removed } = await this.#shown(text);
    if (removed || task.state !== 'running') {
      throw refused(`No active download for GID#${this.#known.resolve(text)}`);
    }
    return serversOf(task);
  }

  async tellActive(params: Params) {
    const keys = keysIn(params, 0);
    return (await tasksOf(this.#call, 'running')).map((task) => statusOf({ task, removed: false }, keys));
  }

  async tellWaiting(params: Params) {
    const [offset, count, keys] = [params.integer(0), params.count(1), keysIn(params, 2)];
    const most = offset < 0 ? undefined : offset + count;
    const queue = await waitingTasks(this.#call, most);
    return windowOf(queue, offset, count).map((task) => statusOf({ task, removed: false }, keys));
  }

  async tellStopped(params: Params) {
    const [offset, count, keys] = [params.integer(0), params.count(1), keysIn(params, 2)];
    const statuses: unknown[] = [];
    for (const { id, removed } of windowOf(this.#known.stopped, offset, count)) {
      const task = removed ?? (await this.#find(id));
      if (task) statuses.push(statusOf({ task, removed: removed !== null }, keys));
    }
    return statuses;
  }

  async getGlobalStat() {
    const { counts, speed } = await this.#call('status', {});
    const { stoppedCount, stoppedEver } = this.#known;
    return {
      downloadSpeed: String(Math.round(speed)),
      uploadSpeed: '0',
      numActive: String(counts.running),
      numWaiting: String(counts.waiting + counts.paused),
      numStopped: String(stoppedCount),
      numStoppedTotal: String(stoppedEver),
    };
  }

  async #shown(text: string): Promise<Shown> {
    const gid = this.#known.resolve(text);
    const removed = this.#known.removed(gid);
    if (removed) return { task: removed, removed: true };
    const id = this.#known.idOf(gid);
    const task = id === null ? null : await this.#find(id);
    if (!task) throw refused(`GID ${text} is not found`);
    return { task, removed: false };
  }

  /** It may have gone since. */
  async #find(id: string) {
    try {
      return (await this.#call('tasks.get', { id })).task;
    } catch (thrown) {
      if (thrown instanceof SatchelError && thrown.code === 'not-found') return null;
      throw thrown;
    }
  }
}

/** Which fields are wanted; null is all, and so is an empty list. */
function keysIn(params: Params, at: number): string[] | null {
  if (!params.has(at)) return null;
  const keys = params.list(at);
  return keys.length === 0 ? null : keys.filter((key) => typeof key === 'string');
}
