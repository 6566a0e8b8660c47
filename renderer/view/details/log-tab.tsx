import { useTranslation } from 'react-i18next';
import type { LogEntry } from '../../../main/contract/commands.ts';
import { useDetails } from '../../store/details.ts';
import { formatTime } from '../../words/format.ts';
import { logSentence } from './log-sentence.ts';
import type { PanelProps } from './panel.ts';

/** What happened to a task, in plain sentences, the newest first. */
export function LogTab({ task }: PanelProps) {
  const { t } = useTranslation();
  const log = useDetails((state) => (state.taskId === task.id ? state.log : null));
  if (log === null || log.length === 0) {
    return (
      <p className="m-0 py-4 text-center text-dim">
        {t(log === null ? 'details.log.loading' : 'details.log.none')}
      </p>
    );
  }
  return (
    <ol aria-label={t('details.log.label')} className="m-0 flex list-none flex-col gap-2.5 p-0">
      {log
        .map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have nothing of their own, and are only added.
          <Entry key={`${entry.at} ${index}`} entry={entry} before={changeBefore(log, index)} />
        ))
        .reverse()}
    </ol>
  );
}

function Entry({ entry, before }: { readonly entry: LogEntry; readonly before: LogEntry['payload'] | null }) {
  const { t, i18n } = useTranslation();
  const clock = new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' });
  const at = new Date(entry.at);
  const isToday = at.toDateString() === new Date().toDateString();
  return (
    <li className="grid grid-cols-[80px_minmax(0,1fr)] gap-2">
      <time
        dateTime={entry.at}
        title={formatTime(entry.at, i18n.language)}
        className="num text-small leading-[19px] text-dim"
      >
        {!isToday && <div>{new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(at)}</div>}
        {clock.format(at)}
      </time>
      <span data-selectable className="num [overflow-wrap:anywhere]">
        {logSentence(t, entry, before, (iso) => clock.format(new Date(iso)))}
      </span>
    </li>
  );
}

/** As it was before an entry: after the change before it, or as it was added. */
function changeBefore(log: readonly LogEntry[], index: number): LogEntry['payload'] | null {
  const before = log.slice(0, index).findLast(({ type }) => type === 'task.changed' || type === 'task.added');
  return before?.payload ?? null;
}
