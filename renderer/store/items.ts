import i18next from 'i18next';
import type { Answer, CommandInput } from '../../main/contract/commands.ts';
import type { Item, Task } from '../../main/contract/task.ts';
import { wire } from '../wire/wires.ts';
import { act } from './actions.ts';
import { takeWhole } from './details.ts';
import { orTell } from './engine.ts';
import { type ShownError, tell } from './notices.ts';

/** What is done to a package and its items. What is refused is told to the user. */

export type ItemAction = 'retry' | 'restart' | 'rename' | 'newLink' | 'newFile' | 'remove';

type Standing = Pick<Task, 'kind' | 'state' | 'phase'>;

/** What the engine lets be done with an item as it and its package stand, and nothing else. */
export function legalForItem(task: Task, item: Item): readonly ItemAction[] {
  if (!canChangeItems(task)) return [];
  // What has been fetched is not thrown away for another source.
  const wantsSource = item.path !== null || item.state !== 'done';
  return [
    ...(item.state === 'failed' ? (['retry', 'restart'] as const) : []),
    'rename',
    ...(wantsSource ? (['newLink', 'newFile'] as const) : []),
    ...(task.items.length > 1 ? (['remove'] as const) : []),
  ];
}

/** What comes while the ZIP is being closed would come too late for it. */
export function canChangeItems({ kind, state, phase }: Standing): boolean {
  return kind === 'package' && state !== 'done' && phase !== 'packing' && phase !== 'verifying';
}

export function canFinishWithout(task: Standing & Pick<Task, 'items'>): boolean {
  const { items } = task;
  const isWhole = ({ state, leftOut }: Item) => state !== 'failed' && !leftOut;
  return (
    canChangeItems(task) &&
    items.some(isWhole) &&
    items.some(({ state, leftOut }) => state === 'failed' && !leftOut)
  );
}

/** Something of it must be whole: else the ZIP would be empty. */
export function canOpenPartial({ kind, state, items }: Task): boolean {
  return kind === 'package' && state !== 'done' && items.some((item) => item.state === 'done');
}

export async function retryItem(id: string, itemId: string, restart: boolean): Promise<void> {
  await done(wire.call('items.retry', { id, itemId, restart }));
}

export async function removeItem(id: string, itemId: string): Promise<void> {
  await done(wire.call('items.remove', { id, itemId }));
}

/** Gives why not, or null. A failed item is tried at once. */
export async function relinkItem(id: string, itemId: string, url: string): Promise<ShownError | null> {
  const answer = await wire.call('items.update', { id, itemId, url });
  if (!answer.ok) return answer.error;
  takeWhole(answer.value.task);
  const item = answer.value.task.items.find((each) => each.id === itemId);
  if (item?.state === 'failed') await retryItem(id, itemId, false);
  return null;
}

/** Null: it was refused, which the user has been told. */
export async function updateItem(
  id: string,
  itemId: string,
  change: Pick<CommandInput<'items.update'>, 'name' | 'position' | 'path'>,
): Promise<Task | null> {
  return done(wire.call('items.update', { id, itemId, ...change }));
}

/** A name in the ZIP; gives why not, or null. */
export async function renameItem(id: string, itemId: string, name: string): Promise<ShownError | null> {
  const answer = await wire.call('items.update', { id, itemId, name });
  if (!answer.ok) return answer.error;
  takeWhole(answer.value.task);
  return null;
}

/** A file of this machine in its place. A package that had nothing but this against it goes on. */
export async function replaceItem(id: string, itemId: string): Promise<void> {
  const path = await chosenPath();
  const task = path === null ? null : await updateItem(id, itemId, { path });
  if (task?.state === 'failed' && task.items.every(({ state }) => state !== 'failed')) {
    await act('retry', [id]);
  }
}

/** Of one file that the user chooses; a browser hands it over first. Null: none. */
async function chosenPath(): Promise<string | null> {
  const { desktop, browser } = wire;
  if (desktop !== null) return (await orTell(desktop.call('desktop.chooseFiles', {})))?.paths[0] ?? null;
  const file = await chosenFile();
  if (file === null || browser === null) return null;
  tell({ kind: 'info', text: i18next.t('details.items.sending', { name: file.name }) });
  const sent = await orTell(browser.upload(file, () => {}, new AbortController().signal));
  return sent?.path ?? null;
}

function chosenFile(): Promise<File | null> {
  const field = document.createElement('input');
  field.type = 'file';
  return new Promise((resolve) => {
    field.addEventListener('change', () => resolve(field.files?.[0] ?? null));
    field.addEventListener('cancel', () => resolve(null));
    field.click();
  });
}

export async function finishWithout(id: string): Promise<void> {
  await done(wire.call('tasks.finishWithout', { id }));
}

const MOST_NAMES = 20;

/** Writes what is whole of a package beside it, under the first name that is free. */
export async function openPartial({ id, name }: Task): Promise<void> {
  const stem = name.replace(/\.zip$/i, '');
  for (let number = 1; ; number += 1) {
    const wanted = i18next.t(number === 1 ? 'details.items.partial' : 'details.items.partialAgain', {
      stem,
      number,
    });
    const answer = await wire.call('tasks.openPartial', { id, name: `${wanted}.zip` });
    if (answer.ok) {
      const { entries: count, path } = answer.value;
      takeWhole(answer.value.task);
      return tell({ kind: 'info', text: i18next.t('details.items.partialDone', { count, path }) });
    }
    if (answer.error.code !== 'name-conflict' || number === MOST_NAMES) {
      return tell({ kind: 'error', error: answer.error });
    }
  }
}

async function done(answer: Promise<Answer<{ task: Task }>>): Promise<Task | null> {
  const given = await orTell(answer);
  if (given !== null) takeWhole(given.task);
  return given?.task ?? null;
}
