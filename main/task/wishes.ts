import type { NewTask } from '../contract/new-task.ts';
import type { Settings } from '../contract/settings.ts';
import { checkHeaders } from '../source/request-headers.ts';
import type { SecretBox } from '../world/secrets.ts';
import { added } from './machine.ts';
import type { TaskRecord } from './record.ts';
import { sealSecret } from './secrets.ts';

export interface IncomingOptions {
  readonly settings: Settings;
  /** Absolute; where downloads go. */
  readonly downloads: string;
  readonly box: SecretBox;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A task of the list. Throws `not-found`. */
  readonly taskOf: (id: string) => TaskRecord;
}

/** What goes along with an address, sealed. */
export function secretOf(
  task: Pick<NewTask, 'headers' | 'referer' | 'userAgent' | 'credentials' | 'cookies'>,
  { user, password }: { readonly user: string | null; readonly password: string | null },
  box: SecretBox,
): Uint8Array | null {
  const inAddress = user === null ? null : { user, password: password ?? '' };
  return sealSecret(box, {
    headers: checkHeaders({
      ...task.headers,
      ...named('referer', task.referer),
      ...named('user-agent', task.userAgent),
    }),
    credentials: task.credentials ?? inAddress,
    cookies: task.cookies ?? null,
  });
}

/** How a new task is to be run. */
export function wishesOf(task: NewTask, asking: boolean) {
  return {
    state: added(task.paused || asking).state,
    asking,
    priority: task.priority,
    limitRate: task.limitRate ?? null,
    connections: task.connections ?? null,
    onConflict: task.onConflict ?? null,
    onChanged: task.onChanged ?? null,
    dirByType: task.dir === undefined,
  };
}

function named(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
