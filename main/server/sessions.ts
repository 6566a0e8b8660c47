import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import { InTurn } from '../world/in-turn.ts';
import { writeWhole } from '../world/small-file.ts';

const LIFETIME_S = 12 * 60 * 60;
const ALGORITHM = 'HS256';
const NAME = 'satchel';
const KEY_BYTES = 32;

const Kept = z.object({
  /** Base64. */
  key: z.base64(),
  /** Ids of sessions that were ended before their time, with when that is, in seconds since 1970. */
  revoked: z.record(z.string(), z.number()),
});
type Kept = z.infer<typeof Kept>;

export interface Session {
  readonly id: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

export interface SessionsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Where the key and the ended sessions are kept. */
  readonly file: string;
  /** Sessions end with the token they were begun with. */
  readonly token: string;
}

/** Signed sessions (JWT, RFC 7519; HS256, RFC 7518 §3.2), valid for 12 hours unless they are ended before. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #kept: Kept;
  readonly #key: Uint8Array;
  readonly #writing = new InTurn();

  private constructor(options: SessionsOptions, kept: Kept) {
    this.#options = options;
    this.#kept = kept;
    this.#key = createHmac('sha256', Buffer.from(kept.key, 'base64')).update(options.token).digest();
  }

  /** A file that cannot be read ends all sessions, and no more. */
  static async open(options: SessionsOptions): Promise<Sessions> {
    const { disk, file } = options;
    const there = (await disk.facts(file)) === null ? null : (await disk.readWhole(file)).toString('utf8');
    const kept = readKept(there);
    const sessions = new Sessions(options, kept ?? newKept());
    if (kept === null) await sessions.#keep();
    return sessions;
  }

  async begin(): Promise<{ jwt: string; session: Session }> {
    const now = this.#now();
    const session = { id: randomUUID(), expiresAt: now + LIFETIME_S };
    const jwt = await new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setIssuer(NAME)
      .setAudience(NAME)
      .setJti(session.id)
      .setIssuedAt(now)
      .setExpirationTime(session.expiresAt)
      .sign(this.#key);
    return { jwt, session };
  }

  /** Null: forged, expired or ended. */
  async check(jwt: string): Promise<Session | null> {
    try {
      const { payload } = await jwtVerify(jwt, this.#key, {
        algorithms: [ALGORITHM],
        issuer: NAME,
        audience: NAME,
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(this.#options.clock.now()),
      });
      const session = { id: String(payload.jti), expiresAt: Number(payload.exp) };
      return this.isOpen(session) ? session : null;
    } catch {
      return null;
    }
  }

  /** It is neither over nor ended. */
  isOpen({ id, expiresAt }: Session): boolean {
    return expiresAt > this.#now() && !Object.hasOwn(this.#kept.revoked, id);
  }

  /** Ends it, on the disk too when this resolves. */
  end({ id, expiresAt }: Session): Promise<void> {
    const { revoked } = this.#kept;
    const now = this.#now();
    for (const [each, until] of Object.entries(revoked)) if (until <= now) delete revoked[each];
    revoked[id] = expiresAt;
    return this.#keep();
  }

  #now(): number {
    return Math.floor(this.#options.clock.now() / 1000);
  }

  #keep(): Promise<void> {
    const { disk, file } = this.#options;
    return this.#writing.run(() => writeWhole(disk, file, Buffer.from(`${JSON.stringify(this.#kept)}\n`)));
  }
}

function newKept(): Kept {
  return { key: randomBytes(KEY_BYTES).toString('base64'), revoked: {} };
}

function readKept(text: string | null): Kept | null {
  try {
    return text === null ? null : Kept.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
