import { useTranslation } from 'react-i18next';

/** Widths of names, in percent: names are not all of one length. */
const NAMES = [58, 44, 66, 38, 52, 61, 47, 55];

/** Rows without anything in them, at their places, while the tasks are on their way. */
export function Skeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('list.loading')} className="min-h-0 flex-1 overflow-hidden">
      {NAMES.map((width, index) => (
        <div
          key={width}
          aria-hidden
          style={{ opacity: 1 - index / NAMES.length }}
          className="grid h-[60px] grid-cols-[32px_minmax(0,1fr)_164px_168px] items-center gap-3 border-b border-line px-3.5"
        >
          <span className="size-8 rounded-control bg-hover" />
          <span className="flex flex-col gap-2">
            <i className="h-2.5 rounded bg-track" style={{ width: `${width}%` }} />
            <i className="h-2 rounded bg-hover" style={{ width: `${width * 0.6}%` }} />
          </span>
          <span className="flex flex-col gap-2">
            <i className="h-1.5 rounded-[3px] bg-track" />
            <i className="h-2 w-3/5 rounded bg-hover" />
          </span>
          <span className="flex flex-col items-end gap-2">
            <i className="h-2.5 w-2/5 rounded bg-track" />
            <i className="h-2 w-1/4 rounded bg-hover" />
          </span>
        </div>
      ))}
    </div>
  );
}
