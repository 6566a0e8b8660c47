import { z } from 'zod';
import { COMMANDS } from '../../contract/commands.ts';
import { SatchelError } from '../../contract/errors.ts';
import { choice, parseOptions } from '../../contract/options.ts';
import type { Task } from '../../contract/task.ts';
import { printable } from '../format.ts';
import { jsonText } from '../sentences.ts';
import { forEachOf } from './failures.ts';
import { Ids, type Meant } from './ids.ts';
import { connect } from './session.ts';

type Act = 'pause' | 'resume' | 'retry' | 'restart';

const ActOptions = z.object({ all: z.boolean().default(false), json: z.boolean().default(false) });
const RemoveOptions = z.object({
  files: choice(['keep', 'delete']).default('keep'),
  done: z.boolean().default(false),
  json: z.boolean().default(false),
});

const ALL = { pause: 'tasks/pause-all', resume: 'tasks/resume-all' } as const;

/** `satchel pause`, `resume`, `retry`, `restart`. Gives the exit status. */
export async function act(name: Act, ids: readonly string[], raw: unknown): Promise<number> {
  const { all, json } = parseOptions(ActOptions, raw);
  demandIds(ids, all, '--all');
  const { connection } = await connect(raw);
  if (all) {
    const path = ALL[name as keyof typeof ALL];
    const answer = await connection.ask('POST', path, COMMANDS['tasks.pauseAll'].answer);
    say(json ? jsonText(answer) : `${tasksIn(answer.count)} ${name}d`);
    return 0;
  }
  return withTasks(new Ids(connection), ids, async ({ id }) => {
    const { task } = await connection.ask('POST', `tasks/${id}/${name}`, COMMANDS[`tasks.${name}`].answer);
    say(json ? jsonText(task) : lineOf(task, task.state));
  });
}

/** `satchel rm`. Gives the exit status. */
export async function remove(ids: readonly string[], raw: unknown): Promise<number> {
  const { files, done, json } = parseOptions(RemoveOptions, raw);
  demandIds(ids, done, '--done');
  const { connection } = await connect(raw);
  const known = new Ids(connection);
  const removeOne = async (meant: Meant) => {
    // Afterwards nobody can say what it was.
    const task = await known.task(meant);
    await connection.remove(task.id, files);
    say(json ? jsonText(task) : lineOf(task, 'removed'));
  };
  if (!done) return withTasks(known, ids, removeOne);
  if (files === 'keep' && !json) {
    const { count } = await connection.ask('POST', 'tasks/clear-done', COMMANDS['tasks.clearDone'].answer);
    say(`${tasksIn(count)} removed`);
    return 0;
  }
  const ended = await connection.allTasks({ state: 'done' });
  const well = await forEachOf(
    ended,
    ({ id }) => id,
    (task) => removeOne({ id: task.id, task }),
  );
  return well ? 0 : 1;
}

function demandIds(ids: readonly string[], all: boolean, option: string): void {
  if (all && ids.length > 0) throw new SatchelError('bad-input', `ids and ${option} do not go together`);
  if (!all && ids.length === 0) throw new SatchelError('bad-input', 'no id was given');
}

/** Each is tried, and none twice. */
async function withTasks(
  known: Ids,
  given: readonly string[],
  work: (meant: Meant) => Promise<void>,
): Promise<number> {
  const worked = new Set<string>();
  const well = await forEachOf(
    given,
    (text) => text,
    async (text) => {
      const meant = await known.find(text);
      if (worked.has(meant.id)) return;
      worked.add(meant.id);
      await work(meant);
    },
  );
  return well ? 0 : 1;
}

const tasksIn = (count: number) => `${count} ${count === 1 ? 'task' : 'tasks'}`;
const lineOf = ({ id, name }: Task, state: string) =>
  `${printable(id)}  ${state.padEnd(7)}  ${printable(name)}`;
const say = (line: string) => process.stdout.write(`${line}\n`);
