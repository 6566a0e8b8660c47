import type { CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';
import type { EventType } from '../../main/contract/events.ts';
import type { Life } from './life.ts';
import type { Network } from './network.ts';
import type { Known, Roll } from './roll.ts';
import type { Tally } from './tally.ts';

/** What may be refused: the state of a task has changed since it was looked at, or the disk is in trouble. */
const REFUSALS: readonly string[] = ['bad-transition', 'not-found', 'disk-error', 'disk-full', 'permission'];

/** What users do, and what answers to it promise. */
export class Acts {
  readonly #network: Network;
  readonly #roll: Roll;
  readonly #random: () => number;
  readonly #tally: Tally;
  #packages = 0;

  constructor(network: Network, roll: Roll, random: () => number, tally: Tally) {
    this.#network = network;
    this.#roll = roll;
    this.#random = random;
    this.#tally = tally;
  }

  async add(life: Life): Promise<void> {
    const dice = this.#random();
    if (dice < 0.2) return this.#addPackage(life);
    const served = this.#network.serve();
    const { checksum } = served;
    const nowhere = `http://no-such-host.invalid${served.path}`;
    const url = this.#network.server.url(served.path);
    const isLost = dice > 0.97;
    this.#roll.perhaps({ files: [served], isLost, zip: '' });
    if (dice > 0.9) this.#tally.add('a host without an address');
    const source = isLost ? { url: nowhere } : dice > 0.9 ? { url: nowhere, spares: [url] } : { url };
    const onChanged = this.#random() < 0.5 ? 'restart' : 'stop';
    const task = { kind: 'file' as const, ...source, onChanged } as const;
    await this.#added(life, { ...task, ...(checksum === null ? {} : { checksum }) });
  }

  async #addPackage(life: Life): Promise<void> {
    const count = 2 + Math.floor(this.#random() * 5);
    const files = Array.from({ length: count }, () => this.#network.serve());
    const items = files.map(({ path, checksum }) => ({
      url: this.#network.server.url(path),
      ...(checksum === null ? {} : { checksum }),
    }));
    this.#packages += 1;
    const name = `bundle-${this.#packages}.zip`;
    this.#roll.perhaps({ files, isLost: false, zip: name });
    const compress = this.#random() < 0.7 ? 'store' : 'auto';
    await this.#added(life, { kind: 'package', name, compress, items, onChanged: 'restart' });
  }

  async #added(life: Life, input: CommandInput<'tasks.add'>): Promise<void> {
    const answer = await this.#ask(life, 'tasks.add', input);
    if (answer === null) return;
    this.#roll.learn(answer.task);
    this.#roll.owe(answer.task.id, 'task.added');
  }

  /** Something, to some task. */
  async something(life: Life): Promise<void> {
    const all = [...this.#roll.known.values()];
    const known = all[Math.floor(this.#random() * all.length)];
    if (known === undefined) return;
    const dice = this.#random();
    if (dice < 0.25) await this.#pause(life, known);
    else if (dice < 0.55) await this.#move(life, known, 'tasks.resume');
    else if (dice < 0.75) await this.#move(life, known, 'tasks.retry');
    else if (dice < 0.78) await this.restart(life, known);
    else if (dice < 0.84) await this.#start(life, known);
    else if (dice < 0.92) {
      const position = Math.floor(this.#random() * 20);
      await this.#ask(life, 'tasks.update', { id: known.id, position, priority: position - 10 });
    } else if (dice < 0.96) await this.remove(life, known);
    else await this.#resumeAll(life);
  }

  async restart(life: Life, known: Known): Promise<void> {
    known.wasRestarted = true;
    await this.#move(life, known, 'tasks.restart');
  }

  /** With its file, or without. */
  async remove(life: Life, known: Known): Promise<void> {
    known.mayBeGone = true;
    const { id } = known;
    const gone = await this.#ask(life, 'tasks.remove', { id, files: 'delete' });
    if (gone !== null) {
      this.#roll.owe(id, 'task.removed');
      this.#roll.known.delete(id);
    } else if (life.isTroubled) {
      // A finished file that a disk does not let go of is the user's, who is told so.
      for (const name of [known.zip, ...known.files.map((served) => served.name)])
        this.#roll.mayStay.add(name);
    }
  }

  async #pause(life: Life, known: Known): Promise<void> {
    const { id } = known;
    const before = known.must;
    known.must = null;
    const answer = await this.#ask(life, 'tasks.pause', { id });
    // Refused, it is as it was; unanswered, nobody knows.
    if (answer === null) known.must = before === 'done' ? before : null;
    else {
      known.must = 'paused';
      this.#roll.owe(id, 'task.paused');
    }
  }

  async #move(
    life: Life,
    known: Known,
    command: 'tasks.resume' | 'tasks.retry' | 'tasks.restart',
  ): Promise<void> {
    // What is done can only be begun anew.
    if (known.must === 'paused' || command === 'tasks.restart') known.must = null;
    const { id } = known;
    if ((await this.#ask(life, command, { id })) !== null) this.#roll.owe(id, 'task.resumed' as EventType);
  }

  async #start(life: Life, known: Known): Promise<void> {
    if (known.must === 'paused') known.must = null;
    await this.#ask(life, 'tasks.start', { id: known.id });
  }

  async #resumeAll(life: Life): Promise<void> {
    for (const known of this.#roll.known.values()) if (known.must === 'paused') known.must = null;
    await this.#ask(life, 'tasks.resumeAll', {});
  }

  /** Null where it was refused, or the process died before it answered. */
  async #ask<N extends CommandName>(
    life: Life,
    command: N,
    input: CommandInput<N>,
  ): Promise<CommandAnswer<N> | null> {
    this.#tally.add('commands');
    const answer = await life.call(command, input);
    if (answer === null) this.#tally.add('killed within a command');
    else if (!answer.ok) {
      const { code, detail } = answer.error;
      if (!REFUSALS.includes(code)) this.#roll.break('command', `${command}: ${code} ${detail}`);
      this.#tally.add(`refused: ${code}`);
    }
    return answer?.ok ? answer.value : null;
  }
}
