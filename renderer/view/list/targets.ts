import { useSelection } from '../../store/selection.ts';
import { shownNow } from '../../store/shown.ts';
import { type TaskView, taskById } from '../../store/tasks.ts';

/** What an action is for, in the order that is shown: the selected tasks; where none are, the one that the keyboard is on. */
export function targetIds(): readonly string[] {
  const { ids, current } = useSelection.getState();
  if (ids.size > 0) return shownNow().filter((id) => ids.has(id));
  return current === null ? [] : [current];
}

export function targetTasks(): readonly TaskView[] {
  return targetIds().flatMap((id) => taskById(id) ?? []);
}
