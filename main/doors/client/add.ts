import { COMMANDS } from '../../contract/commands.ts';
import { SatchelError } from '../../contract/errors.ts';
import type { Task } from '../../contract/task.ts';
import { readNamedFile } from '../../engine.ts';
import { printable } from '../format.ts';
import { readStdin } from '../get.ts';
import { jsonText } from '../sentences.ts';
import { type AddOptions, newTasksOf, parseAddOptions } from './add-options.ts';
import type { Connection } from './connection.ts';
import { connect } from './session.ts';

const STANDARD = '-';

/** `satchel add`. Gives the exit status. */
export async function add(urls: readonly string[], raw: unknown): Promise<number> {
  const options = parseAddOptions(raw);
  const ask = await questionOf(urls, options);
  if (options.wait) {
    const { addAndWait } = await import('./wait.ts');
    return addAndWait(ask, options.json, raw);
  }
  const { connection } = await connect(raw);
  for (const task of await ask(connection)) {
    process.stdout.write(`${options.json ? jsonText(task) : lineOf(task)}\n`);
  }
  return 0;
}

/** How the server is asked, once everything is known that can be wrong about the command. */
async function questionOf(
  urls: readonly string[],
  options: AddOptions,
): Promise<(connection: Connection) => Promise<Task[]>> {
  const inputText = await inputOf(options.inputFile);
  const { answer } = COMMANDS['tasks.addAll'];
  if (inputText !== null && /^\s*\{/.test(inputText)) {
    demandAlone(urls, options);
    const body = { text: inputText, paused: options.paused };
    return async (connection) => (await connection.ask('POST', 'import', answer, { body })).tasks;
  }
  const { tasks, repeated } = newTasksOf(urls, inputText, options);
  if (repeated > 0) process.stderr.write(`satchel: ${repeated} given twice, added once\n`);
  return async (connection) =>
    (await connection.ask('POST', 'tasks/batch', answer, { body: { tasks } })).tasks;
}

async function inputOf(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  return file === STANDARD ? readStdin() : readNamedFile(file, 'the input file');
}

/** A list as it was exported says everything itself. */
function demandAlone(urls: readonly string[], options: AddOptions): void {
  const { inputFile: _, json: __, paused: ___, wait: ____, ...others } = options;
  if (urls.length === 0 && Object.values(others).every((value) => value === undefined)) return;
  throw new SatchelError(
    'bad-input',
    'an exported list goes with no address, and of the options with --paused only',
  );
}

function lineOf({ id, state, name }: Task): string {
  return `${printable(id)}  ${state.padEnd(7)}  ${printable(name)}`;
}
