import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Segment } from '../../../main/contract/task.ts';
import { formatBytes, formatShare, formatSpeed } from '../../words/format.ts';
import type { PanelProps } from './panel.ts';
import { PieceMap } from './piece-map.tsx';

/** Who fetches what at present. */
export function ConnectionsTab({ task }: PanelProps) {
  const { t } = useTranslation();
  const { segments, items, kind } = task;
  const wanted = new Set(segments.map(({ itemId }) => itemId));
  const names = new Map(items.filter(({ id }) => wanted.has(id)).map(({ id, name }) => [id, name]));
  return (
    <div className="flex flex-col gap-4">
      <PieceMap task={task} />
      {segments.length === 0 ? (
        <div className="py-4 text-center text-dim">
          <p className="m-0">{t('details.connections.none')}</p>
          {task.state !== 'done' && <p className="m-0 text-small">{t('details.connections.noneHint')}</p>}
        </div>
      ) : (
        <table
          aria-label={t('details.connections.label')}
          className="num w-full table-fixed border-collapse text-small"
        >
          <thead>
            <tr className="text-dim [&>th]:py-1 [&>th]:font-normal">
              <th scope="col" className="text-start">
                {t('details.connections.from')}
              </th>
              <th scope="col" className="w-[118px] text-end">
                {t('details.connections.part')}
              </th>
              <th scope="col" className="w-[78px] text-end">
                {t('details.connections.speed')}
              </th>
            </tr>
          </thead>
          <tbody>
            {segments.map((segment) => (
              <Row
                key={`${segment.itemId} ${segment.start}`}
                segment={segment}
                name={kind === 'package' ? (names.get(segment.itemId) ?? null) : null}
              />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** `name` is the item's, where there are several. */
function Row({ segment, name }: { readonly segment: Segment; readonly name: string | null }) {
  const { t } = useTranslation();
  const { host, received, speed } = segment;
  return (
    <tr className="border-t border-line align-top [&>td]:py-1.5">
      <td className="pe-2">
        <Line text={name ?? host} />
        {name !== null && <Line text={host} dim />}
      </td>
      <td className="text-end whitespace-nowrap">
        <div>{rangeText(t, segment)}</div>
        <div className="text-dim">{t('details.connections.got', { size: formatBytes(received) })}</div>
      </td>
      <td className="text-end whitespace-nowrap">{formatSpeed(speed)}</td>
    </tr>
  );
}

function Line({ text, dim = false }: { readonly text: string; readonly dim?: boolean }) {
  return (
    <div className={`truncate ${dim ? 'text-dim' : ''}`} title={text}>
      <bdi>{text}</bdi>
    </div>
  );
}

function rangeText(t: TFunction, { start, end }: Segment): string {
  if (end === null) return t('details.connections.rangeOpen', { from: formatBytes(start) });
  const { received: from, total: to } = formatShare(start, end);
  return t('details.connections.range', { from: start === 0 ? '0' : from, to });
}
