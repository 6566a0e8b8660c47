import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../store/now.ts';
import { useAhead } from '../../store/shown.ts';
import type { TaskView } from '../../store/tasks.ts';
import { formatBytes, formatShare } from '../../words/format.ts';
import { type Sentence, sentenceOf } from '../list/state-sentence.ts';
import { moreText, titleText } from '../list/state-words.ts';
import { type BarTone, ProgressBar } from '../parts/progress-bar.tsx';

const TONES: Readonly<Record<Sentence['tone'], { readonly text: string; readonly bar: BarTone }>> = {
  acc: { text: 'text-acc-text', bar: 'acc' },
  dim: { text: 'text-dim', bar: 'idle' },
  ok: { text: 'text-ok', bar: 'ok' },
  warn: { text: 'text-warn', bar: 'idle' },
  bad: { text: 'text-bad', bar: 'bad' },
};

/** How the task is, how much of it is there, and how long it will take. */
export function StateLine({ task }: { readonly task: TaskView }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const { title, more, tone } = sentenceOf(task, useAhead(task.id));
  const { progress, received, total, state } = task;
  const share = total === null || total === 0 ? Number(state === 'done') : Math.min(1, received / total);
  return (
    <div className="num flex flex-col gap-1.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className={`font-semibold ${TONES[tone].text}`}>{titleText(t, title)}</span>
        {more !== null && (
          <span className="text-small text-dim">
            {moreText(t, more, Math.max(now, Date.now()), i18n.language)}
          </span>
        )}
      </div>
      <ProgressBar
        label={t('details.overview.progress')}
        percent={progress}
        spans={share > 0 ? [[0, share]] : []}
        tone={TONES[tone].bar}
      />
      <div className="flex justify-between gap-3 text-small text-dim">
        <span>{amountText(t, task)}</span>
        {progress !== null && <span>{t('parts.percent', { count: progress })}</span>}
      </div>
    </div>
  );
}

function amountText(t: TFunction, { state, received, total }: TaskView): string {
  if (state === 'done') return formatBytes(total ?? received);
  if (total !== null) return t('parts.share', formatShare(received, total));
  if (received === 0) return t('details.overview.unknown');
  return t('list.subtitle', { where: formatBytes(received), how: t('details.overview.unknown') });
}
