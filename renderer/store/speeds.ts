import { create } from 'zustand';
import { SpeedHistory } from './speed-history.ts';
import { useStatus } from './status.ts';
import { useTasks } from './tasks.ts';

const history = new SpeedHistory();
const useBeat = create<{ readonly beat: number }>(() => ({ beat: 0 }));

// The beat is that of the speed of everything together: all pictures of speeds move at the same time.
useStatus.subscribe((now, before) => {
  if (now.speeds === before.speeds) return;
  const running = [...useTasks.getState().byId.values()].filter(({ state }) => state === 'running');
  history.take(performance.now() / 1000, running);
  useBeat.setState(({ beat }) => ({ beat: beat + 1 }));
});

/** Bytes per second of a task in the last five minutes, the newest last; null where it did not run. */
export function useSpeeds(id: string): readonly (number | null)[] {
  useBeat(({ beat }) => beat);
  return history.of(id);
}
