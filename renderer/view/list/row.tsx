// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table cannot be placed freely.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the grid's own; it says which row is active.
import type { TFunction } from 'i18next';
import { memo, useState } from 'react';
import { useSelection } from '../../store/selection.ts';
import { Cell } from './cell.tsx';
import { useDrag } from './drag.ts';
import { dragOut } from './drag-out.ts';
import { NameCell } from './name-cell.tsx';
import { ProgressCell } from './progress-cell.tsx';
import { QuickActions } from './quick-actions.tsx';
import { StateCell } from './state-cell.tsx';
import { useSteadyTask } from './steady-task.ts';
import { TypeIcon } from './type-icon.tsx';

/** On the element of a row: which task it shows. */
export const ROW_ID = 'data-task';

export function rowElementId(id: string): string {
  return `task-${id}`;
}

export interface RowProps {
  /** Asked for once by the list: ten thousand rows that scroll by are not to ask each for themselves. */
  readonly t: TFunction;
  readonly id: string;
  /** Among those that are shown, from 0. */
  readonly index: number;
  /** In pixels. */
  readonly top: number;
  readonly height: number;
}

/** One task. It is drawn anew when its task changes, when it is selected, and when it moves. */
export const Row = memo(function Row({ t, id, index, top, height }: RowProps) {
  const task = useSteadyTask(id);
  const isSelected = useSelection(({ ids }) => ids.has(id));
  const isCurrent = useSelection(({ current }) => current === id);
  const [isHovered, setHovered] = useState(false);
  const isDragged = useDrag((drag) => drag?.ids.has(id) ?? false);
  if (task === undefined) return null;
  const background = isSelected ? 'bg-sel [--row:var(--sel)]' : 'hover:bg-hover [--row:var(--hover)]';
  const ring = isCurrent
    ? 'group-focus-visible/grid:outline-2 group-focus-visible/grid:-outline-offset-2 group-focus-visible/grid:outline-acc'
    : '';
  return (
    <div
      role="row"
      id={rowElementId(id)}
      {...{ [ROW_ID]: id }}
      // The first row has the names of the columns.
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      draggable={task.state === 'done'}
      onDragStart={(event) => dragOut(event, id)}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      style={{ height, transform: `translateY(${top}px)` }}
      className={`group/row absolute inset-x-0 top-0 grid contain-strict grid-cols-[32px_minmax(0,1fr)_164px_168px] items-center gap-3 border-b border-line px-3.5 group-data-compact/grid:grid-cols-[26px_minmax(0,1fr)_164px_168px] forced-colors:aria-selected:[&_*]:text-[HighlightText] ${background} ${ring} ${isDragged ? 'opacity-50' : ''}`}
    >
      <TypeIcon isPackage={task.kind === 'package'} name={task.name} />
      <NameCell t={t} task={task} />
      <ProgressCell t={t} task={task} />
      <StateCell t={t} task={task} />
      <Cell column="actions" className="absolute inset-y-0 end-[370px]">
        {(isHovered || isCurrent) && <QuickActions t={t} id={id} state={task.state} asking={task.asking} />}
      </Cell>
    </div>
  );
});
