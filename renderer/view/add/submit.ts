import type { Task } from '../../../main/contract/task.ts';
import { act, openTask } from '../../store/actions.ts';
import type { ShownError } from '../../store/notices.ts';
import { selectOnly } from '../../store/selection.ts';
import { takeTasks, taskById } from '../../store/tasks.ts';
import { setView } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import type { Draft } from './draft.ts';
import type { Reading } from './reading/read-text.ts';
import type { Row, Sum } from './rows.ts';
import { fileTasks, packageTask } from './wanted.ts';

/** Does what the box says. Gives why not, or null; then nothing was added. */
export async function submit(draft: Draft, reading: Reading, sum: Sum): Promise<ShownError | null> {
  const added = await addTo(draft, reading, sum);
  if (!added.ok) return added.error;
  takeTasks(added.tasks);
  const resumed = idsOf(sum.resumed);
  await Promise.all([act('resume', resumed), act('retry', resumed)]);
  const opened = idsOf(sum.opened);
  for (const id of opened) await openTask(id);
  const shown = added.tasks[0]?.id ?? resumed[0] ?? opened[0] ?? idsOf(sum.left)[0];
  if (shown !== undefined) {
    setView({ page: 'list' });
    selectOnly(shown);
    focusList();
  }
  return null;
}

/** Once the box has gone, which gives the focus back to where it was before. */
function focusList(): void {
  const frames = 3;
  const focus = (left: number) => {
    if (left > 0) requestAnimationFrame(() => focus(left - 1));
    else document.querySelector<HTMLElement>('main [role="grid"]')?.focus();
  };
  focus(frames);
}

type Added =
  | { readonly ok: true; readonly tasks: readonly Task[] }
  | { readonly ok: false; readonly error: ShownError };

async function addTo(draft: Draft, reading: Reading, sum: Sum): Promise<Added> {
  if (reading.kind === 'list') {
    const answer = await wire.call('list.import', { text: draft.text, paused: !draft.startNow });
    return answer.ok ? { ok: true, tasks: answer.value.tasks } : answer;
  }
  if (draft.pack) {
    const answer = await wire.call('tasks.add', packageTask(draft, sum.fetched));
    return answer.ok ? { ok: true, tasks: [answer.value.task] } : answer;
  }
  if (sum.fetched.length === 0) return { ok: true, tasks: [] };
  const replaced = sum.fetched.flatMap((row) => replacedBy(row, draft) ?? []);
  // What still runs to the same file makes room for it first.
  const waits = replaced.some((id) => taskById(id)?.state !== 'done');
  const tasks = fileTasks(waits ? { ...draft, startNow: false } : draft, sum.fetched);
  const answer = await wire.call('tasks.addAll', { tasks: [...tasks] });
  if (!answer.ok) return answer;
  takeTasks(answer.value.tasks);
  // Its file is the new one's from here on.
  await act('remove', replaced);
  if (waits && draft.startNow)
    await act(
      'resume',
      answer.value.tasks.map(({ id }) => id),
    );
  return { ok: true, tasks: answer.value.tasks };
}

/** The task whose file a row takes the place of; null: none that is in the list. */
function replacedBy({ choice, duplicate, dir, name }: Row, { folder }: Draft): string | null {
  if (choice !== 'replace' || duplicate === null || taskById(duplicate.taskId) === undefined) return null;
  const { by, path, taskId } = duplicate;
  const isSameFile = folder !== 'fixed' && [`${dir}/${name}`, `${dir}\\${name}`].includes(path);
  return by === 'url' || isSameFile ? taskId : null;
}

function idsOf(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ duplicate }) => duplicate?.taskId ?? []);
}
