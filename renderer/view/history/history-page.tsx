import { History, Search, TriangleAlert, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button as AriaButton, Input, SearchField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { freshenHistory, searchHistory, useHistory } from '../../store/history.ts';
import { useTasks } from '../../store/tasks.ts';
import { useView } from '../../store/view.ts';
import { Button } from '../parts/button.tsx';
import { ForgetAll } from './forget-all.tsx';
import { HistoryList } from './history-list.tsx';

const SEARCH_FIELD = 'search-history';
/** The search follows the typing when it comes to rest. */
const REST_MS = 200;
/** What has ended meanwhile is looked for so often at most. */
const FRESHEN_MS = 1000;

/** What has ended, the newest first. */
export function HistoryPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useState(() => useView.getState().search);
  useSearch(search);
  useFreshening();
  return (
    <section aria-labelledby="history-title" className="flex min-h-0 flex-1 flex-col">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-5 py-2.5">
        <h1 id="history-title" className="m-0 text-title font-semibold">
          {t('history.title')}
        </h1>
        <Count />
        <div className="ms-auto flex min-w-0 items-center gap-2">
          <HistorySearch value={search} onChange={setSearch} />
          <ForgetAll />
        </div>
      </header>
      <Content search={search} onClear={() => setSearch('')} />
    </section>
  );
}

function useSearch(search: string): void {
  useEffect(() => {
    const isFirst = useHistory.getState().rows === null;
    const timer = setTimeout(() => void searchHistory(search.trim()), isFirst ? 0 : REST_MS);
    return () => clearTimeout(timer);
  }, [search]);
}

function useFreshening(): void {
  const structure = useTasks((state) => state.structure);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it tells that something may have ended.
  useEffect(() => {
    const timer = setTimeout(() => void freshenHistory(), FRESHEN_MS);
    return () => clearTimeout(timer);
  }, [structure]);
}

function Count() {
  const { t } = useTranslation();
  const count = useHistory(({ rows }) => rows?.length ?? 0);
  const more = useHistory(({ nextCursor }) => nextCursor !== null);
  return (
    <div role="status" className="num text-small text-dim">
      {count > 0 && t(more ? 'history.countMore' : 'history.count', { count })}
    </div>
  );
}

function HistorySearch(props: { readonly value: string; readonly onChange: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <SearchField
      {...props}
      aria-label={t('history.search')}
      className="group flex h-[30px] w-[220px] min-w-24 shrink items-center gap-2 rounded-control border border-line bg-bg px-2.5 focus-within:outline-2 focus-within:outline-acc"
    >
      <Search aria-hidden className="size-[15px] shrink-0 text-faint" />
      <Input
        id={SEARCH_FIELD}
        placeholder={t('history.search')}
        className="w-full min-w-0 bg-transparent outline-none placeholder:text-faint focus-visible:outline-none [&::-webkit-search-cancel-button]:hidden"
      />
      <AriaButton aria-label={t('history.clearSearch')} className="rounded group-data-empty:hidden">
        <X aria-hidden className="size-[15px] text-dim" />
      </AriaButton>
    </SearchField>
  );
}

function Content({ search, onClear }: { readonly search: string; readonly onClear: () => void }) {
  const { t } = useTranslation();
  const rows = useHistory((state) => state.rows);
  const query = useHistory((state) => state.query);
  const error = useHistory((state) => state.error);
  if (error !== null && (rows === null || rows.length === 0)) {
    return (
      <Blank
        icon={<TriangleAlert aria-hidden />}
        title={t('history.failed')}
        text={t(`errors.${error.code}.title`)}
      >
        <Button onPress={() => void searchHistory(search.trim())}>{t('history.retry')}</Button>
      </Blank>
    );
  }
  if (rows === null) return <Waiting />;
  if (rows.length > 0) return <HistoryList rows={rows} />;
  if (query === '') {
    return <Blank icon={<History aria-hidden />} title={t('history.empty')} text={t('history.emptyHint')} />;
  }
  return (
    <Blank
      icon={<Search aria-hidden />}
      title={t('history.nothingFound', { search: query })}
      text={t('history.nothingFoundHint')}
    >
      <Button
        onPress={() => {
          onClear();
          document.getElementById(SEARCH_FIELD)?.focus();
        }}
      >
        {t('history.clearSearch')}
      </Button>
    </Blank>
  );
}

/** Rows that are still to come, in grey. */
function Waiting() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('history.loading')} className="flex flex-col">
      {[62, 40, 55, 34, 48, 58].map((width) => (
        <div key={width} className="flex h-14 flex-col justify-center gap-2 border-b border-line px-5">
          <div className="h-2.5 rounded-full bg-track" style={{ width: `${width}%` }} />
          <div className="h-2 rounded-full bg-side" style={{ width: `${width / 2}%` }} />
        </div>
      ))}
    </div>
  );
}

function Blank(props: {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="grid flex-1 place-items-center p-6">
      <div className="flex max-w-[420px] flex-col items-center gap-1.5 text-center">
        <div className="mb-2 grid size-12 place-items-center rounded-full bg-side text-dim [&>svg]:size-5">
          {props.icon}
        </div>
        <div className="text-title font-semibold break-words">{props.title}</div>
        <div className="text-dim">{props.text}</div>
        {props.children !== undefined && <div className="mt-3">{props.children}</div>}
      </div>
    </div>
  );
}
