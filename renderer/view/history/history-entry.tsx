import {
  CircleCheck,
  CircleMinus,
  Copy,
  Ellipsis,
  ExternalLink,
  FolderOpen,
  type LucideIcon,
  RotateCw,
  Trash2,
  TriangleAlert,
} from 'lucide-react';
import { memo } from 'react';
import { GridListItem } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { HistoryRow } from '../../../main/contract/commands.ts';
import { copyText, openTask, showInFolder } from '../../store/actions.ts';
import { forgetEntry } from '../../store/history.ts';
import { useNow } from '../../store/now.ts';
import { useTask } from '../../store/tasks.ts';
import { openAdd } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { formatAgo, formatBytes, formatTime } from '../../words/format.ts';
import { IconButton } from '../parts/button.tsx';
import { MenuButton, type MenuEntry } from '../parts/menu.tsx';
import { hostOf } from './host.ts';

const OUTCOMES: Readonly<Record<HistoryRow['outcome'], { icon: LucideIcon; colour: string }>> = {
  done: { icon: CircleCheck, colour: 'text-ok' },
  failed: { icon: TriangleAlert, colour: 'text-bad' },
  removed: { icon: CircleMinus, colour: 'text-dim' },
};

/** One row: what it was, how it ended, and what can be done with it now. */
export const Entry = memo(function Entry({ id, row }: { readonly id: string; readonly row: HistoryRow }) {
  const { t } = useTranslation();
  const error = row.error === null ? null : t(`errors.${row.error.code}.title`);
  const host = hostOf(row.url);
  return (
    <GridListItem
      id={id}
      textValue={row.name}
      className="group h-14 cursor-default border-b border-line outline-none data-focus-visible:-outline-offset-2 data-focus-visible:outline-2 data-focus-visible:outline-acc data-hovered:bg-hover data-selected:bg-sel"
    >
      <div className="grid h-full grid-cols-[minmax(0,1fr)_104px_76px_104px_64px] items-center gap-x-4 ps-5 pe-3">
        <div className="min-w-0">
          <div className="truncate font-medium" title={row.name}>
            {row.name}
          </div>
          <div className="truncate text-small text-dim" title={error ?? row.url}>
            {[host, error].filter(Boolean).join(' · ')}
          </div>
        </div>
        <Outcome outcome={row.outcome} />
        <div className="num text-end text-dim">{row.total === null ? '–' : formatBytes(row.total)}</div>
        <When endedAt={row.endedAt} />
        <Actions row={row} />
      </div>
    </GridListItem>
  );
});

function Outcome({ outcome }: { readonly outcome: HistoryRow['outcome'] }) {
  const { t } = useTranslation();
  const { icon: Icon, colour } = OUTCOMES[outcome];
  return (
    <div className={`flex min-w-0 items-center gap-1.5 ${colour}`}>
      <Icon aria-hidden className="size-[15px] shrink-0" />
      <span className="truncate">{t(`history.outcomes.${outcome}`)}</span>
    </div>
  );
}

function When({ endedAt }: { readonly endedAt: string }) {
  const { i18n } = useTranslation();
  // It says when to look again; while nobody listened it stood still.
  const now = Math.max(useNow(), Date.now());
  return (
    <time
      dateTime={endedAt}
      title={formatTime(endedAt, i18n.language)}
      className="num truncate text-end text-dim"
    >
      {formatAgo(Date.parse(endedAt), now, i18n.language)}
    </time>
  );
}

function Actions({ row }: { readonly row: HistoryRow }) {
  const { t } = useTranslation();
  const isThere = useTask(row.taskId)?.state === 'done';
  const { desktop } = wire;
  const entries: MenuEntry[] = [
    ...(isThere
      ? [
          {
            id: 'open',
            label: t(desktop === null ? 'history.save' : 'history.open'),
            icon: <ExternalLink aria-hidden />,
            run: () => void openTask(row.taskId),
          },
        ]
      : []),
    ...(isThere && desktop !== null
      ? [
          {
            id: 'showInFolder',
            label: t('history.showInFolder'),
            icon: <FolderOpen aria-hidden />,
            run: () => void showInFolder(row.taskId),
          },
        ]
      : []),
    {
      id: 'copy',
      label: t('history.copyAddress'),
      icon: <Copy aria-hidden />,
      run: () => void copyText(row.url),
    },
    'line',
    {
      id: 'forget',
      label: t('history.forget'),
      icon: <Trash2 aria-hidden />,
      danger: true,
      run: () => void forgetEntry(row.taskId),
    },
  ];
  return (
    <div className="flex justify-end">
      <IconButton label={t('history.downloadAgain')} onPress={() => openAdd({ text: row.url })}>
        <RotateCw aria-hidden />
      </IconButton>
      <MenuButton label={t('history.more', { name: row.name })} entries={entries}>
        <IconButton label={t('history.more', { name: row.name })}>
          <Ellipsis aria-hidden />
        </IconButton>
      </MenuButton>
    </div>
  );
}
