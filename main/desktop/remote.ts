import { join } from 'node:path';
import type { RemoteAccess } from '../contract/desktop.ts';
import { asSatchelError } from '../contract/errors.ts';
import { ServeOptions } from '../contract/serve.ts';
import type { Settings } from '../contract/settings.ts';
import type { Engine } from '../engine.ts';
import type { Serving } from '../server/server.ts';
import type { Disk } from '../world/disk.ts';

type Wanted = Settings['remoteAccess'];

const CLOSED: RemoteAccess = { address: null, token: null, problem: null };
/** Its log is in the data folder; the desktop has no terminal. */
const NOWHERE = { write: () => {} };

export interface RemoteDoorOptions {
  readonly engine: Engine;
  readonly disk: Disk;
  readonly version: string;
}

/** The desktop's own server door, open while the settings say so. */
export class RemoteDoor {
  readonly #options: RemoteDoorOptions;
  #wanted: Wanted | null = null;
  #serving: Serving | null = null;
  #problem: string | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RemoteDoorOptions) {
    this.#options = options;
  }

  /** As it is once what was asked for so far is done. */
  async state(): Promise<RemoteAccess> {
    await this.#last;
    if (this.#serving === null) return { ...CLOSED, problem: this.#problem };
    const { address, token } = this.#serving;
    return { address, token: token.text, problem: null };
  }

  /** Opens it, closes it or opens it elsewhere. */
  follow(wanted: Wanted): void {
    if (JSON.stringify(wanted) === JSON.stringify(this.#wanted)) return;
    this.#wanted = wanted;
    this.#next(() => this.#reopen(wanted));
  }

  /** With another token: sessions that the old one began are over. */
  async renewToken(): Promise<RemoteAccess> {
    const { disk } = this.#options;
    const wanted = this.#wanted;
    this.#next(async () => {
      await disk.remove(this.#tokenFile);
      if (wanted) await this.#reopen(wanted);
    });
    return this.state();
  }

  async close(): Promise<void> {
    this.#wanted = null;
    this.#next(() => this.#close());
    await this.#last;
  }

  get #tokenFile(): string {
    return join(this.#options.engine.dataFolder.path, 'token');
  }

  /** One after the other. */
  #next(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((thrown: unknown) => {
      const { message, detail } = asSatchelError(thrown);
      this.#problem = detail === undefined ? message : `${message} (${detail})`;
    });
  }

  async #reopen({ enabled, host, port }: Wanted): Promise<void> {
    await this.#close();
    if (!enabled) return;
    const { engine, version } = this.#options;
    // Only now: it is larger than all the rest, and most never need it.
    const { openDoor } = await import('../server/server.ts');
    const options = ServeOptions.parse({ host, port: String(port), tokenFile: this.#tokenFile });
    this.#serving = await openDoor(engine, options, { version, log: NOWHERE });
  }

  async #close(): Promise<void> {
    this.#problem = null;
    const serving = this.#serving;
    this.#serving = null;
    await serving?.close();
  }
}
