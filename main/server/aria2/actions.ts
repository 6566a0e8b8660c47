import { SatchelError } from '../../contract/errors.ts';
import type { Task } from '../../contract/task.ts';
import { gidOf } from './gids.ts';
import type { KnownTasks } from './known-tasks.ts';
import { type Call, placeIn, targetOf, waitingTasks } from './lists.ts';
import { newTaskOf, optionsIn, patchOf, rememberedOf, settingsOf } from './options.ts';
import { type Params, refused } from './params.ts';

const OK = 'OK';
/** Any address without an ending of its own: where it would go is the folder of the downloads. */
const ANY_ADDRESS = 'http://localhost/-';

/** What changes something. */
export class Actions {
  readonly #call: Call;
  readonly #known: KnownTasks;
  /** By id: what a download's own options were given as; the engine shows them only in effect. */
  readonly #given = new Map<string, Record<string, string>>();

  constructor(call: Call, known: KnownTasks) {
    this.#call = call;
    this.#known = known;
  }

  async addUri(params: Params): Promise<string> {
    const uris = params.list(0).filter((uri): uri is string => typeof uri === 'string');
    if (uris.length === 0) throw refused('URI is not provided.');
    const options = optionsIn(params.has(1) ? params.struct(1) : {});
    const place = params.has(2) ? params.integer(2) : null;
    if (place !== null && place < 0) throw refused('Position must be greater than or equal to 0.');
    // Lists of mirrors have ftp and magnet addresses among them.
    const ours = uris.filter((uri) => /^https?:\/\//i.test(uri.trim()));
    if (ours.length === 0) throw refused('No URI to download.');
    const task = newTaskOf(ours, options);
    const position = place === null ? undefined : await this.#positionFor(place);
    const added = await this.#call('tasks.add', position === undefined ? task : { ...task, position });
    this.#remember(added.task.id, rememberedOf(options));
    return gidOf(added.task.id);
  }

  async remove(params: Params): Promise<string> {
    const { gid, task } = await this.#of(params.text(0));
    const over = !task || task.state === 'done' || task.state === 'failed';
    if (over) throw refused(`Active Download not found for GID#${gid}`);
    const stays = this.#known.leaving(task);
    try {
      await this.#call('tasks.remove', { id: task.id });
    } catch (thrown) {
      stays();
      throw thrown;
    }
    this.#given.delete(task.id);
    return gid;
  }

  async pause(params: Params): Promise<string> {
    const { gid, task } = await this.#of(params.text(0));
    if (!task) throw refused(`GID#${gid} cannot be paused now`);
    await this.#transition(
      () => this.#call('tasks.pause', { id: task.id }),
      `GID#${gid} cannot be paused now`,
    );
    return gid;
  }

  async unpause(params: Params): Promise<string> {
    const { gid, task } = await this.#of(params.text(0));
    const refusal = `GID#${gid} cannot be unpaused now`;
    if (!task) throw refused(refusal);
    await this.#transition(() => this.#call('tasks.resume', { id: task.id }), refusal);
    return gid;
  }

  async all(command: 'tasks.pauseAll' | 'tasks.resumeAll'): Promise<string> {
    await this.#call(command, {});
    return OK;
  }

