import { ListChecks } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Refused, Said } from './preview-part.tsx';
import type { ListedTask } from './reading/list-json.ts';
import type { AddState } from './use-add.ts';

/** More of a list would be nothing to read. */
const MOST_SHOWN = 200;

/** The tasks of an exported list, which is added as it is. */
export function ListPreview(props: { readonly tasks: readonly ListedTask[]; readonly state: AddState }) {
  const { tasks, state } = props;
  const { t } = useTranslation();
  const shown = tasks.slice(0, MOST_SHOWN);
  return (
    <>
      <Said icon={<ListChecks aria-hidden />}>{t('add.list', { count: tasks.length })}</Said>
      {state.refusal !== null && (
        <div role="alert">
          <Refused error={state.refusal} />
        </div>
      )}
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
        aria-label={t('add.table')}
        className="m-0 max-h-[216px] list-none overflow-auto p-0"
      >
        {shown.map((task, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the text may name a task twice, and its order is fixed.
          <li key={index} className="flex h-9 items-center gap-3 border-b border-line px-2">
            <span className="min-w-0 flex-1 truncate" title={task.url}>
              {task.name}
            </span>
            <span className="min-w-0 max-w-[220px] truncate text-dim">
              {task.items > 1 ? t('add.listItems', { count: task.items }) : URL.parse(task.url)?.host}
            </span>
          </li>
        ))}
        {tasks.length > shown.length && (
          <li className="px-2 py-2 text-dim">
            {t('add.familyMore', { count: tasks.length - shown.length })}
          </li>
        )}
      </ul>
    </>
  );
}
