import { createHash, createHmac } from 'node:crypto';
import { dirname } from 'node:path';
import { asSatchelError } from '../contract/errors.ts';
import type { EventMessage, EventType } from '../contract/events.ts';
import type { Settings, Webhook } from '../contract/settings.ts';
import type { Clock } from '../world/clock.ts';
import type { Http } from '../world/http.ts';
import { runProgram } from '../world/program.ts';

/** Somebody who is told of events. */
export interface Target {
  /** The same as long as it is the same target. */
  readonly key: string;
  /** What to call it, where anybody may read that. */
  readonly label: string;
  wants(type: EventType): boolean;
  /** `message` is the event's envelope, as JSON. Never rejects. */
  tell(message: string, signal: AbortSignal): Promise<Telling>;
}

/** Told; or not, and then it is tried again, or given up. */
export type Telling =
  | { readonly outcome: 'told'; readonly problem?: string }
  | { readonly outcome: 'again' | 'never'; readonly problem: string };

export interface TargetSurroundings {
  readonly http: Http;
  readonly clock: Clock;
  /** By the webhook's URL. */
  readonly secrets: ReadonlyMap<string, string>;
}

const WEBHOOK_MS = 10_000;
const GONE = 410;
const ON_DONE = 'on-done';

export function targetsOf({ webhooks, onDone }: Settings, around: TargetSurroundings): Target[] {
  const hooks = webhooks.map((webhook) => webhookTarget(webhook, around));
  return onDone === null ? hooks : [...hooks, onDoneTarget(onDone)];
}

/** The event's envelope is POSTed; any 2xx is well (docs/webhooks.md). */
function webhookTarget({ url, events }: Webhook, { http, clock, secrets }: TargetSurroundings): Target {
  // What stands in the path may be what lets us in.
  const label = `the webhook at ${new URL(url).origin}`;
  return {
    key: `webhook ${createHash('sha256').update(url).digest('hex').slice(0, 32)}`,
    label,
    wants: (type) => events === null || events.includes(type),
    tell: async (message, signal) => {
      const { event_id, event_type } = JSON.parse(message) as EventMessage;
      const timestamp = String(Math.floor(clock.now() / 1000));
      const secret = secrets.get(url);
      const headers = {
        'content-type': 'application/json',
        'x-satchel-event': event_type,
        'x-satchel-delivery': event_id,
        'x-satchel-timestamp': timestamp,
        ...(secret === undefined ? {} : { 'x-satchel-signature': signatureOf(secret, timestamp, message) }),
      };
      try {
        const body = Buffer.from(message);
        const { status } = await http.post({ url, headers, body, signal, timeoutMs: WEBHOOK_MS });
        if (status >= 200 && status < 300) return { outcome: 'told' };
        return { outcome: status === GONE ? 'never' : 'again', problem: `${label} answers ${status}` };
      } catch (thrown) {
        const { code } = asSatchelError(thrown);
        return {
          outcome: code === 'address-refused' ? 'never' : 'again',
          problem: `${label} cannot be told: ${code}`,
        };
      }
    },
  };
}

/** HMAC-SHA256 (RFC 2104) over `TIMESTAMP.BODY`: an old body cannot be sent again under a new time. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** A program is run; once, however it ends. */
function onDoneTarget({ command, timeoutSeconds }: NonNullable<Settings['onDone']>): Target {
  const label = 'the program that is run when a download is done';
  return {
    key: ON_DONE,
    label,
    wants: (type) => type === 'task.done',
    tell: async (message, signal) => {
      const { payload } = JSON.parse(message) as EventMessage;
      const path = textOf(payload['path']);
      const dir = path === '' ? '' : dirname(path);
      const known = { id: payload.taskId, name: textOf(payload['name']), path, dir };
      const problem = await runProgram({
        command: command.map((word, at) => (at === 0 ? word : filled(word, known))),
        env: { SATCHEL_TASK_ID: known.id, SATCHEL_NAME: known.name, SATCHEL_PATH: path },
        timeoutMs: timeoutSeconds * 1000,
        signal,
      });
      // Stopped together with us, it is run again.
      if (signal.aborted) return { outcome: 'again', problem: `${label} was stopped` };
      return problem === null
        ? { outcome: 'told' }
        : { outcome: 'told', problem: `${label} failed: ${problem}` };
    },
  };
}

/** One word stays one word, whatever stands in a name. */
function filled(word: string, known: Readonly<Record<string, string>>): string {
  return word.replace(/\{(id|name|path|dir)\}/g, (_, key: string) => known[key] ?? '');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
