import { join } from 'node:path';
import {
  type Answer,
  COMMANDS,
  type CommandAnswer,
  type CommandInput,
  type CommandName,
  isCommand,
} from '../contract/commands.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { Settings } from '../contract/settings.ts';
import type { Send } from '../progress/listener.ts';
import type { NetrcEntry } from '../source/netrc.ts';
import { Bucket } from '../transfer/bucket.ts';
import { Hosts } from '../transfer/hosts.ts';
import { readBytesFor } from '../transfer/throttle.ts';
import type { AddressRule } from '../world/address-rule.ts';
import type { Clock, Timer } from '../world/clock.ts';
import { type DataFolder, openDataFolder } from '../world/data-folder.ts';
import type { Disk } from '../world/disk.ts';
import { createHttp, type Http } from '../world/http.ts';
import { openFileSecretBox, type SecretBox } from '../world/secrets.ts';
import { openSettings, type SettingsFile } from '../world/settings.ts';
import { adoptJournals } from './adopt.ts';
import type { SubscribeOptions, Subscription } from './audience.ts';
import { Confinement } from './confinement.ts';
import { Deliveries } from './deliveries.ts';
import { discardRecord, type Trash } from './discard.ts';
import { Duplicates } from './duplicates.ts';
import type { EngineFigures } from './figures.ts';
import type { RunSurroundings } from './file-job.ts';
import { FileTasks } from './file-task.ts';
import { Gate } from './gate.ts';
import { createHandlers, type Handlers } from './handlers.ts';
import { HeldAnswers } from './held-answers.ts';
import { HostQueue } from './host-queue.ts';
import { issueOf } from './issue.ts';
import type { Change } from './keeper.ts';
import { LiveSettings } from './live-settings.ts';
import { lookAhead } from './look-ahead.ts';
import { Manager } from './manager.ts';
import { PackageTasks } from './package-task.ts';
import { RatePlan } from './rate.ts';
import type { TaskRecord } from './record.ts';
import { RoomWatch } from './room.ts';
import type { Run } from './runs.ts';
import { openStore, type Store } from './store.ts';
import { type PreparedZip, prepareZip } from './stream-request.ts';
import { targetsOf } from './targets.ts';
import { TaskBuckets } from './task-buckets.ts';
import { TrayFile } from './tray-file.ts';
import { Uploads } from './uploads.ts';

export interface TasksOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Null: SATCHEL_DATA_DIR, else the place of the system. */
  readonly dataDir: string | null;
  /** Absolute; where downloads go unless the settings say otherwise. */
  readonly downloads: string;
  readonly version: string;
  /** Null: a key file in the data folder. */
  readonly box: SecretBox | null;
  readonly trash: Trash;
  /** Which addresses may be fetched; left out: all. */
  readonly rule?: AddressRule | null;
  /** Nothing may lie outside of `downloads`. */
  readonly confined?: boolean;
  /** Told what the settings are: at the start, and whenever somebody has set something. */
  readonly onSettings?: (settings: Settings) => void;
  /** The logins in the user's own file. */
  readonly netrc: (disk: Disk) => Promise<readonly NetrcEntry[]>;
}

/** The task manager at work on one data folder. */
export interface Tasks {
  /** Runs a command. Never rejects: answers are values. */
  call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Answer<CommandAnswer<N>>>;
  /** A snapshot first, then what happens, as docs/cli.md describes it for `--json`. */
  subscribe(listener: Send, options?: SubscribeOptions): Subscription;
  /**
   * A ZIP that is to be streamed, as ZipRequest has it; nothing is fetched yet. Throws `bad-input`, `bad-url`,
   * `address-refused`, `not-found`, `bad-transition`, `not-running`.
   */
  prepareZip(request: unknown): Promise<PreparedZip>;
  /** As it stands now; reading them costs a look at each task. */
  figures(): EngineFigures;
  readonly dataFolder: DataFolder;
  /** Files that browsers hand over to be packed. */
  readonly uploads: Uploads;
  /** Keeps links that are for the package tray until a window takes them. */
  offer(text: string): void;
  /** This computer has slept: its connections are dead, and what runs goes on over new ones at once. */
  wake(): void;
  /** Where a path truly leads. Throws `path-unsafe` where that is outside, for one that is confined. */
  demandInside(path: string): Promise<string>;
  /** Stops everything, each download with its last barrier; what was running goes on at the next start. */
  close(): Promise<void>;
}

