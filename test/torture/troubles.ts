import { setTimeout as passes } from 'node:timers/promises';
import { EngineProcess } from '../kit/engine-process.ts';
import type { Life } from './life.ts';
import { type Network, STORMS } from './network.ts';
import { ServedLife } from './served-life.ts';
import { SocketStorm } from './socket-storm.ts';
import type { Tally } from './tally.ts';
import type { Trouble } from './troubled-files.ts';

const HOUR_MS = 3_600_000;
const DISK: readonly Trouble[] = [
  { errno: 'EIO', calls: ['write', 'sync', 'truncate'], percent: 20 },
  { errno: 'EIO', calls: ['link', 'rename', 'unlink', 'open'], percent: 30 },
  { errno: 'ENOSPC', calls: ['write', 'open'], percent: 50 },
  { errno: 'EROFS', calls: ['open', 'write', 'truncate', 'link', 'unlink', 'rename'], percent: 100 },
];

/** What goes wrong around the program while it lives. */
export class Troubles {
  readonly #network: Network;
  readonly #random: () => number;
  readonly #tally: Tally;
  #sockets: SocketStorm | null = null;

  constructor(network: Network, random: () => number, tally: Tally) {
    this.#network = network;
    this.#random = random;
    this.#tally = tally;
  }

  async something(life: Life): Promise<void> {
    if (life.isDead) return;
    const dice = this.#random();
    if (dice < 0.25) this.#storm();
    else if (dice < 0.35) this.#drift();
    else if (dice < 0.5) await this.#standStill(life);
    else if (life instanceof EngineProcess) this.#disturb(life, dice);
    else if (life instanceof ServedLife) this.#sockets = this.#blow(life);
  }

  /** Whatever lasts is over. */
  async pass(life: Life): Promise<void> {
    this.#network.storm = null;
    this.#sockets?.end();
    this.#sockets = null;
    if (life instanceof EngineProcess) life.tell({ trouble: null });
  }

  /** Of a life that is over: how often its disk has really failed. */
  count({ said }: EngineProcess): void {
    for (const { struck } of said) if (struck !== undefined) this.#tally.add(`disk: ${String(struck)}`);
  }

  #storm(): void {
    const { storm } = this.#network;
    this.#network.storm = storm === null ? this.#pick(STORMS) : null;
    if (this.#network.storm !== null) this.#tally.add(`storm: ${this.#network.storm}`);
  }

  /** Of those only that would be noticed: with their ETag, and no answer that denies it. */
  #drift(): void {
    const all = [...this.#network.files.values()].slice(-20).filter(({ checksum }) => checksum === null);
    if (all.length > 0) this.#network.drift(this.#pick(all));
  }

  async #standStill({ pid }: Life): Promise<void> {
    this.#tally.add('SIGSTOP and SIGCONT');
    process.kill(pid, 'SIGSTOP');
    await passes(100 + this.#random() * 1000);
    process.kill(pid, 'SIGCONT');
  }

  #disturb(life: EngineProcess, dice: number): void {
    if (dice < 0.65) {
      this.#tally.add('the clock jumped');
      life.tell({ jump: Math.trunc((this.#random() - 0.5) * 200 * HOUR_MS) });
    } else if (dice < 0.85) life.tell({ trouble: this.#pick(DISK) });
    else life.tell({ trouble: null });
  }

  #blow(life: ServedLife): SocketStorm {
    this.#sockets?.end();
    return SocketStorm.blow(life, 40, this.#random, this.#tally);
  }

  #pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.#random() * all.length)] as T;
  }
}
