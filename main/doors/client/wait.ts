import { SatchelError } from '../../contract/errors.ts';
import type { Message } from '../../contract/events.ts';
import type { Task } from '../../contract/task.ts';
import { systemClock } from '../../world/clock.ts';
import { printable } from '../format.ts';
import { failureIn, failureLine, sentence } from '../sentences.ts';
import { stopOnSignals } from '../signals.ts';
import { chooseMode, Terminal } from '../terminal.ts';
import type { Connection } from './connection.ts';
import { follow, roomIn } from './live.ts';
import { OwnTasks } from './own-tasks.ts';
import { connect } from './session.ts';
import { findTarget, type Target } from './target.ts';
import { lostLine } from './view.ts';

/** A server that is started anew is back by then; a script must not wait for ever for one that is not. */
const GIVE_UP_MS = 5 * 60_000;

const REMOVED = new SatchelError('cancelled', 'somebody has removed it');

/** Adds what `ask` asks for and stays until all of it has ended. Gives the exit status. */
export async function addAndWait(
  ask: (connection: Connection) => Promise<Task[]>,
  json: boolean,
  raw: unknown,
): Promise<number> {
  const stop = stopOnSignals();
  const terminal = terminalFor(json);
  const own = new OwnTasks(
    (message) => tell(terminal, message),
    (name) => terminal.fault(`✗ ${failureLine(printable(name), REMOVED.report())}`),
  );
  try {
    const { target, connection } = await connect(raw, stop.signal);
    const find = () => (target.found ? findTarget(raw) : Promise.resolve(target));
    const lost = (line: string) => terminal.fault(`satchel: ${line}`);
    await untilEnded(own, { ask: () => ask(connection), find, lost, signal: stop.signal });
    const status = stop.status();
    if (status !== null) terminal.note('no longer waited for; the downloads go on');
    return status ?? (own.failed ? 1 : 0);
  } catch (thrown) {
    const status = stop.status();
    if (status !== null) return status;
    throw thrown;
  } finally {
    terminal.close();
    stop.release();
  }
}

interface Waiting {
  readonly ask: () => Promise<Task[]>;
  readonly find: () => Promise<Target>;
  readonly lost: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Resolves when all tasks have ended, or `signal` is aborted. */
async function untilEnded(own: OwnTasks, { ask, find, lost, signal }: Waiting): Promise<void> {
  const ended = new AbortController();
  const failed = Promise.withResolvers<never>();
  const begin = async () => {
    own.begin(await ask());
    if (own.left === 0) ended.abort();
  };
  let asked = false;
  const take = (message: Message | null) => {
    if (asked && message !== null) own.take(message);
    if (own.left === 0) ended.abort();
    // Only when we hear what happens, so that nothing is missed of what ends at once.
    if (!asked) begin().catch(failed.reject);
    asked = true;
  };
  const audience = {
    take,
    lost: (error: SatchelError, waitMs: number) => lost(lostLine(error, waitMs)),
    room: () => roomIn(process.stdout),
  };
  const following = follow(find, audience, {
    clock: systemClock,
    signal: AbortSignal.any([signal, ended.signal]),
    random: Math.random,
    giveUpMs: GIVE_UP_MS,
  });
  try {
    await Promise.race([following, failed.promise]);
  } finally {
    ended.abort();
  }
}

function terminalFor(json: boolean): Terminal {
  const isTTY = process.stdout.isTTY === true;
  return new Terminal({
    mode: chooseMode({ json, quiet: false, isTTY }),
    out: process.stdout,
    err: process.stderr,
    color: isTTY && !process.env.NO_COLOR,
    clock: systemClock,
    paused: 'paused',
  });
}

function tell(terminal: Terminal, message: Message): void {
  terminal.accept(message);
  if (message.type !== 'event') return;
  const { event_type, payload } = message;
  const why = event_type === 'task.paused' ? failureIn(payload, 'error') : null;
  if (why) terminal.note(sentence(why));
}