/** Old history moves to the archive at the start, and then so often; so many rows at a time, with a rest between. */
const ARCHIVE_MS = 3_600_000;
const ARCHIVE_MORE_MS = 1000;
const ARCHIVE_ROWS = 100;
const DAY_MS = 86_400_000;
/** More nobody has meant to hand over before looking at them. */
const MOST_OFFERS = 1000;

/** Why nothing is started while servers cannot be reached as the settings say. */
const NO_WAY = 'no way to servers';

/** Opens the data folder and goes on with what is in it. Throws `already-running` when another process has it. */
export async function openTasks(options: TasksOptions): Promise<Tasks> {
  const { disk, dataDir } = options;
  const dataFolder = await openDataFolder({ disk, clock: options.clock, dir: dataDir });
  let store: Store | null = null;
  try {
    const settings = await openSettings(disk, join(dataFolder.path, 'settings.json'));
    const box = options.box ?? (await openFileSecretBox(disk, join(dataFolder.path, 'secret.key')));
    const opened = await openStore({ disk, clock: options.clock, folder: dataFolder.path });
    store = opened.store;
    const confinement = options.confined ? await Confinement.open(disk, options.downloads) : null;
    const running = new RunningTasks(options, { dataFolder, settings, box, confinement, ...opened });
    await running.start();
    return running;
  } catch (error) {
    store?.close();
    await dataFolder.close();
    throw error;
  }
}

interface Opened {
  readonly dataFolder: DataFolder;
  readonly settings: SettingsFile;
  readonly box: SecretBox;
  readonly confinement: Confinement | null;
  readonly store: Store;
  readonly recovered: readonly string[];
}

