import type { TaskView } from '../../store/tasks.ts';

export const TABS = ['overview', 'items', 'connections', 'log'] as const;
export type TabName = (typeof TABS)[number];

/** What each tab is given. */
export interface PanelProps {
  readonly task: TaskView;
  /** Goes to another tab. */
  readonly show: (tab: TabName) => void;
}
