import { stat } from 'node:fs/promises';
import type { EventType } from '../../main/contract/events.ts';
import type { Task, TaskState } from '../../main/contract/task.ts';
import { differsAt } from '../kit/content.ts';
import { entriesIn } from '../kit/zip-readers.ts';
import type { Network, Served } from './network.ts';

export interface Known {
  readonly id: string;
  readonly kind: Task['kind'];
  readonly files: readonly Served[];
  /** It cannot be had from anywhere. */
  readonly isLost: boolean;
  /** What a package is called. */
  readonly zip: string;
  /** Where an answer, or what was seen, says that it stands until somebody moves it; null: anywhere. */
  must: Extract<TaskState, 'paused' | 'done'> | null;
  mayBeGone: boolean;
  /** Somebody has asked for it from zero. */
  wasRestarted: boolean;
  /** The disk has failed while it was there. */
  metTrouble: boolean;
  /** How its finished file was found, when it was right. */
  right: string | null;
}

/** What a task was asked for with. */
export type Asked = Pick<Known, 'files' | 'isLost' | 'zip'>;

/** What is in the list, as far as answers promise it, and what is broken of these promises. */
export class Roll {
  readonly known = new Map<string, Known>();
  /** Those that have gone as well. */
  readonly ever = new Map<string, Known>();
  readonly broken: string[] = [];
  readonly owed = new Map<string, Map<EventType, number>>();
  /** By path, those that were asked for and perhaps added, when the process was killed. */
  readonly #perhaps = new Map<string, Asked>();
  /** Names of files that may still be there although their task is gone. */
  readonly mayStay = new Set<string>();
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  break(when: string, what: string): void {
    this.broken.push(`${when}: ${what}`);
  }

  perhaps(asked: Asked): void {
    this.#perhaps.set(asked.files[0]?.path ?? '', asked);
  }

  learn(task: Task): void {
    const path = pathOf(task);
    const asked = this.#perhaps.get(path) ?? { files: [], isLost: false, zip: '' };
    this.#perhaps.delete(path);
    const { id, kind } = task;
    const fresh: Omit<Known, 'id' | 'kind' | keyof Asked> = {
      must: null,
      mayBeGone: false,
      wasRestarted: false,
      metTrouble: false,
      right: null,
    };
    const known = { id, kind, ...asked, ...fresh };
    this.known.set(id, known);
    this.ever.set(id, known);
  }

  /** An answer has said that this has happened to the task. */
  owe(id: string, type: EventType): void {
    const owed = this.owed.get(id) ?? new Map<EventType, number>();
    owed.set(type, (owed.get(type) ?? 0) + 1);
    this.owed.set(id, owed);
  }

  /** Holds the list against what it must be, and every finished file against its source. */
  async compare(tasks: readonly Task[], when: string): Promise<void> {
    const byId = new Map(tasks.map((task) => [task.id, task]));
    if (byId.size !== tasks.length) this.break(when, 'a task is there twice');
    for (const known of [...this.known.values()]) {
      if (byId.has(known.id)) continue;
      if (!known.mayBeGone) this.break(when, `${nameOf(known)} is lost`);
      this.known.delete(known.id);
    }
    for (const task of tasks) {
      if (!this.known.has(task.id) && this.#perhaps.has(pathOf(task))) this.learn(task);
      const known = this.known.get(task.id);
      if (known === undefined) this.break(when, `${task.name} is there, and was removed or never added`);
      else await this.#look(known, task, when);
    }
    this.#perhaps.clear();
  }

  async #look(known: Known, task: Task, when: string): Promise<void> {
    known.mayBeGone = false;
    if (known.must !== null && task.state !== known.must) {
      this.break(when, `${nameOf(known)} is ${task.state}, and must be ${known.must}`);
    }
    if (task.state !== 'done') {
      known.right = null;
      return;
    }
    known.must = 'done';
    if (known.isLost) this.break(when, `${nameOf(known)} is done, and nobody has it`);
    await this.lookAtFile(known, task, when);
  }

  /** What is called done is right, and stays as it was. */
  async lookAtFile(known: Known, { path, items }: Task, when: string): Promise<void> {
    const facts = await stat(path, { bigint: true }).catch(() => null);
    const look = facts === null ? null : `${facts.ino} ${facts.size} ${facts.mtimeNs}`;
    if (look === null) return this.break(when, `${path} is done, and not there`);
    if (known.right === look) return;
    known.right = look;
    const wrong = known.kind === 'file' ? await wrongFile(known, path) : await this.#wrongZip(items, path);
    if (wrong !== null) this.break(when, `${path} is done, and ${wrong}`);
  }

  async #wrongZip(items: Task['items'], path: string): Promise<string | null> {
    const entries = new Map(await entriesIn(path));
    const wanted = items.filter(({ leftOut }) => !leftOut);
    if (entries.size !== wanted.length) return `has ${entries.size} entries for ${wanted.length} items`;
    for (const { name, url } of wanted) {
      const served = this.#network.files.get(new URL(url ?? '').pathname);
      const sum = entries.get(name);
      if (!served?.versions.some((version) => version.sha256() === sum)) return `${name} in it is wrong`;
    }
    return null;
  }
}

async function wrongFile({ files: [served] }: Known, path: string): Promise<string | null> {
  const wrong: (number | null)[] = [];
  for (const version of served?.versions ?? []) {
    const at = await differsAt(version, path);
    if (at === null) return null;
    wrong.push(at);
  }
  return `wrong from byte ${wrong.join(' or ')}`;
}

export function nameOf({ files }: Pick<Known, 'files'>): string {
  return files.map(({ name }) => name).join('+');
}

function pathOf({ items }: Task): string {
  const url = items[0]?.url;
  return url ? new URL(url).pathname : '';
}
