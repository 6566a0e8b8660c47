import { z } from 'zod';
import { UpdatesAddress, type Updates as UpdatesState } from '../contract/desktop.ts';
import { asSatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import { writeWhole } from '../world/small-file.ts';
import type { UpdateTalk } from './update-talk.ts';
import type { Updater } from './updater.ts';

/** After the start: what is wanted then comes first. */
const FIRST_MS = 60_000;
const EVERY_MS = 24 * 60 * 60 * 1000;

const Kept = z.object({ address: UpdatesAddress });

export interface UpdatesOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  /**
   * Where the address is kept. It is none of the settings: whoever may set those over the network could have any program
   * installed here.
   */
  readonly file: string;
  readonly open: (address: string) => Promise<Updater>;
  readonly talk: UpdateTalk;
  /** Whether nothing is being downloaded. */
  readonly isQuiet: () => boolean;
  /** Everything is put away: what starts in place of this program must find nothing in use. */
  readonly putAway: () => Promise<void>;
  /** There is an address now, or no longer one. */
  readonly onAddress: () => void;
}

type Known = Omit<UpdatesState, 'address'>;
const OFF: Known = { state: 'off', version: null, share: null, problem: null };

/**
 * Newer versions of this program. Without an address nobody is ever asked; nothing is fetched before the user has agreed,
 * and nothing is fetched or installed while downloads run.
 */
export class Updates {
  readonly #options: UpdatesOptions;
  #address: string | null = null;
  #updater: Updater | null = null;
  #known: Known = OFF;
  #due = 0;
  /** Of which the user was told without having asked. */
  #told: string | null = null;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  get state(): UpdatesState {
    return { address: this.#address, ...this.#known };
  }

  /** As the address was left. */
  async start(): Promise<void> {
    const { disk, file } = this.#options;
    try {
      const { address } = Kept.parse(JSON.parse((await disk.readWhole(file)).toString('utf8')));
      if (address !== null) await this.#follow(address);
    } catch {
      // None was ever set, or the file is none of ours: it stays off.
    }
  }

  /** Null: off. */
  async setAddress(address: string | null): Promise<UpdatesState> {
    const { disk, file } = this.#options;
    await writeWhole(disk, file, Buffer.from(`${JSON.stringify({ address })}\n`));
    await this.#follow(address);
    return this.state;
  }

  /** What is due now; called every second. */
  look(): void {
    const { clock, isQuiet } = this.#options;
    if (this.#updater === null || !isQuiet()) return;
    if (this.#known.state === 'waiting') void this.#get(this.#updater);
    else if (clock.now() >= this.#due) void this.#check(this.#updater, false);
  }

  /** The user asks. Resolves when that is known; what can be done is asked in a box of its own. */
  async checkNow(): Promise<void> {
    const { state, version } = this.#known;
    if (this.#updater === null || state === 'checking') return;
    if (state === 'ready') this.#offerRestart(this.#updater, version ?? '');
    else if (state === 'fetching' || state === 'waiting') this.#options.talk.tellOnItsWay(version ?? '');
    else await this.#check(this.#updater, true);
  }

  close(): void {
    this.#updater?.close();
    this.#updater = null;
  }

  async #follow(address: string | null): Promise<void> {
    if (address === this.#address) return;
    this.close();
    this.#address = address;
    this.#known = address === null ? OFF : { ...OFF, state: 'idle' };
    this.#due = this.#options.clock.now() + FIRST_MS;
    if (address !== null) {
      const updater = await this.#options.open(address);
      // Another may have been set meanwhile.
      if (address === this.#address) this.#updater = updater;
    }
    this.#options.onAddress();
  }

  async #check(updater: Updater, asked: boolean): Promise<void> {
    const { clock, talk } = this.#options;
    this.#due = clock.now() + EVERY_MS;
    this.#know(updater, { state: 'checking' });
    const version = await this.#tried(updater, () => updater.check());
    if (updater !== this.#updater) return;
    if (version === undefined) {
      if (asked) talk.tellFailed(this.#known.problem ?? '');
    } else if (version === null) {
      this.#know(updater, { state: 'current' });
      if (asked) talk.tellCurrent();
    } else {
      this.#know(updater, { state: 'found', version });
      this.#offer(updater, version, asked);
    }
  }

  /** A box that comes by itself would be in the way: then it is only a notice, once for each version. */
  #offer(updater: Updater, version: string, asked: boolean): void {
    const { talk } = this.#options;
    const ask = async () => {
      if (!updater.installs) return talk.tellElsewhere(version);
      const agreed = await talk.askToGet(version, this.#address ?? '');
      if (!agreed || this.#known.state !== 'found') return;
      this.#know(updater, { state: 'waiting', version });
      this.look();
    };
    if (asked) void ask();
    else if (this.#told !== version) talk.notice('found', version, () => void ask());
    this.#told = version;
  }

  async #get(updater: Updater): Promise<void> {
    const { version } = this.#known;
    this.#know(updater, { state: 'fetching', version, share: 0 });
    const got = await this.#tried(updater, async () => {
      await updater.get((share) => this.#know(updater, { state: 'fetching', version, share }));
      return true;
    });
    if (got === undefined) return;
    this.#know(updater, { state: 'ready', version });
    this.#options.talk.notice('ready', version ?? '', () => this.#offerRestart(updater, version ?? ''));
  }

  #offerRestart(updater: Updater, version: string): void {
    const { talk, isQuiet, putAway } = this.#options;
    if (!isQuiet()) {
      talk.tellOnItsWay(version);
      return;
    }
    void talk.askToRestart(version).then(async (agreed) => {
      // Something may have begun while the box was open.
      if (!agreed || !isQuiet() || updater !== this.#updater) return;
      await putAway();
      updater.install();
    });
  }

  /** Undefined: it failed, or is no longer wanted. */
  async #tried<T>(updater: Updater, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const done = await work();
      return updater === this.#updater ? done : undefined;
    } catch (thrown) {
      const { message, detail = message } = asSatchelError(thrown);
      this.#know(updater, { state: 'failed', problem: detail.split('\n')[0] ?? detail });
      return undefined;
    }
  }

  #know(updater: Updater, known: Pick<Known, 'state'> & Partial<Known>): void {
    if (updater === this.#updater) this.#known = { ...OFF, ...known };
  }
}
