import { type ComponentType, useEffect, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useWhole, watchDetails } from '../../store/details.ts';
import { useSelection } from '../../store/selection.ts';
import { useSteadyTask } from '../list/steady-task.ts';
import { ConnectionsTab } from './connections-tab.tsx';
import { DetailsHeader } from './details-header.tsx';
import { ItemsTab } from './items-tab.tsx';
import { LogTab } from './log-tab.tsx';
import { OverviewTab } from './overview-tab.tsx';
import { type PanelProps, TABS, type TabName } from './panel.ts';
import { Nothing, Summary } from './summary.tsx';

const PANELS: Readonly<Record<TabName, ComponentType<PanelProps>>> = {
  overview: OverviewTab,
  items: ItemsTab,
  connections: ConnectionsTab,
  log: LogTab,
};

/** What there is to know about the task that the list is on, or about all that are chosen. */
export function Details() {
  const count = useSelection(({ ids }) => ids.size);
  const current = useSelection((selection) => selection.current);
  const task = useSteadyTask(current ?? '');
  // Stays on the tab when the list goes on to another task.
  const [tab, setTab] = useState<TabName>('overview');
  if (count > 1) return <Summary />;
  if (task === undefined) return <Nothing />;
  return <OfTask task={task} tab={tab} show={setTab} />;
}

interface OfTaskProps extends PanelProps {
  readonly tab: TabName;
}

function OfTask({ task, tab, show }: OfTaskProps) {
  const { id, kind } = task;
  const tabs = TABS.filter((each) => each !== 'items' || kind === 'package');
  const shown = tabs.includes(tab) ? tab : 'overview';
  const part = shown === 'log' ? 'log' : 'pieces';
  useEffect(() => watchDetails(id, part), [id, part]);
  const whole = useWhole(task);
  return (
    <>
      <DetailsHeader task={whole} />
      <Tabs
        selectedKey={shown}
        onSelectionChange={(key) => show(key as TabName)}
        // It would have a ring around everything as soon as something in it has the focus.
        className="flex min-h-0 flex-1 flex-col outline-none"
      >
        <TabNames tabs={tabs} />
        {tabs.map((each) => {
          const Panel = PANELS[each];
          return (
            <TabPanel
              key={each}
              id={each}
              className="flex min-h-0 flex-1 flex-col overflow-y-auto px-3.5 pt-2 pb-4 data-focus-visible:-outline-offset-2"
            >
              <Panel key={id} task={whole} show={show} />
            </TabPanel>
          );
        })}
      </Tabs>
    </>
  );
}

function TabNames({ tabs }: { readonly tabs: readonly TabName[] }) {
  const { t } = useTranslation();
  return (
    <TabList
      aria-label={t('details.tabs')}
      className="mx-3.5 mb-1 flex shrink-0 gap-0.5 rounded-control bg-bg p-[3px]"
    >
      {tabs.map((each) => (
        <Tab
          key={each}
          id={each}
          className="min-w-0 flex-auto cursor-default truncate rounded-md px-1.5 py-1 text-center text-small text-dim data-hovered:text-ink data-selected:bg-panel data-selected:font-semibold data-selected:text-ink data-selected:shadow-sm dark:data-selected:bg-track forced-colors:data-selected:bg-[Highlight] forced-colors:data-selected:text-[HighlightText]"
        >
          {t(`details.${each}.tab`)}
        </Tab>
      ))}
    </TabList>
  );
}
