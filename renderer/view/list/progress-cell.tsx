import type { TFunction } from 'i18next';
import type { TaskState } from '../../../main/contract/task.ts';
import { type Shares, usePieces } from '../../store/pieces.ts';
import type { TaskView } from '../../store/tasks.ts';
import { formatBytes, formatShare } from '../../words/format.ts';
import { type BarTone, ProgressBar } from '../parts/progress-bar.tsx';
import { Cell } from './cell.tsx';

const TONES: Readonly<Record<TaskState, BarTone>> = {
  waiting: 'idle',
  running: 'acc',
  paused: 'idle',
  done: 'ok',
  failed: 'bad',
};

/** The bar with the pieces that are there, and how much that is. */
export function ProgressCell({ t, task }: { readonly t: TFunction; readonly task: TaskView }) {
  const pieces = usePieces(task.id);
  const { state, progress, received } = task;
  const showsPercent = progress !== null && state !== 'done' && received > 0;
  return (
    <Cell column="progress" className="num min-w-0">
      <ProgressBar
        label={t('list.columns.progress')}
        percent={progress}
        spans={spansOf(task, pieces)}
        tone={TONES[state]}
        className="forced-color-adjust-auto"
      />
      <div className="mt-1 flex h-[18px] justify-between gap-2 text-small text-dim group-data-compact/grid:mt-0.5 group-data-compact/grid:h-4 group-data-compact/grid:text-tiny group-data-compact/grid:leading-4">
        <span className="truncate">{amountText(t, task)}</span>
        {showsPercent && <span className="shrink-0">{t('parts.percent', { count: progress })}</span>}
      </div>
    </Cell>
  );
}

/** Until the pieces are known, as if all that is there were at the beginning. */
function spansOf({ state, received, total }: TaskView, pieces: Shares | null): Shares {
  if (state === 'done') return [[0, 1]];
  if (received === 0) return [];
  if (pieces !== null) return pieces;
  return total === null || total === 0 ? [] : [[0, Math.min(1, received / total)]];
}

function amountText(t: TFunction, { state, received, total }: TaskView): string {
  if (state === 'done') return formatBytes(total ?? received);
  if (total === null) return received > 0 ? formatBytes(received) : '';
  return received > 0 ? t('parts.share', formatShare(received, total)) : formatBytes(total);
}
