import { ArrowDownUp, Ellipsis, Package, PanelRight, Pause, Play, Plus, Search, X } from 'lucide-react';
import { Button as AriaButton, Input, SearchField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useCounts } from '../../store/shown.ts';
import { useTray } from '../../store/tray.ts';
import { openAdd, openDialog, SORTS, setView, useView } from '../../store/view.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { MenuButton, type MenuEntry } from '../parts/menu.tsx';
import { clearDone, exportList, pauseAll, resumeAll, toggleTray } from './commands.ts';
import { REGION } from './regions.ts';
import { keysText, SEARCH_FIELD } from './shortcuts.ts';

/** What can be done with the whole list. */
export function Toolbar() {
  const { t } = useTranslation();
  const isList = useView((view) => view.page === 'list');
  const detailsOpen = useView((view) => view.detailsOpen);
  const trayOpen = useTray((tray) => tray.isOpen) && isList;
  return (
    <header
      {...{ [REGION]: 2 }}
      className="flex min-w-0 items-center gap-2 border-b border-line bg-panel px-3.5"
    >
      <Button look="primary" icon={<Plus aria-hidden />} onPress={() => openAdd()}>
        {t('frame.add')}
      </Button>
      <Button icon={<Package aria-hidden />} aria-expanded={trayOpen} onPress={() => toggleTray()}>
        {t('frame.newPackage')}
      </Button>
      <PauseAll />
      <div className="ms-auto flex min-w-0 items-center gap-1.5">
        <SearchBox />
        {isList && <SortMenu />}
        <MoreMenu />
        {isList && (
          <IconButton
            label={t(detailsOpen ? 'frame.hideDetails' : 'frame.showDetails')}
            onPress={() => setView({ detailsOpen: !detailsOpen })}
          >
            <PanelRight aria-hidden className="rtl:-scale-x-100" />
          </IconButton>
        )}
      </div>
    </header>
  );
}

/** Pauses while there is something to pause, else goes on with what is paused. */
function PauseAll() {
  const { t } = useTranslation();
  const { byState } = useCounts();
  const busy = byState.running + byState.waiting > 0;
  if (!busy && byState.paused > 0) {
    return (
      <Button icon={<Play aria-hidden />} onPress={() => void resumeAll()}>
        {t('frame.resumeAll')}
      </Button>
    );
  }
  return (
    <Button icon={<Pause aria-hidden />} isDisabled={!busy} onPress={() => void pauseAll()}>
      {t('frame.pauseAll')}
    </Button>
  );
}

function SearchBox() {
  const { t } = useTranslation();
  const search = useView((view) => view.search);
  return (
    <SearchField
      aria-label={t('frame.search')}
      value={search}
      onChange={(text) => setView(text === '' ? { search: text } : { search: text, page: 'list' })}
      className="group flex h-[30px] w-[230px] min-w-24 shrink items-center gap-2 rounded-control border border-line bg-bg px-2.5 focus-within:outline-2 focus-within:outline-acc"
    >
      <Search aria-hidden className="size-[15px] shrink-0 text-faint" />
      <Input
        id={SEARCH_FIELD}
        placeholder={t('frame.search')}
        className="w-full min-w-0 bg-transparent outline-none placeholder:text-faint focus-visible:outline-none [&::-webkit-search-cancel-button]:hidden"
      />
      <kbd className="shrink-0 text-tiny whitespace-nowrap text-faint group-focus-within:hidden max-[1079px]:hidden">
        {search === '' && keysText('search')}
      </kbd>
      <AriaButton aria-label={t('frame.clearSearch')} className="rounded group-data-empty:hidden">
        <X aria-hidden className="size-[15px] text-dim" />
      </AriaButton>
    </SearchField>
  );
}

function SortMenu() {
  const { t } = useTranslation();
  const sort = useView((view) => view.sort);
  const descending = useView((view) => view.descending);
  const entries: MenuEntry[] = SORTS.map((each) => ({
    id: each,
    label: t(`frame.sortBy.${each}`),
    checked: each === sort,
    run: () => setView({ sort: each }),
  }));
  const directions: MenuEntry[] = [false, true].map((each) => ({
    id: each ? 'descending' : 'ascending',
    label: t(each ? 'frame.descending' : 'frame.ascending'),
    checked: each === descending,
    run: () => setView({ descending: each }),
  }));
  return (
    <MenuButton label={t('frame.sort')} entries={[...entries, 'line', ...directions]}>
      <IconButton label={t('frame.sort')}>
        <ArrowDownUp aria-hidden />
      </IconButton>
    </MenuButton>
  );
}

function MoreMenu() {
  const { t } = useTranslation();
  const { byState } = useCounts();
  const entries: MenuEntry[] = [
    {
      id: 'resumeAll',
      label: t('frame.resumeAll'),
      isDisabled: byState.paused === 0,
      run: () => void resumeAll(),
    },
    {
      id: 'clearDone',
      label: t('frame.clearDone'),
      isDisabled: byState.done === 0,
      run: () => void clearDone(),
    },
    'line',
    { id: 'importList', label: t('frame.importList'), run: () => openDialog({ kind: 'importList' }) },
    { id: 'exportList', label: t('frame.exportList'), run: () => void exportList() },
    'line',
    {
      id: 'shortcuts',
      label: t('frame.shortcuts'),
      keys: keysText('shortcuts'),
      run: () => openDialog({ kind: 'shortcuts' }),
    },
  ];
  return (
    <MenuButton label={t('frame.more')} entries={entries}>
      <IconButton label={t('frame.more')}>
        <Ellipsis aria-hidden />
      </IconButton>
    </MenuButton>
  );
}
