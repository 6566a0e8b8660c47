import { Collection, GridList, GridListLoadMoreItem, ListLayout, Virtualizer } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { HistoryRow } from '../../../main/contract/commands.ts';
import { loadMoreHistory, useHistory } from '../../store/history.ts';
import { openAdd } from '../../store/view.ts';
import { Entry } from './history-entry.tsx';

const ROW_PX = 56;

/** The rows, as many as are to be seen; further ones are loaded when the end comes near. */
export function HistoryList({ rows }: { readonly rows: readonly HistoryRow[] }) {
  const { t } = useTranslation();
  const loading = useHistory((state) => state.loading);
  const addressOf = (taskId: string) => rows.find((row) => row.taskId === taskId)?.url;
  return (
    <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: ROW_PX, loaderHeight: 40 }}>
      <GridList
        aria-label={t('history.list')}
        selectionMode="single"
        selectionBehavior="replace"
        onAction={(key) => openAdd({ text: addressOf(String(key)) ?? '' })}
        className="min-h-0 flex-1 overflow-auto outline-none"
      >
        <Collection items={rows}>{(row) => <Entry id={row.taskId} row={row} />}</Collection>
        <GridListLoadMoreItem
          isLoading={loading}
          onLoadMore={() => void loadMoreHistory()}
          className="grid h-10 place-items-center text-small text-dim"
        >
          {t('history.loadingMore')}
        </GridListLoadMoreItem>
      </GridList>
    </Virtualizer>
  );
}