  async changePosition(params: Params): Promise<number> {
    const { gid, task } = await this.#of(params.text(0));
    const [offset, how] = [params.integer(1), params.text(2)];
    const queue = await waitingTasks(this.#call);
    const from = queue.findIndex(({ id }) => id === task?.id);
    const target = targetOf(from, queue.length, offset, how);
    if (!task || from < 0) throw refused(`GID#${gid} not found in the waiting queue.`);
    const position = placeIn(queue, task, target);
    if (target !== from) await this.#call('tasks.update', { id: task.id, position });
    return target;
  }

  // ---- options

  async getOption(params: Params): Promise<Record<string, string>> {
    const { task } = await this.#of(params.text(0), true);
    if (!task) throw new SatchelError('not-found');
    const [item] = task.items;
    return {
      dir: task.dir,
      out: task.name,
      'max-download-limit': String(task.limitRate ?? 0),
      ...(item?.checksum ? { checksum: ariaChecksum(item.checksum) } : {}),
      ...this.#given.get(task.id),
    };
  }

  async changeOption(params: Params): Promise<string> {
    const { gid, task } = await this.#of(params.text(0));
    const options = optionsIn(params.struct(1));
    if (!task || task.state === 'done' || task.state === 'failed') {
      throw refused(`Cannot change option for GID#${gid}`);
    }
    const patch = patchOf(options);
    if (Object.keys(patch).length > 0) await this.#call('tasks.update', { id: task.id, ...patch });
    this.#remember(task.id, rememberedOf(options));
    return OK;
  }

  async getGlobalOption(): Promise<Record<string, string>> {
    const { settings } = await this.#call('settings.get', {});
    const { limitRate } = await this.#call('status', {});
    const { items } = await this.#call('tasks.preview', { text: ANY_ADDRESS });
    const dir = settings.dir ?? items[0]?.dir;
    return {
      ...(dir === undefined ? {} : { dir }),
      'max-concurrent-downloads': String(settings.jobs),
      'max-connection-per-server': String(settings.connections),
      split: String(settings.connections),
      'min-split-size': String(settings.minSplit),
      'max-overall-download-limit': String(limitRate ?? 0),
      'max-download-limit': '0',
      timeout: String(settings.timeoutSeconds),
      'check-certificate': String(!settings.insecure),
      'allow-overwrite': String(settings.onConflict === 'overwrite'),
      'auto-file-renaming': String(settings.onConflict === 'rename'),
      continue: 'true',
      ...(settings.userAgent === null ? {} : { 'user-agent': settings.userAgent }),
    };
  }

  async changeGlobalOption(params: Params): Promise<string> {
    const options = optionsIn(params.struct(0));
    const { settings } = await this.#call('settings.get', {});
    const patch = settingsOf(options, settings);
    if (Object.keys(patch).length > 0) await this.#call('settings.update', patch);
    return OK;
  }

  // ---- results

  /** All that has stopped leaves the list, with what is left of what has failed; finished files stay. */
  async purge(): Promise<string> {
    // All at once: one by one, ten thousand of them take minutes.
    await this.#call('tasks.clearDone', {});
    for (const { id, removed } of this.#known.stopped) {
      if (removed) this.#known.forget(gidOf(id));
      else await this.#call('tasks.remove', { id }).catch(ifGone);
    }
    for (const id of this.#given.keys()) if (this.#known.idOf(gidOf(id)) === null) this.#given.delete(id);
    return OK;
  }

  async removeResult(params: Params): Promise<string> {
    const { gid, task } = await this.#of(params.text(0));
    if (!task) {
      this.#known.forget(gid);
      return OK;
    }
    if (task.state !== 'done' && task.state !== 'failed') {
      throw refused(`Could not remove download result of GID#${gid}`);
    }
    await this.#call('tasks.remove', { id: task.id });
    this.#given.delete(task.id);
    return OK;
  }

  // ---- besides

  #remember(id: string, given: Record<string, string>): void {
    if (Object.keys(given).length > 0) this.#given.set(id, { ...this.#given.get(id), ...given });
  }

  /** The task of a gid; null, or with `orRemoved` as it was, where it has been removed. */
  async #of(text: string, orRemoved = false): Promise<{ gid: string; task: Task | null }> {
    const gid = this.#known.resolve(text);
    const id = this.#known.idOf(gid);
    if (id === null) return { gid, task: orRemoved ? this.#known.removed(gid) : null };
    return { gid, task: (await this.#call('tasks.get', { id })).task };
  }

  async #transition(change: () => Promise<unknown>, refusal: string): Promise<void> {
    try {
      await change();
    } catch (thrown) {
      if (thrown instanceof SatchelError && thrown.code === 'bad-transition') throw refused(refusal);
      throw thrown;
    }
  }

  /** The place in the whole list that is `place` of the waiting queue; undefined is the end. */
  async #positionFor(place: number): Promise<number | undefined> {
    return (await waitingTasks(this.#call, place + 1))[place]?.position;
  }
}

/** `sha256:HEX` → `sha-256=HEX`. */
function ariaChecksum(text: string): string {
  const [algorithm = '', hex = ''] = text.split(':');
  return `${algorithm.replace(/^sha(?=\d)/, 'sha-')}=${hex}`;
}

function ifGone(thrown: unknown): void {
  if (!(thrown instanceof SatchelError && thrown.code === 'not-found')) throw thrown;
}
