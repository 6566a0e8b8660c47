import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Choice } from './duplicates.ts';
import { COLUMNS, FamilyRow, type RowTools, SingleRow } from './preview-row.tsx';
import { linesOf, type Row } from './rows.ts';

const HEADING_PX = 28;
const ROW_PX = 36;

export interface PreviewTableProps {
  readonly rows: readonly Row[];
  /** The servers are being asked. */
  readonly isAsking: boolean;
  /** What the engine's refusal is about. */
  readonly refused: string | null;
  readonly onLeaveOut: (keys: ReadonlySet<string>) => void;
  readonly onChoose: (row: Row, choice: Choice) => void;
}

/** What would be added, a line each; only those to be seen are there, since it may be ten thousand. */
export function PreviewTable(props: PreviewTableProps) {
  const { rows, isAsking, refused, onLeaveOut, onChoose } = props;
  const { t } = useTranslation();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => linesOf(rows, open), [rows, open]);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const tools: RowTools = {
    isAsking,
    refused,
    use: (some, use) => {
      const leftOut = new Set(rows.filter((row) => row.leftOut).map(({ key }) => key));
      for (const { key } of some) use ? leftOut.delete(key) : leftOut.add(key);
      onLeaveOut(leftOut);
    },
    choose: onChoose,
    toggle: (key) => setOpen((before) => toggled(before, key)),
  };
  const height = HEADING_PX + lines.length * ROW_PX;
  return (
    <div
      ref={box}
      className="max-h-[30vh] overflow-x-hidden overflow-y-auto overscroll-contain"
      style={{ height }}
    >
      <table aria-label={t('add.table')} aria-rowcount={lines.length + 1} className="block">
        <Heading />
        <tbody className="relative block" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const line = lines[index];
            if (line === undefined) return null;
            const place = { index: index + 2, start };
            return line.kind === 'family' ? (
              <FamilyRow key={line.family.key} line={line} place={place} tools={tools} />
            ) : (
              <SingleRow key={line.row.key} line={line} place={place} tools={tools} />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Heading() {
  const { t } = useTranslation();
  return (
    <thead className="sticky top-0 z-10 block bg-panel">
      <tr
        aria-rowindex={1}
        className={`${COLUMNS} h-7 border-b border-line text-small text-dim *:p-0 *:text-start *:font-medium`}
      >
        <th scope="col">
          <span className="sr-only">{t('add.columns.use')}</span>
        </th>
        <th scope="col">{t('add.columns.name')}</th>
        <th scope="col" className="text-end!">
          {t('add.columns.size')}
        </th>
        <th scope="col">{t('add.columns.host')}</th>
        <th scope="col">
          <span className="sr-only">{t('add.columns.note')}</span>
        </th>
      </tr>
    </thead>
  );
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}
