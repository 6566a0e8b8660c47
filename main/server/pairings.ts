import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { SatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import { newId } from '../world/ids.ts';
import { InTurn } from '../world/in-turn.ts';
import { writeWhole } from '../world/small-file.ts';

const Kept = z.array(
  z.object({
    id: z.string(),
    /** SHA-256 of its token, hex: the token itself only the browser has. */
    digest: z.string(),
    /** Which browser it is, by its own words. */
    name: z.string(),
    /** Milliseconds since 1970. */
    createdAt: z.number(),
  }),
);
type Kept = z.infer<typeof Kept>;

/** A browser that may hand downloads over, and do nothing else. */
export const Pairing = z.object({ id: z.string(), name: z.string(), createdAt: z.iso.datetime() });
export type Pairing = z.infer<typeof Pairing>;

const TOKEN_BYTES = 32;
const MOST_NAME = 100;
/** More browsers nobody has; the oldest goes. */
const MOST_PAIRINGS = 50;

/** The browsers that have been paired, in a file of the data folder. */
export class Pairings {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #file: string;
  #all: Kept;
  readonly #writing = new InTurn();

  private constructor(disk: Disk, clock: Clock, file: string, all: Kept) {
    this.#disk = disk;
    this.#clock = clock;
    this.#file = file;
    this.#all = all;
  }

  /** A file that cannot be read has none: they pair once more. */
  static async open(disk: Disk, clock: Clock, file: string): Promise<Pairings> {
    const isThere = (await disk.facts(file)) !== null;
    const text = isThere ? (await disk.readWhole(file)).toString('utf8') : '[]';
    return new Pairings(disk, clock, file, parsed(text));
  }

  list(): readonly Pairing[] {
    return this.#all.map(({ id, name, createdAt }) => ({
      ...{ id, name },
      createdAt: new Date(createdAt).toISOString(),
    }));
  }

  /** Gives the token of one more. */
  async add(name: string): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const now = this.#clock.now();
    const added = { id: newId(now), digest: digestOf(token), name: name.slice(0, MOST_NAME), createdAt: now };
    await this.#keep([...this.#all, added].slice(-MOST_PAIRINGS));
    return token;
  }

  /** Throws `not-found`. */
  async remove(id: string): Promise<void> {
    if (!this.#all.some((each) => each.id === id)) throw new SatchelError('not-found', `no pairing ${id}`);
    await this.#keep(this.#all.filter((each) => each.id !== id));
  }

  /** Whether a token is that of one of them. Digests are compared: how much of a guess is right shows in no time. */
  knows(token: string): boolean {
    const digest = digestOf(token);
    return this.#all.some((each) => each.digest === digest);
  }

  async #keep(all: Kept): Promise<void> {
    this.#all = all;
    const text = `${JSON.stringify(all, null, 2)}\n`;
    await this.#writing.run(() => writeWhole(this.#disk, this.#file, Buffer.from(text)));
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function parsed(text: string): Kept {
  try {
    return Kept.parse(JSON.parse(text));
  } catch {
    return [];
  }
}
