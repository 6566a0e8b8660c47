import type { TFunction } from 'i18next';
import type { TaskView } from '../../store/tasks.ts';
import { Cell } from './cell.tsx';
import { sourcesOf } from './sources.ts';

/** Name, and below it where it comes from. */
export function NameCell({ t, task }: { readonly t: TFunction; readonly task: TaskView }) {
  const below = subtitle(t, task);
  return (
    <Cell column="name" className="min-w-0">
      <div className="truncate font-medium" title={task.name}>
        <bdi>{task.name}</bdi>
      </div>
      <div className="num truncate text-small text-dim group-data-compact/grid:text-tiny" title={below}>
        {below}
      </div>
    </Cell>
  );
}

function subtitle(t: TFunction, task: TaskView): string {
  const from = fromText(t, task);
  const where =
    task.kind === 'package'
      ? t('list.subtitle', { where: t('list.items', { count: task.items.length }), how: from })
      : from;
  if (task.connections === 0) return where;
  return t('list.subtitle', { where, how: t('list.connections', { count: task.connections }) });
}

function fromText(t: TFunction, task: TaskView): string {
  const { host, others } = sourcesOf(task);
  if (host === null) return t('list.fromHere');
  return others === 0 ? host : t('list.hosts', { host, count: others });
}
