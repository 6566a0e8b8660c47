import type { Task } from '../../../main/contract/task.ts';
import { act, openTask } from '../../store/actions.ts';
import type { ShownError } from '../../store/notices.ts';
import { selectOnly } from '../../store/selection.ts';
import { takeTasks } from '../../store/tasks.ts';
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
  const answer = await wire.call('tasks.addAll', { tasks: [...fileTasks(draft, sum.fetched)] });
  return answer.ok ? { ok: true, tasks: answer.value.tasks } : answer;
}

function idsOf(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ duplicate }) => duplicate?.taskId ?? []);
}
