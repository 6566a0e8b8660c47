import { WifiOff } from 'lucide-react';
import { useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnection } from '../../store/connection.ts';
import { useShown } from '../../store/shown.ts';
import { useTasks } from '../../store/tasks.ts';
import { Announcer } from './announce.tsx';
import { EmptyList } from './empty-list.tsx';
import { useKeptFocus } from './keep-focus.ts';
import { useKeptPlace } from './keep-place.ts';
import { Skeleton } from './skeleton.tsx';
import { TaskGrid } from './task-grid.tsx';

/** The list of tasks, or why there is none to be seen. */
export function TaskList() {
  const loaded = useTasks((state) => state.loaded);
  const shown = useShown();
  // To sort ten thousand tasks and to draw what comes of it are two pieces of work; a frame has room for one.
  const ids = useDeferredValue(shown);
  useKeptPlace(ids);
  return (
    <div ref={useKeptFocus()} className="flex min-h-0 flex-1 flex-col">
      <LostBanner />
      {!loaded && <Skeleton />}
      {loaded && shown.length === 0 && <EmptyList />}
      {loaded && shown.length > 0 && <TaskGrid ids={ids} />}
      <Announcer />
    </div>
  );
}

function LostBanner() {
  const { t } = useTranslation();
  const lost = useConnection(({ state }) => state === 'lost');
  return (
    <div role="status">
      {lost && (
        <p className="m-0 flex items-start gap-2.5 border-b border-line bg-warn-soft px-3.5 py-2 text-warn">
          <WifiOff aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span>
            <strong className="font-semibold">{t('list.lost.title')}</strong> {t('list.lost.what')}
          </span>
        </p>
      )}
    </div>
  );
}
