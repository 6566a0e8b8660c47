import i18next from 'i18next';
import type { CommandInput } from '../../../main/contract/commands.ts';
import { act } from '../../store/actions.ts';
import { type ShownError, tell } from '../../store/notices.ts';
import { selectOnly } from '../../store/selection.ts';
import { takeTasks, taskById } from '../../store/tasks.ts';
import { clearTray, type Tray } from '../../store/tray.ts';
import type { TrayEntry } from '../../store/tray-entries.ts';
import { setView } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { inTreeOrder } from './tree.ts';

type NewItem = NonNullable<CommandInput<'tasks.add'>['items']>[number];

/** Makes a package of what is in the tray, and empties it. Gives why not, or null; then nothing has changed. */
export async function pack({ entries, name, compress }: Tray): Promise<ShownError | null> {
  const items = inTreeOrder(entries).map(itemOf);
  const trimmed = name.trim();
  const answer = await wire.call('tasks.add', {
    ...{ kind: 'package', items, compress },
    ...(trimmed !== '' && { name: trimmed }),
  });
  if (!answer.ok) return answer.error;
  const { task } = answer.value;
  takeTasks([task]);
  clearTray();
  setView({ page: 'list' });
  selectOnly(task.id);
  await takeOver(entries);
  return null;
}

function itemOf({ name, source }: TrayEntry): NewItem {
  if (source === null) return { name };
  if (source.kind === 'file') return { name, path: source.path };
  if (source.kind === 'task') {
    return taskById(source.id) === undefined ? { name, url: source.url } : { name, task: source.id };
  }
  const { url, headers, checksum } = source;
  return { name, url, ...(headers && { headers }), ...(checksum !== undefined && { checksum }) };
}

/** Downloads of which nothing has come yet are in the package now, and nowhere else: they would be fetched twice. */
async function takeOver(entries: readonly TrayEntry[]): Promise<void> {
  const moved = entries.flatMap(({ source }) => {
    const task = source?.kind === 'task' ? taskById(source.id) : undefined;
    const isUntouched = task !== undefined && task.received === 0 && task.state !== 'running';
    return isUntouched && task.state !== 'done' ? [task.id] : [];
  });
  if (moved.length === 0) return;
  await act('remove', moved);
  tell({ kind: 'info', text: i18next.t('tray.movedIn', { count: moved.length }) });
}