class RunningTasks implements Tasks {
  readonly #options: TasksOptions;
  readonly #opened: Opened;
  readonly #startedAt: number;
  readonly #http: Http;
  readonly #hosts: Hosts;
  readonly #held: HeldAnswers;
  readonly #bucket: Bucket;
  readonly #rates: RatePlan;
  readonly #buckets: TaskBuckets;
  readonly #manager: Manager;
  readonly #room: RoomWatch;
  readonly #duplicates: Duplicates;
  readonly #gate: Gate;
  readonly #tray: TrayFile;
  readonly #offers: { readonly text: string }[] = [];
  readonly #deliveries: Deliveries;
  readonly uploads: Uploads;
  /** As the targets of events were last set. */
  #targets = '';
  readonly #handlers: Handlers;
  readonly #settings: LiveSettings;
  readonly #around: RunSurroundings;
  /** Ends what would take long: ZIPs that are streamed, files that are verified. */
  readonly #ending = new AbortController();
  #archiving: Timer | null = null;
  #historyProblem: string | null = null;
  readonly #calls = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  constructor(options: TasksOptions, opened: Opened) {
    const { clock, disk, random } = options;
    const { store, box, confinement } = opened;
    this.#options = options;
    this.#opened = opened;
    this.#startedAt = clock.now();
    const { perHost, jobs } = opened.settings.current;
    const { rule = null } = options;
    this.#http = createHttp({}, rule);
    this.#hosts = new Hosts(clock, perHost, () => this.#manager.fill());
    this.#held = new HeldAnswers(clock);
    this.#bucket = new Bucket(clock, null);
    this.#rates = new RatePlan(clock, this.#bucket, () => this.#limitReads());
    this.#settings = new LiveSettings({
      file: opened.settings,
      store,
      box,
      disk,
      http: this.#http,
      downloads: options.downloads,
      onChange: (settings) => {
        this.#held.clear();
        this.#hosts.setPerHost(settings.perHost);
        this.#manager.setJobs(settings.jobs);
        this.#rates.follow(settings.limits);
        this.#manager.fill();
        this.#followTargets(settings);
        options.onSettings?.(settings);
      },
      onReach: (mayReach) => {
        if (mayReach) this.#manager.release(NO_WAY);
        else this.#manager.hold(NO_WAY);
        this.#deliveries.setOpen(mayReach);
      },
    });
    this.#deliveries = new Deliveries({ clock, random, outbox: store.outbox });
    this.#tray = new TrayFile(disk, box, join(opened.dataFolder.path, 'tray'));
    this.uploads = new Uploads({
      ...{ disk, clock },
      folder: join(opened.dataFolder.path, 'uploads'),
      mayNeed: (id) => this.#tray.names(id),
      needed: () => this.#localFiles(),
    });
    this.#gate = new Gate({
      ...{ rule, confinement },
      isHandedOver: (path) => this.uploads.owns(path),
      downloads: () => this.#settings.downloads,
      settings: () => this.#settings.current,
    });
    const around = { disk, clock, http: this.#http, hosts: this.#hosts, bucket: this.#bucket, random };
    this.#around = around;
    this.#buckets = new TaskBuckets(clock, () => this.#limitReads());
    const tasks = {
      around,
      box,
      settings: () => this.#settings.current,
      downloads: () => this.#settings.downloads,
      netrc: options.netrc,
      buckets: this.#buckets,
      held: this.#held,
    };
    const queueing = new HostQueue(this.#hosts, clock, (record) => this.#manager.atWork(record));
    this.#manager = new Manager({
      clock,
      memory: { save: (change) => this.#remember(change) },
      outgoing: (message) => {
        this.uploads.follow();
        return this.#deliveries.outgoing(message);
      },
      jobs,
      run: this.#gated(new FileTasks(tasks).run),
      runPackage: this.#gated(new PackageTasks(tasks).run),
      discard: (record) => discardRecord(disk, options.trash, record),
      mayRun: (record, others) => queueing.mayRun(record, others),
      waitsForRoom: true,
      onFacts: (record) => this.#markDuplicate(record),
      onNoRoom: () => this.#room.watch(),
    });
    this.#room = new RoomWatch({
      disk,
      clock,
      list: () => this.#manager.list(),
      onRoom: (record) => this.#manager.room(record),
    });
    this.#duplicates = new Duplicates(() => this.#manager.list(), store);
    this.#handlers = createHandlers({
      duplicates: this.#duplicates,
      gate: this.#gate,
      tray: this.#tray,
      offers: this.#offers,
      lookAhead: (urls) => lookAhead(urls, { ...around, held: this.#held }),
      closing: this.#ending.signal,
      clock,
      disk,
      box,
      store,
      manager: this.#manager,
      setLimit: (record) => this.#buckets.setLimit(record),
      settings: () => this.#settings.current,
      updateSettings: (patch) => this.#settings.update(patch),
      downloads: () => this.#settings.downloads,
      about: () => this.#about(),
    });
  }

  #remember(change: Change): void {
    const events = this.#deliveries.wanted(change.events ?? []);
    this.#opened.store.save({ ...change, events });
    // Only now: nobody is told what a crash could still undo.
    if (events.some(({ targets }) => targets.length > 0)) this.#deliveries.wake();
  }

  #followTargets(settings: Settings): void {
    const { clock } = this.#options;
    const secrets = this.#settings.webhookSecrets;
    const targets = JSON.stringify([settings.webhooks, settings.onDone, [...secrets]]);
    if (targets === this.#targets) return;
    this.#targets = targets;
    const keepsAll = this.#opened.settings.problems.length > 0;
    this.#deliveries.follow(targetsOf(settings, { http: this.#http, clock, secrets }), { keepsAll });
  }

  /** A run that begins only where it may be. */
  #gated<Listener>(run: Run<Listener>): Run<Listener> {
    return async (record, listener, signal) => {
      await this.#gate.demandRecord(record);
      return run(record, listener, signal);
    };
  }

  offer(text: string): void {
    if (this.#offers.length >= MOST_OFFERS) throw new SatchelError('rate-limited', 'too much is offered');
    this.#offers.push({ text });
  }

  wake(): void {
    this.#http.cut();
  }

  demandInside(path: string): Promise<string> {
    return this.#gate.demandInside(path);
  }

  figures(): EngineFigures {
    const { counters, speed } = this.#manager;
    const { held, used } = this.#hosts.figures();
    return {
      tasks: this.#manager.counts,
      speed,
      bytesFetched: counters.bytes,
      outcomes: { ...counters.outcomes },
      retries: { ...counters.retries },
      heldHosts: held,
      connections: used,
      openSockets: this.#http.openSockets(),
    };
  }

  get dataFolder(): DataFolder {
    return this.#opened.dataFolder;
  }

  /** Takes up what is remembered. */
  async start(): Promise<void> {
    const { store } = this.#opened;
    const records = store.load();
    await adoptJournals(records, { disk: this.#options.disk, others: () => records, byAddress: false });
    this.#manager.load(records);
    await this.#settings.follow();
    this.#manager.open();
    this.#room.watch();
    this.#archive();
    void this.uploads.tidy();
  }

  call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Answer<CommandAnswer<N>>> {
    const answer = this.#call(command, input);
    this.#calls.add(answer);
    void answer.finally(() => this.#calls.delete(answer));
    return answer;
  }

  async #call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Answer<CommandAnswer<N>>> {
    try {
      if (this.#closing !== null) throw new SatchelError('not-running');
      if (!isCommand(command)) throw new SatchelError('bad-input', `no command ${command}`);
      const parsed = COMMANDS[command].input.safeParse(input ?? {});
      if (!parsed.success) {
        throw new SatchelError('bad-input', issueOf(parsed.error));
      }
      const handler = this.#handlers[command] as (checked: unknown) => Promise<CommandAnswer<N>>;
      return { ok: true, value: await handler(parsed.data) };
    } catch (thrown) {
      return { ok: false, error: asSatchelError(thrown).report() };
    }
  }

  subscribe(listener: Send, options: SubscribeOptions = {}): Subscription {
    return this.#manager.subscribe(listener, options);
  }

  async prepareZip(request: unknown): Promise<PreparedZip> {
    if (this.#closing !== null) throw new SatchelError('not-running');
    return prepareZip(request, {
      around: this.#around,
      settings: () => this.#settings.current,
      netrc: this.#options.netrc,
      taskOf: (id) => this.#manager.get(id),
      gate: this.#gate,
      closing: this.#ending.signal,
      counters: this.#manager.counters,
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#ending.abort(new SatchelError('cancelled', 'Satchel is closing'));
    this.#archiving?.stop();
    this.#room.close();
    this.#rates.close();
    this.#held.clear();
    try {
      await Promise.all(this.#calls);
      await this.#manager.close();
      await this.#deliveries.close();
      await this.uploads.close();
    } finally {
      this.#hosts.close();
      this.#bucket.close();
      this.#http.close();
      this.#opened.store.close();
      await this.#opened.dataFolder.close();
    }
  }

  // ---- besides

  /** A read of a socket must not be larger than what the smallest limit lets through in a moment. */
  #limitReads(): void {
    const rates = [this.#bucket.rate, ...this.#buckets.rates].filter((rate) => rate !== null);
    this.#http.limitReads(rates.length === 0 ? null : readBytesFor(Math.min(...rates)));
  }

  /** Of this machine, of tasks that are not done. */
  *#localFiles(): Iterable<string> {
    for (const { state, items } of this.#manager.everybody()) {
      if (state === 'done') continue;
      for (const { path } of items) if (path !== null) yield path;
    }
  }

  #markDuplicate(record: TaskRecord): void {
    const [item] = record.items;
    // What a package holds is not what it is.
    if (record.kind === 'package' || record.duplicateOf !== null) return;
    if (!item || item.etag === null || item.total === null) return;
    record.duplicateOf = this.#duplicates.ofContent(record, item.etag, item.total);
  }

  /** Moves old history away, a little at a time; what fails now may work later. */
  #archive(): void {
    const { clock } = this.#options;
    let moved = 0;
    try {
      moved = this.#opened.store.archive(
        clock.now() - this.#settings.current.historyDays * DAY_MS,
        ARCHIVE_ROWS,
      );
    } catch (thrown) {
      this.#historyProblem = asSatchelError(thrown).message;
    }
    this.#archiving = clock.after(moved === ARCHIVE_ROWS ? ARCHIVE_MORE_MS : ARCHIVE_MS, () =>
      this.#archive(),
    );
  }

  #about() {
    const { dataFolder, recovered } = this.#opened;
    const lost = recovered.map((path) => `A damaged database was begun anew; the old one is ${path}.`);
    const history =
      this.#historyProblem === null ? [] : [`Old history stays where it is: ${this.#historyProblem}`];
    return {
      version: this.#options.version,
      dataDir: dataFolder.path,
      startedAt: new Date(this.#startedAt).toISOString(),
      limitRate: this.#bucket.rate,
      holds: this.#hosts.holds().map(({ host, until }) => ({ host, until: new Date(until).toISOString() })),
      problems: [...lost, ...history, ...this.#settings.problems, ...this.#deliveries.problems],
    };
  }
}
