import {
  CircleCheck,
  Clock,
  Download,
  FolderSearch,
  Inbox,
  type LucideIcon,
  Package,
  Pause,
  Plus,
  SearchX,
  ThumbsUp,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Filter, openAdd, setView, useView } from '../../store/view.ts';
import { Button } from '../parts/button.tsx';
import { FOCUS_HOME } from './keep-focus.ts';

type Kind = 'all' | 'running' | 'waiting' | 'paused' | 'done' | 'failed' | 'packages' | 'category';

const PICTURES: Readonly<Record<Kind, LucideIcon>> = {
  all: Inbox,
  running: Download,
  waiting: Clock,
  paused: Pause,
  done: CircleCheck,
  failed: ThumbsUp,
  packages: Package,
  category: FolderSearch,
};

/** Why nothing is to be seen, and what can be done about it. */
export function EmptyList() {
  const search = useView((view) => view.search.trim());
  const filter = useView((view) => view.filter);
  return search === '' ? <EmptyFilter filter={filter} /> : <NoMatch search={search} filter={filter} />;
}

function EmptyFilter({ filter }: { readonly filter: Filter }) {
  const { t } = useTranslation();
  const kind = filter.by === 'state' ? filter.state : filter.by;
  return (
    <Message icon={PICTURES[kind]} title={t(`list.empty.${kind}.title`)} what={t(`list.empty.${kind}.what`)}>
      {kind === 'packages' ? (
        <Button look="primary" icon={<Package aria-hidden />} onPress={() => openAdd({ pack: true })}>
          {t('list.empty.pack')}
        </Button>
      ) : (
        <Button
          look={kind === 'all' ? 'primary' : 'plain'}
          icon={<Plus aria-hidden />}
          onPress={() => openAdd()}
        >
          {t('list.empty.add')}
        </Button>
      )}
      {kind !== 'all' && <ShowAll word="showAll" />}
    </Message>
  );
}

function NoMatch({ search, filter }: { readonly search: string; readonly filter: Filter }) {
  const { t } = useTranslation();
  const kind = filter.by === 'all' ? 'search' : 'searchHere';
  return (
    <Message
      icon={SearchX}
      title={t(`list.empty.${kind}.title`, { search })}
      what={t(`list.empty.${kind}.what`)}
    >
      {filter.by !== 'all' && <ShowAll word="searchAll" />}
      <Button onPress={() => setView({ search: '' })}>{t('list.empty.clearSearch')}</Button>
      <Button look="quiet" onPress={() => setView({ page: 'history' })}>
        {t('list.empty.history')}
      </Button>
    </Message>
  );
}

function ShowAll({ word }: { readonly word: 'showAll' | 'searchAll' }) {
  const { t } = useTranslation();
  return <Button onPress={() => setView({ filter: { by: 'all' } })}>{t(`list.empty.${word}`)}</Button>;
}

function Message(props: {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly what: string;
  readonly children: ReactNode;
}) {
  const { icon: Icon, title, what, children } = props;
  return (
    <div
      {...{ [FOCUS_HOME]: '' }}
      // The focus comes here when the last row has gone with it.
      tabIndex={-1}
      className="grid min-h-0 flex-1 place-content-center justify-items-center gap-1.5 overflow-auto p-6 text-center"
    >
      <span className="mb-2 grid size-16 place-items-center rounded-[20px] bg-hover text-faint">
        <Icon aria-hidden className="size-7" strokeWidth={1.5} />
      </span>
      <h2 className="m-0 max-w-md text-title font-semibold break-words">{title}</h2>
      <p className="m-0 max-w-sm text-dim">{what}</p>
      <div className="mt-3 flex flex-wrap justify-center gap-2">{children}</div>
    </div>
  );
}
