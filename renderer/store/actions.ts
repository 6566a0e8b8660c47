import i18next from 'i18next';
import type { TaskAction } from '../../main/contract/commands.ts';
import type { TaskState } from '../../main/contract/task.ts';
import { wire } from '../wire/wires.ts';
import { orTell } from './engine.ts';
import { tell } from './notices.ts';
import { takeTasks, taskById } from './tasks.ts';

/** What the state machine lets be done in each state; nothing else is ever offered. */
const LEGAL: Readonly<Record<TaskState, readonly TaskAction[]>> = {
  waiting: ['start', 'pause', 'remove'],
  running: ['pause', 'remove'],
  paused: ['resume', 'start', 'restart', 'remove'],
  done: ['restart', 'remove'],
  failed: ['retry', 'restart', 'remove'],
};

export function isLegal(action: TaskAction, state: TaskState): boolean {
  return LEGAL[state].includes(action);
}

/** The tasks among these to which it can be done. */
export function fitFor(action: TaskAction, ids: Iterable<string>): readonly string[] {
  return [...ids].filter((id) => {
    const task = taskById(id);
    return task !== undefined && isLegal(action, task.state);
  });
}

/** Does it to those of them to which it can be done; the user is told of the first refusal. */
export async function act(
  action: TaskAction,
  ids: Iterable<string>,
  files: 'keep' | 'delete' = 'keep',
): Promise<void> {
  const fitting = fitFor(action, ids);
  if (fitting.length === 0) return;
  const answer = await orTell(wire.call('tasks.act', { ids: [...fitting], action, files }));
  const refusal = answer?.refused[0];
  if (refusal !== undefined) tell({ kind: 'error', error: refusal.error });
}

/** Pauses what runs or waits; where nothing does, goes on with what is paused or has failed. */
export async function togglePaused(ids: Iterable<string>): Promise<void> {
  const all = [...ids];
  const toPause = fitFor('pause', all);
  if (toPause.length > 0) return act('pause', toPause);
  await Promise.all([act('resume', all), act('retry', all)]);
}

/** To a place in the list, from 0. */
export async function moveTo(id: string, position: number): Promise<void> {
  const answer = await orTell(wire.call('tasks.update', { id, position }));
  if (answer !== null) takeTasks([answer.task]);
}

/** The finished file: with its program, or in a browser as a download. */
export async function openTask(id: string): Promise<void> {
  if (taskById(id)?.state !== 'done') return;
  if (wire.desktop) await orTell(wire.desktop.call('desktop.open', { id }));
  else if (wire.browser) location.assign(wire.browser.contentAddress(id));
}

export async function showInFolder(id: string): Promise<void> {
  if (wire.desktop) await orTell(wire.desktop.call('desktop.showInFolder', { id }));
}

/** Puts a text where it can be pasted from. */
export async function copyText(text: string): Promise<void> {
  if (wire.desktop) await orTell(wire.desktop.call('desktop.copy', { text }));
  else await navigator.clipboard.writeText(text);
  tell({ kind: 'info', text: i18next.t('list.copied') });
}
