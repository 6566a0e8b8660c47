import { Clock, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { act, copyText } from '../../store/actions.ts';
import { orTell } from '../../store/engine.ts';
import { finishWithout } from '../../store/items.ts';
import type { TaskView } from '../../store/tasks.ts';
import { openAdd, openDialog } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { Button } from '../parts/button.tsx';
import { addressOf, failedItems, type Help, helpFor } from './error-help.ts';
import { detailText, keptText } from './error-words.ts';

/** What happened to a task, what was kept, and buttons for what can be done; nothing where it has no error. */
export function ErrorHelp({ task, showItems }: { readonly task: TaskView; readonly showItems: () => void }) {
  const { t } = useTranslation();
  const { error, state } = task;
  if (error === null) return null;
  const failed = failedItems(task).length;
  const what = t(`errors.${error.code}.what`);
  const kept = keptText(t, error.code, task.received);
  const isOver = state === 'failed';
  const Picture = isOver ? TriangleAlert : Clock;
  return (
    <section
      aria-label={t(`errors.${error.code}.title`)}
      className={`flex flex-col gap-2 rounded-control px-3 py-2.5 text-small forced-colors:border ${isOver ? 'bg-bad-soft' : 'bg-warn-soft'}`}
    >
      <div className="flex items-start gap-2">
        <Picture aria-hidden className={`mt-px size-[15px] shrink-0 ${isOver ? 'text-bad' : 'text-warn'}`} />
        <div data-selectable className="flex min-w-0 flex-col gap-1">
          <p className="m-0 font-semibold">
            {failed > 0 ? t('errors.inPackage', { count: failed, what }) : what}
          </p>
          {kept !== null && <p className="num m-0">{kept}</p>}
          {error.detail !== undefined && error.detail !== '' && (
            <p
              className="m-0 line-clamp-4 text-dim [overflow-wrap:anywhere]"
              title={detailText(error.detail)}
            >
              <bdi>{detailText(error.detail)}</bdi>
            </p>
          )}
          {(isOver || state === 'paused') && (
            <p className="m-0">{failed > 0 ? t('errors.inPackageNext') : t(`errors.${error.code}.next`)}</p>
          )}
        </div>
      </div>
      <Helps task={task} showItems={showItems} />
    </section>
  );
}

function Helps({ task, showItems }: { readonly task: TaskView; readonly showItems: () => void }) {
  const { t } = useTranslation();
  const helps = helpFor(task, wire.desktop === null ? 'browser' : 'desktop');
  if (helps.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in.
    <div role="group" aria-label={t('errors.help')} className="flex flex-wrap gap-1.5">
      {helps.map((help) => (
        <Button key={help} className="h-[28px] px-2.5 text-small" onPress={() => run(help, task, showItems)}>
          {t(`errors.actions.${help}`)}
        </Button>
      ))}
    </div>
  );
}

function run(help: Help, task: TaskView, showItems: () => void): void {
  const { id, state } = task;
  const url = addressOf(task)?.href ?? '';
  const does: Readonly<Record<Help, () => unknown>> = {
    retry: () => act(state === 'failed' ? 'retry' : 'resume', [id]),
    restart: () => act('restart', [id]),
    newLink: () => openDialog({ kind: 'newLink', id }),
    folder: () => openDialog({ kind: 'folder', id }),
    rename: () => openDialog({ kind: 'rename', id }),
    remove: () => openDialog({ kind: 'remove', ids: [id] }),
    signIn: () => openAdd({ text: url }),
    browse: () => browse(url),
    copy: () => copyText(url),
    items: showItems,
    finishWithout: () => finishWithout(id),
  };
  does[help]();
}

function browse(url: string): void {
  if (wire.desktop) void orTell(wire.desktop.call('desktop.openLink', { url }));
  else open(url, '_blank', 'noopener,noreferrer');
}
