import type { TFunction } from 'i18next';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '../../store/tasks.ts';
import { setView } from '../../store/view.ts';
import { dragOut } from '../list/drag-out.ts';
import { sourcesOf } from '../list/sources.ts';
import { TypeIcon } from '../list/type-icon.tsx';
import { IconButton } from '../parts/button.tsx';
import { TaskButtons } from './task-buttons.tsx';

/** What it is called, what it is, and what can be done with it. */
export function DetailsHeader({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  const { id, kind, name, state } = task;
  const isFile = state === 'done';
  const what = whatText(t, task);
  return (
    <div className="flex flex-col gap-2.5 ps-3.5 pe-2 pt-3 pb-3">
      <div className="flex items-start gap-1">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: for the pointer; the keyboard has the path to copy. */}
        <div
          draggable={isFile}
          onDragStart={(event) => dragOut(event, id)}
          title={isFile ? t('details.dragOut') : undefined}
          className={`me-1.5 shrink-0 pt-0.5 ${isFile ? 'cursor-grab' : ''}`}
        >
          <TypeIcon isPackage={kind === 'package'} name={name} />
        </div>
        <div className="min-w-0 flex-1 pt-0.5">
          <h2
            data-selectable
            title={name}
            className="m-0 line-clamp-2 text-title leading-snug font-semibold [overflow-wrap:anywhere]"
          >
            <bdi>{name}</bdi>
          </h2>
          <div className="truncate text-small text-dim" title={what}>
            <bdi>{what}</bdi>
          </div>
        </div>
        <CloseDetails />
      </div>
      <TaskButtons tasks={[task]} />
    </div>
  );
}

export function CloseDetails() {
  const { t } = useTranslation();
  return (
    <IconButton label={t('frame.hideDetails')} onPress={() => setView({ detailsOpen: false })}>
      <X aria-hidden />
    </IconButton>
  );
}

function whatText(t: TFunction, task: TaskView): string {
  const { kind, compress } = task;
  const { host } = sourcesOf(task);
  const kindText = t(kind === 'file' ? 'details.file' : 'details.package');
  const how =
    typeof compress === 'number'
      ? t('details.how.level', { level: compress })
      : compress !== null && t(`details.how.${compress}`);
  const rest = kind === 'file' ? (host ?? t('list.fromHere')) : how;
  return rest ? t('list.subtitle', { where: kindText, how: rest }) : kindText;
}
