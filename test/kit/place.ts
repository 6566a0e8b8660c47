import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, askOf, type Resource } from './answer.ts';
import type { Hold } from './body.ts';
import { faultyAnswer } from './effects.ts';
import { ArmedFault, type FaultName, type Hit, type Seen } from './faults.ts';
import { startAsked } from './ranges.ts';

export interface Gate {
  /** Resolves when a body of the path stands at the byte. */
  readonly reached: Promise<void>;
  /** Lets it go on; before it is reached, takes the gate away. */
  release(): void;
}

export interface Prepared {
  readonly answer: Answer;
  /** Settled by the head of the answer. */
  readonly now: readonly Hit[];
  /** Settled by the body. */
  readonly later: readonly Hit[];
}

/** A path of the server: what is served there, its faults on duty and the gates set for its bodies. */
export class Place {
  inFlight = 0;
  readonly #count: (name: FaultName) => void;
  readonly #holds = new Set<Hold>();
  #resource: Resource;
  #armed: ArmedFault[] = [];
  #requests = 0;

  constructor(resource: Resource, count: (name: FaultName) => void) {
    this.#resource = resource;
    this.#count = count;
    this.#arm(resource);
  }

  get firstByteDelayMs(): number {
    return this.#resource.firstByteDelayMs ?? 0;
  }

  update(patch: Partial<Resource>): void {
    this.#resource = { ...this.#resource, ...patch };
    if (patch.faults) this.#arm(patch);
  }

  /** A use of 'reset-on-connect', if one is on duty here. */
  takeReset(seen: Seen): Hit | null {
    return this.#armed.find((one) => one.fault.name === 'reset-on-connect')?.take(seen) ?? null;
  }

  prepare(path: string, method: string, headers: IncomingHttpHeaders): Prepared {
    const { inFlight } = this;
    const n = ++this.#requests;
    const seen = { n, start: startAsked(headers.range ?? null), isExtra: inFlight > 0, method, headers };
    const ask = askOf(this.#resource, method, headers);
    return faultyAnswer(this.#resource, ask, this.#armed, {
      seen,
      path: path.split('?')[0] ?? path,
      inFlight,
    });
  }

  gate(after: number): Gate {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const hold: Hold = { after, reached: reached.resolve, released: released.promise };
    this.#holds.add(hold);
    const release = (): void => {
      this.#holds.delete(hold);
      released.resolve();
    };
    return { reached: reached.promise, release };
  }

  /** For a body with `sent` bytes out: the byte of the next gate, and how to take the one it stands at. */
  hold(sent: number): { next: number; take: (() => Hold) | null } {
    const ahead = [...this.#holds].filter((hold) => hold.after >= sent).sort((a, b) => a.after - b.after);
    const [first] = ahead;
    if (!first) return { next: Number.POSITIVE_INFINITY, take: null };
    const take = (): Hold => {
      this.#holds.delete(first);
      return first;
    };
    return { next: first.after, take: first.after === sent ? take : null };
  }

  #arm({ faults = [] }: Pick<Resource, 'faults'>): void {
    this.#armed = faults.map((fault) => new ArmedFault(fault, this.#count));
  }
}
