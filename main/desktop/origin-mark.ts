import type { EventMessage } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import type { Engine } from '../engine.ts';
import type { Disk } from '../world/disk.ts';
import { runProgram } from '../world/program.ts';

export interface OriginMarksOptions {
  readonly disk: Disk;
  readonly platform: NodeJS.Platform;
  /** Runs a program and its arguments. */
  readonly run?: (command: readonly string[]) => Promise<unknown>;
}

const PROGRAM_MS = 10_000;
const READ_WRITE = 0o666;

/** Tells the system of each finished file that it came from the internet, so that it is careful with it; as browsers do. */
export class OriginMarks {
  readonly #options: Required<OriginMarksOptions>;

  constructor({ run = runQuietly, ...options }: OriginMarksOptions) {
    this.#options = { ...options, run };
  }

  /** Never rejects: a file system without such marks is nothing that the user can help. */
  async take({ event_type, payload }: EventMessage, engine: Pick<Engine, 'call'>): Promise<void> {
    if (event_type !== 'task.done' || !marksAt(this.#options.platform)) return;
    const answer = await engine.call('tasks.get', { id: payload.taskId });
    if (answer.ok) await this.mark(answer.value.task);
  }

  /** The same for one file; nothing where all of it is of this machine. */
  async mark({ path, items }: Pick<Task, 'path' | 'items'>): Promise<void> {
    const urls = items.flatMap(({ url }) => url ?? []);
    const [first] = urls;
    if (first === undefined) return;
    try {
      await this.#put(path, urls.length === 1 ? first : null);
    } catch {
      // FAT knows no marks, and the file may be gone by now.
    }
  }

  async #put(path: string, url: string | null): Promise<void> {
    const { disk, platform, run } = this.#options;
    if (platform === 'darwin') {
      await run(['/usr/bin/xattr', '-w', 'com.apple.quarantine', quarantine(Date.now()), path]);
      return;
    }
    const facts = await disk.facts(path);
    if (facts?.kind !== 'file') return;
    const stream = await disk.create(`${path}:Zone.Identifier`, READ_WRITE);
    try {
      await stream.write([Buffer.from(zoneText(url))], 0);
      // All streams of a file have one time: that of the file stays as it was.
      await stream.setModified(facts.modified);
    } finally {
      await stream.close();
    }
  }
}

/** Linux has no such mark. */
function marksAt(platform: NodeJS.Platform): boolean {
  return platform === 'win32' || platform === 'darwin';
}

/** Zone 3 is the internet. What may let somebody in stays out of it: the mark goes where the file goes. */
function zoneText(address: string | null): string {
  const url = address === null ? null : URL.parse(address);
  const from = url === null ? [] : [`HostUrl=${url.origin}${url.pathname}`];
  return ['[ZoneTransfer]', 'ZoneId=3', ...from, ''].join('\r\n');
}

/** Downloaded by an app, not looked at by the user yet. */
function quarantine(now: number): string {
  return `0081;${Math.floor(now / 1000).toString(16)};Satchel;`;
}

function runQuietly(command: readonly string[]): Promise<unknown> {
  return runProgram({ command, env: {}, timeoutMs: PROGRAM_MS, signal: new AbortController().signal });
}
