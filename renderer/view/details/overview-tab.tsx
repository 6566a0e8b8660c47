import { ErrorHelp } from '../errors/error-help.tsx';
import { Facts } from './facts.tsx';
import type { PanelProps } from './panel.ts';
import { PieceMap } from './piece-map.tsx';
import { SpeedChart } from './speed-chart.tsx';
import { StateLine } from './state-line.tsx';

/** What is there, how fast it comes, and where it goes. */
export function OverviewTab({ task, show }: PanelProps) {
  return (
    <div className="flex flex-col gap-4">
      <StateLine task={task} />
      <ErrorHelp task={task} showItems={() => show('items')} />
      <PieceMap task={task} />
      <SpeedChart id={task.id} />
      <Facts task={task} />
    </div>
  );
}
