import { z } from 'zod';
import { SatchelError } from '../../contract/errors.ts';
import { parseOptions } from '../../contract/options.ts';
import { TaskState } from '../../contract/task.ts';
import { systemClock } from '../../world/clock.ts';
import { Lines } from '../lines.ts';
import { jsonText } from '../sentences.ts';
import { type ListedTask, listed, tableOf } from './columns.ts';
import { connect } from './session.ts';

/** Some terminals say 0. */
const USUAL_COLUMNS = 80;

const LsOptions = z.object({
  state: z.enum(TaskState.options, { error: `must be one of ${TaskState.options.join(', ')}` }).optional(),
  watch: z.boolean().default(false),
  json: z.boolean().default(false),
});

/** `satchel ls`. Gives the exit status. */
export async function ls(words: readonly string[], raw: unknown): Promise<number> {
  const { state, watch, json } = parseOptions(LsOptions, raw);
  if (watch) {
    if (json && (words.length > 0 || state !== undefined)) {
      throw new SatchelError('bad-input', '--watch with --json tells of every task: no words and no --state');
    }
    const { watchTasks } = await import('./watch.ts');
    return watchTasks({ words, state: state ?? null, json }, raw);
  }
  const { connection } = await connect(raw);
  const query = { ...(state ? { state } : {}), ...(words.length > 0 ? { q: words.join(' ') } : {}) };
  const out = new Lines(process.stdout);
  const tasks: ListedTask[] = [];
  for await (const task of connection.tasks(query)) {
    if (out.closed) return 0;
    if (json) await out.add(jsonText(task));
    else tasks.push(listed(task));
  }
  if (!json) {
    const { isTTY, columns } = process.stdout;
    const style = {
      columns: isTTY ? columns || USUAL_COLUMNS : null,
      color: isTTY === true && !process.env.NO_COLOR,
      now: systemClock.now(),
    };
    for (const line of tableOf(tasks, style)) await out.add(line);
  }
  await out.flush();
  return 0;
}
