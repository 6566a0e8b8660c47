import { MousePointerClick } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { TaskState } from '../../../main/contract/task.ts';
import { useSelection } from '../../store/selection.ts';
import { useStatus } from '../../store/status.ts';
import { type TaskView, useTasks } from '../../store/tasks.ts';
import { formatSpeed } from '../../words/format.ts';
import { CloseDetails } from './details-header.tsx';
import { type Fact, KeyValues } from './key-values.tsx';
import { TaskButtons } from './task-buttons.tsx';
import { Titled } from './titled.tsx';
import { totalsOf } from './totals.ts';

/** Of several tasks together. */
export function Summary() {
  const { t } = useTranslation();
  const ids = useSelection((selection) => selection.ids);
  useBeat();
  const { byId } = useTasks.getState();
  const chosen = [...ids].flatMap((id) => byId.get(id) ?? []);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto ps-3.5 pe-2 pt-3 pb-4">
      <div className="flex items-start gap-1">
        <h2 className="num m-0 flex-1 pt-0.5 text-title font-semibold">
          {t('details.chosen', { count: chosen.length })}
        </h2>
        <CloseDetails />
      </div>
      <TaskButtons tasks={chosen} />
      <Totals tasks={chosen} />
    </div>
  );
}

/** With nothing chosen: a calm word, and how everything stands. */
export function Nothing() {
  const { t } = useTranslation();
  useBeat();
  const { byId } = useTasks.getState();
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto ps-3.5 pe-2 pt-3 pb-4">
      <div className="flex justify-end">
        <CloseDetails />
      </div>
      <div className="grid flex-1 place-content-center justify-items-center gap-1 pe-1.5 pb-6 text-center">
        <MousePointerClick aria-hidden className="mb-2 size-7 text-faint" strokeWidth={1.5} />
        <h2 className="m-0 text-base font-semibold">{t('details.nothing.title')}</h2>
        <p className="m-0 text-dim">{t('details.nothing.what')}</p>
      </div>
      {byId.size > 0 && (
        <Titled title={t('details.nothing.together')}>
          <Totals tasks={[...byId.values()]} />
        </Titled>
      )}
    </div>
  );
}

/** Drawn anew when a list would be, and else once a second: of ten thousand tasks some always change. */
function useBeat(): void {
  useTasks((state) => state.structure);
  useStatus(({ speeds }) => speeds);
}

function Totals({ tasks }: { readonly tasks: readonly TaskView[] }) {
  const { t } = useTranslation();
  const { byState, received, total, isWhole, speed } = totalsOf(tasks);
  return (
    <KeyValues
      facts={[
        ...TaskState.options.map(
          (state): Fact => [t(`frame.states.${state}`), byState[state] === 0 ? null : String(byState[state])],
        ),
        [t('details.overview.received'), received],
        [t('details.overview.size'), isWhole ? total : t('details.sizeAtLeast', { size: total })],
        [t('details.connections.speed'), speed > 0 ? formatSpeed(speed) : null],
      ]}
    />
  );
}
