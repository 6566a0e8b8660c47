import {
  AlertTriangle,
  Archive,
  Check,
  Clock,
  Download,
  FileText,
  Film,
  Folder,
  History,
  Image,
  List,
  Music,
  Package,
  Pause,
  Settings,
  SquareTerminal,
} from 'lucide-react';
import type { ComponentType, KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskState } from '../../../main/contract/task.ts';
import { useSettings } from '../../store/settings.ts';
import { useCounts } from '../../store/shown.ts';
import { type Filter, type Page, setView, useView } from '../../store/view.ts';
import { useCategoryName } from './category-name.ts';
import { REGION } from './regions.ts';
import { SpeedBox } from './speed-box.tsx';

type Icon = ComponentType<{ readonly 'aria-hidden': true }>;

const STATES: readonly { readonly state: TaskState; readonly icon: Icon }[] = [
  { state: 'running', icon: Download },
  { state: 'waiting', icon: Clock },
  { state: 'paused', icon: Pause },
  { state: 'done', icon: Check },
  { state: 'failed', icon: AlertTriangle },
];

const CATEGORY_ICONS: Readonly<Record<string, Icon>> = {
  Video: Film,
  Audio: Music,
  Documents: FileText,
  Archives: Archive,
  Programs: SquareTerminal,
  Images: Image,
};

/** Which list is shown, and how fast everything together is. */
export function Sidebar() {
  const { t } = useTranslation();
  const counts = useCounts();
  const categories = useSettings(({ settings }) => settings?.categories);
  const nameOf = useCategoryName();
  return (
    <aside
      aria-label={t('frame.title')}
      {...{ [REGION]: 1 }}
      className="row-span-2 flex min-h-0 flex-col gap-0.5 border-e border-line bg-side px-2 pt-3"
    >
      <Brand />
      <nav
        aria-label={t('frame.sidebar')}
        onKeyDown={moveFocus}
        className="-mx-2 flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto px-2 pb-2"
      >
        <ListLink filter={{ by: 'all' }} label={t('frame.all')} icon={List} count={counts.all} />
        {STATES.map(({ state, icon }) => (
          <ListLink
            key={state}
            filter={{ by: 'state', state }}
            label={t(`frame.states.${state}`)}
            icon={icon}
            count={counts.byState[state]}
            alarming={state === 'failed'}
          />
        ))}
        <ListLink
          filter={{ by: 'packages' }}
          label={t('frame.packages')}
          icon={Package}
          count={counts.packages}
        />
        <h2 className="m-0 px-2.5 pt-3.5 pb-1 text-tiny font-semibold text-faint max-[959px]:sr-only">
          {t('frame.types')}
        </h2>
        {categories?.map(({ name }) => (
          <ListLink
            key={name}
            filter={{ by: 'category', name }}
            label={nameOf(name)}
            icon={CATEGORY_ICONS[name] ?? Folder}
            count={counts.byCategory.get(name) ?? 0}
          />
        ))}
      </nav>
      <SpeedBox />
      <div className="flex flex-col gap-0.5 pb-2">
        <PageLink page="history" label={t('frame.history')} icon={History} />
        <PageLink page="settings" label={t('frame.settings')} icon={Settings} />
      </div>
    </aside>
  );
}

function Brand() {
  const { t } = useTranslation();
  return (
    <div className="flex items-center gap-2 px-2 pt-0.5 pb-3 text-title font-semibold max-[959px]:justify-center">
      <svg viewBox="0 0 24 24" aria-hidden className="size-[22px] fill-none stroke-acc stroke-2">
        <path
          strokeLinecap="round"
          strokeLinejoin="round"
          d="M5 9h14v9a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3zM8 9V7a4 4 0 0 1 8 0v2M12 12v5m0 0-2.5-2.5M12 17l2.500-2.500"
        />
      </svg>
      <span className="max-[959px]:sr-only">{t('frame.title')}</span>
    </div>
  );
}

function ListLink(props: {
  readonly filter: Filter;
  readonly label: string;
  readonly icon: Icon;
  readonly count: number;
  readonly alarming?: boolean;
}) {
  const { filter, label, icon, count, alarming = false } = props;
  const isCurrent = useView((view) => view.page === 'list' && sameFilter(view.filter, filter));
  return (
    <NavButton
      label={label}
      icon={icon}
      isCurrent={isCurrent}
      onPress={() => setView({ page: 'list', filter })}
      aside={
        <span
          className={`num ms-auto ps-2 max-[959px]:sr-only ${alarming && count > 0 ? 'font-semibold text-bad' : isCurrent ? 'text-acc-text' : 'text-dim'}`}
        >
          {count}
        </span>
      }
    />
  );
}

function PageLink({
  page,
  label,
  icon,
}: {
  readonly page: Page;
  readonly label: string;
  readonly icon: Icon;
}) {
  const isCurrent = useView((view) => view.page === page);
  return <NavButton label={label} icon={icon} isCurrent={isCurrent} onPress={() => setView({ page })} />;
}

function NavButton(props: {
  readonly label: string;
  readonly icon: Icon;
  readonly isCurrent: boolean;
  readonly onPress: () => void;
  readonly aside?: ReactNode;
}) {
  const { label, icon: Picture, isCurrent, onPress, aside } = props;
  return (
    <button
      type="button"
      title={label}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={onPress}
      className={`flex h-[30px] shrink-0 items-center gap-2.5 rounded-[7px] px-2.5 text-start max-[959px]:justify-center max-[959px]:px-0 [&>svg]:size-4 [&>svg]:shrink-0 ${isCurrent ? 'bg-sel font-semibold text-acc-text' : 'hover:bg-hover [&>svg]:text-dim'}`}
    >
      <Picture aria-hidden />
      <span className="truncate max-[959px]:sr-only">{label}</span>
      {aside}
    </button>
  );
}

/** Up and down go from one list to the next, as in a menu. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const all = [...event.currentTarget.querySelectorAll('button')];
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  all[(at + step + all.length) % all.length]?.focus();
  event.preventDefault();
}

function sameFilter(a: Filter, b: Filter): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
