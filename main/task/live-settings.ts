import { z } from 'zod';
import { asSatchelError } from '../contract/errors.ts';
import type { Settings, SettingsPatch } from '../contract/settings.ts';
import type { Disk } from '../world/disk.ts';
import type { Http } from '../world/http.ts';
import type { SecretBox } from '../world/secrets.ts';
import type { SettingsFile } from '../world/settings.ts';
import { downloadsFolder } from './incoming.ts';
import { networkOf, splitProxy } from './network.ts';
import type { Store } from './store.ts';

/** Under which the credentials of the proxy are kept, together with the proxy that they are for. */
const PROXY = 'proxy';
const Sealed = z.object({ proxy: z.string(), userInfo: z.string() });

/** Under which the secrets of webhooks are kept, by their addresses. */
const WEBHOOKS = 'webhooks';
const SealedSecrets = z.record(z.string(), z.string());

type NewWebhooks = NonNullable<SettingsPatch['webhooks']>;

/** A change of one of these is one of the way to servers. */
const NETWORK_KEYS = ['proxy', 'caFile', 'insecure', 'userAgent'] as const;

export interface LiveSettingsOptions {
  readonly file: SettingsFile;
  readonly store: Store;
  readonly box: SecretBox;
  readonly disk: Disk;
  readonly http: Http;
  /** Absolute; where downloads go unless the settings say otherwise. */
  readonly downloads: string;
  /** Puts all of them but the network's into effect. */
  readonly onChange: (settings: Settings) => void;
  /** Whether servers may be asked: not past a proxy that is wanted and cannot be had. */
  readonly onReach: (mayReach: boolean) => void;
}

/** The settings in effect: what is changed is first tried, then kept, and holds at once. */
export class LiveSettings {
  readonly #options: LiveSettingsOptions;
  /** What the network was last set to; its kept-alive connections are worth keeping when nothing of it has changed. */
  #network = '';
  #problem: string | null = null;
  #secretsProblem: string | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: LiveSettingsOptions) {
    this.#options = options;
  }

  get current(): Settings {
    return this.#options.file.current;
  }

  /** Absolute. */
  get downloads(): string {
    return downloadsFolder(this.current, this.#options.downloads);
  }

  /** What is amiss with them, in plain sentences. */
  get problems(): string[] {
    const unsafe = 'No certificate is checked: anybody on the way can change what comes.';
    return [
      ...this.#options.file.problems,
      ...(this.current.insecure ? [unsafe] : []),
      ...[this.#problem, this.#secretsProblem].filter((problem) => problem !== null),
    ];
  }

  /** Puts into effect what the file says. Where the network cannot be as it says, nothing is fetched: see `problems`. */
  async follow(): Promise<void> {
    const { onChange, onReach } = this.#options;
    onChange(this.current);
    try {
      await this.#reach(this.current, this.#userInfo(this.current.proxy));
      this.#problem = null;
    } catch (thrown) {
      const { message, detail } = asSatchelError(thrown);
      this.#problem = `Nothing is fetched, since servers cannot be reached as the settings say: ${detail ?? message}`;
    }
    onReach(this.#problem === null);
  }

  /** Errors: `bad-input`, those of the disk; nothing has changed then. One after the other. */
  update(patch: SettingsPatch): Promise<Settings> {
    const updated = this.#last.then(() => this.#update(patch));
    this.#last = updated.catch(() => {});
    return updated;
  }

  async #update(patch: SettingsPatch): Promise<Settings> {
    const { file, store, box } = this.#options;
    const given = patch.proxy === undefined ? null : splitProxy(patch.proxy);
    const webhooks = patch.webhooks?.map(({ secret: _, ...webhook }) => webhook);
    const kept = {
      ...patch,
      ...(given ? { proxy: given.proxy } : {}),
      ...(webhooks ? { webhooks } : {}),
    };
    const wanted = { ...this.current, ...withoutUndefined(kept) };
    downloadsFolder(wanted, this.#options.downloads);
    try {
      // Nothing is kept that cannot be put into effect.
      if (NETWORK_KEYS.some((key) => patch[key] !== undefined)) {
        await this.#reach(wanted, given ? given.userInfo : this.#userInfo(wanted.proxy));
      }
      // First: credentials without their proxy do no harm, a proxy with another's would.
      if (given) {
        store.setSecret(PROXY, given.userInfo === null ? null : box.seal(JSON.stringify(given)));
      }
      if (patch.webhooks) await this.#withSecrets(patch.webhooks, () => file.update(kept));
      else await file.update(kept);
    } finally {
      await this.follow();
    }
    return this.current;
  }

  /** What messages to webhooks are signed with, by their addresses. */
  get webhookSecrets(): ReadonlyMap<string, string> {
    const { store, box } = this.#options;
    this.#secretsProblem = null;
    const sealed = store.secret(WEBHOOKS);
    if (sealed === null) return new Map();
    try {
      return new Map(Object.entries(SealedSecrets.parse(JSON.parse(box.open(sealed)))));
    } catch {
      this.#secretsProblem = 'The secrets of webhooks cannot be read any more; set them again.';
      return new Map();
    }
  }

  /** At no moment is a webhook without its secret, however the change of the file ends. */
  async #withSecrets(webhooks: NewWebhooks, update: () => Promise<unknown>): Promise<void> {
    const before = this.webhookSecrets;
    const after = new Map(
      webhooks.flatMap(({ url, secret = before.get(url) ?? null }) =>
        secret === null ? [] : [[url, secret]],
      ),
    );
    this.#sealSecrets(new Map([...before, ...after]));
    let lasting = before;
    try {
      await update();
      lasting = after;
    } finally {
      this.#sealSecrets(lasting);
    }
  }

  #sealSecrets(secrets: ReadonlyMap<string, string>): void {
    const { store, box } = this.#options;
    const text = JSON.stringify(Object.fromEntries(secrets));
    store.setSecret(WEBHOOKS, secrets.size === 0 ? null : box.seal(text));
  }

  /** Those that were given for this proxy, and for no other. */
  #userInfo(proxy: string): string | null {
    const sealed = this.#options.store.secret(PROXY);
    if (sealed === null) return null;
    const opened = Sealed.parse(JSON.parse(this.#options.box.open(sealed)));
    return opened.proxy === proxy ? opened.userInfo : null;
  }

  async #reach(settings: Settings, userInfo: string | null): Promise<void> {
    const { disk, http } = this.#options;
    const network = await networkOf(disk, settings, userInfo);
    const text = JSON.stringify(network);
    if (text === this.#network) return;
    http.configure(network);
    this.#network = text;
  }
}

function withoutUndefined(patch: object): Partial<Settings> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}
