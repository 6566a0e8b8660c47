import type {} from 'fastify';
import type { Engine } from '../engine.ts';
import type { Clock } from '../world/clock.ts';

/** What every group of routes is given. */
export interface ServerContext {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly version: string;
  /** Whether this is the server's token; takes the same time whatever the text. */
  readonly isToken: (text: string) => boolean;
  /** How many are told what happens at present, by carrier. */
  readonly clients: { ws: number; sse: number };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without sign-in. */
    readonly open?: boolean;
    /** Extensions of browsers may ask, though they are no page of ours. */
    readonly extension?: boolean;
    /** A browser that has been paired is let in. */
    readonly paired?: boolean;
  }
}
