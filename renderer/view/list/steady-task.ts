import { useCallback, useRef, useSyncExternalStore } from 'react';
import { type TaskView, taskById, useTasks } from '../../store/tasks.ts';

/** Numbers that change more often than this cannot be read; all rows change together, in one go of React's. */
const BEAT_MS = 500;

const due = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | null = null;

function atBeat(listener: () => void): void {
  due.add(listener);
  if (timer !== null) return;
  timer = setTimeout(() => {
    timer = null;
    const listeners = [...due];
    due.clear();
    for (const each of listeners) each();
  }, BEAT_MS);
}

/** One task: its state as soon as it changes, its numbers twice a second. */
export function useSteadyTask(id: string): TaskView | undefined {
  const shown = useRef<TaskView | undefined>(undefined);
  if (shown.current?.id !== id) shown.current = taskById(id);
  const subscribe = useCallback(
    (changed: () => void) => {
      const show = () => {
        shown.current = taskById(id);
        changed();
      };
      show();
      const stop = useTasks.subscribe(() => {
        const task = taskById(id);
        if (task === shown.current) return;
        if (onlyNumbersDiffer(shown.current, task)) atBeat(show);
        else show();
      });
      return () => {
        stop();
        due.delete(show);
      };
    },
    [id],
  );
  return useSyncExternalStore(subscribe, () => shown.current);
}

function onlyNumbersDiffer(a: TaskView | undefined, b: TaskView | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.state === b.state &&
    a.phase === b.phase &&
    a.name === b.name &&
    a.error === b.error &&
    a.retryAt === b.retryAt &&
    a.asking === b.asking &&
    // The first bytes turn “Connecting” into a speed.
    a.speed > 0 === b.speed > 0
  );
}
