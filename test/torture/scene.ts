import type { Hook } from '../kit/hook.ts';
import type { Acts } from './acts.ts';
import type { Life } from './life.ts';
import type { Roll } from './roll.ts';
import type { Tally } from './tally.ts';

/** What all parts of a run know of. */
export interface Scene {
  readonly dataDir: string;
  readonly downloads: string;
  readonly hook: Hook;
  readonly tally: Tally;
  readonly roll: Roll;
  readonly acts: Acts;
  /** Another life, as a server. */
  served(): Promise<Life>;
}
