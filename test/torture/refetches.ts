import type { EventMessage } from '../../main/contract/events.ts';
import type { Logged } from '../kit/fault-server.ts';
import { type Durable, durableIn, type Refetch, refetched } from './durable.ts';
import type { Known, Roll } from './roll.ts';
import type { Tally } from './tally.ts';

/**
 * What orders that a task begins anew, by the reason that it tells. Without any it is the user, or an item of a package
 * that is tried again from zero.
 */
const CAUSES: Readonly<Record<string, (known: Known) => boolean>> = {
  unsaid: (known) => known.wasRestarted || (known.kind === 'package' && mayRewind(known)),
  'disk-error': ({ metTrouble }) => metTrouble,
};

/** What was durable when a process died, and is fetched again all the same. */
export class Refetches {
  readonly #folder: string;
  readonly #roll: Roll;
  readonly #tally: Tally;
  readonly #byTask = new Map<string, readonly Refetch[]>();
  #durable: Durable = new Map();

  constructor(folder: string, roll: Roll, tally: Tally) {
    this.#folder = folder;
    this.#roll = roll;
    this.#tally = tally;
  }

  /** A life is over, in which these requests came. */
  async after(requests: readonly Logged[], when: string): Promise<void> {
    const again = refetched(this.#durable, requests);
    const promised = new Map(this.#durable);
    for (const known of this.#roll.known.values()) {
      const its = again.filter((refetch) => known.files.some(({ path }) => path === refetch.path));
      if (its.length === 0) continue;
      // What has begun anew may take more than a life for it.
      for (const { path } of known.files) promised.delete(path);
      this.#byTask.set(known.id, [...(this.#byTask.get(known.id) ?? []), ...its]);
      if (!mayRewind(known)) this.#roll.break(when, `${inWords(its)} again, and nothing was wrong with it`);
    }
    // What was durable stays promised, whatever becomes of its journal, until it has been fetched again.
    this.#durable = new Map([...promised, ...(await durableIn(this.#folder))]);
  }

  /**
   * Each partial file that was begun anew must have been told of, with a reason that was there; its bytes are counted by
   * that. Once is enough for it: where a failing disk does not let the new one begin, it stays in place, and for the next
   * try the first bytes are sent again.
   */
  judge(told: readonly EventMessage[]): void {
    const rewinds = Map.groupBy(
      told.filter(({ event_type }) => event_type === 'task.rewound'),
      ({ payload }) => payload.taskId,
    );
    for (const event of [...rewinds.values()].flat()) this.#tally.add(`rewound: ${reasonOf(event)}`);
    for (const [id, all] of this.#byTask) {
      const reasons = rewinds.get(id)?.map(reasonOf) ?? [];
      this.#demandCauses(id, reasons);
      const bytes = all.reduce((sum, refetch) => sum + refetch.bytes, 0);
      this.#tally.add(`durable bytes fetched again, by order of ${reasons[0] ?? 'nobody'}`, bytes);
      const parts = new Set(all.map(({ part }) => part)).size;
      if (reasons.length >= parts) continue;
      const times = `of ${parts} partial files, told of ${reasons.length} times`;
      this.#roll.break('at last', `${inWords(all)} again ${times}`);
    }
  }

  /** One of the reasons is enough: others may be of what was not durable. */
  #demandCauses(id: string, reasons: readonly string[]): void {
    const known = this.#roll.ever.get(id);
    if (known === undefined || reasons.length === 0) return;
    if (reasons.some((reason) => (CAUSES[reason] ?? mayRewind)(known))) return;
    const names = known.files.map(({ name }) => name).join('+');
    this.#roll.break('at last', `durable bytes of ${names} again: ${reasons.join(', ')}, without a cause`);
  }
}

/** Something was wrong with what it was fetched from, or it was asked for once more. */
function mayRewind({ files, wasRestarted, metTrouble }: Known): boolean {
  return wasRestarted || metTrouble || files.some(({ isClean, versions }) => !isClean || versions.length > 1);
}

function inWords(refetches: readonly Refetch[]): string {
  return refetches.map(({ path, bytes }) => `${bytes} durable bytes of ${path}`).join(', ');
}

function reasonOf({ payload }: EventMessage): string {
  const reason = payload['reason'] as { code?: string } | undefined;
  return reason?.code ?? 'unsaid';
}
