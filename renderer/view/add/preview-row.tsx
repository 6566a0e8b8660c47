import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../../words/format.ts';
import { Checkbox } from '../parts/fields.tsx';
import type { Choice } from './duplicates.ts';
import { type Row, sumOf, type TableLine } from './rows.ts';
import { ResumableTag, RowNotes } from './tags.tsx';

/** To be added or not, name, size, host, and what is to be said of it. */
export const COLUMNS =
  'grid grid-cols-[20px_minmax(0,1fr)_84px_minmax(0,112px)_minmax(0,210px)] items-center gap-x-3 px-2';

/** What can be done with the lines. */
export interface RowTools {
  readonly isAsking: boolean;
  /** What the engine's refusal is about. */
  readonly refused: string | null;
  readonly use: (rows: readonly Row[], use: boolean) => void;
  readonly choose: (row: Row, choice: Choice) => void;
  /** Folds a family up, or opens it. */
  readonly toggle: (family: string) => void;
}

interface Place {
  /** Of the line in the whole table, from 1. */
  readonly index: number;
  /** Px below the top. */
  readonly start: number;
}

type Line<K extends TableLine['kind']> = Extract<TableLine, { readonly kind: K }>;

function Cells(props: {
  readonly place: Place;
  readonly isDim: boolean;
  readonly isRefused?: boolean;
  readonly children: ReactNode;
}) {
  const { place, isDim, isRefused = false, children } = props;
  return (
    <tr
      aria-rowindex={place.index}
      className={`${COLUMNS} absolute inset-x-0 h-9 border-b border-line ${isDim ? 'text-dim' : ''} ${isRefused ? 'bg-bad-soft' : ''}`}
      style={{ transform: `translateY(${place.start}px)` }}
    >
      {children}
    </tr>
  );
}

/** One address. */
export function SingleRow(props: {
  readonly line: Line<'row'>;
  readonly place: Place;
  readonly tools: RowTools;
}) {
  const { line, place, tools } = props;
  const { row, inFamily } = line;
  const { t } = useTranslation();
  const isRefused = tools.refused !== null && (tools.refused.includes(row.url) || tools.refused === row.dir);
  return (
    <Cells place={place} isDim={row.leftOut} isRefused={isRefused}>
      <td>
        <Checkbox
          aria-label={t('add.use', { name: row.name })}
          isSelected={!row.leftOut}
          isDisabled={row.error !== null}
          onChange={(use) => tools.use([row], use)}
        >
          {null}
        </Checkbox>
      </td>
      <td className={`truncate ${inFamily ? 'ps-5' : ''}`} title={row.url}>
        {row.name}
      </td>
      <Size total={row.total} atLeast={false} isAsking={tools.isAsking && row.error === null} />
      <td className="truncate text-dim" title={row.host}>
        {row.host}
      </td>
      <td className="flex min-w-0 items-center gap-1.5">
        <RowNotes row={row} onChoose={(choice) => tools.choose(row, choice)} />
      </td>
    </Cells>
  );
}

/** Many addresses that differ in their numbers only. */
export function FamilyRow(props: {
  readonly line: Line<'family'>;
  readonly place: Place;
  readonly tools: RowTools;
}) {
  const { place, tools } = props;
  const { family, open } = props.line;
  const { t } = useTranslation();
  const [first] = family.rows;
  const used = family.rows.filter(({ leftOut }) => !leftOut).length;
  const { bytes, unknown, fetched } = sumOf(family.rows);
  const count = family.rows.length - 1;
  return (
    <Cells place={place} isDim={used === 0}>
      <td>
        <Checkbox
          aria-label={t('add.use', { name: t('add.family', { name: first.name, count }) })}
          isSelected={used === family.rows.length}
          isIndeterminate={used > 0 && used < family.rows.length}
          onChange={(use) => tools.use(family.rows, use)}
        >
          {null}
        </Checkbox>
      </td>
      <td className="flex min-w-0">
        <AriaButton
          aria-expanded={open}
          onPress={() => tools.toggle(family.key)}
          className="flex min-w-0 items-center gap-1 rounded-md pe-1 data-hovered:bg-hover"
        >
          <ChevronRight
            aria-hidden
            className={`size-4 shrink-0 text-dim transition-transform duration-100 ${open ? 'rotate-90' : 'rtl:rotate-180'}`}
          />
          <span className="truncate" title={first.url}>
            {first.name}
          </span>
          <span className="shrink-0 text-dim">{t('add.familyMore', { count })}</span>
        </AriaButton>
      </td>
      <Size
        total={unknown === fetched.length ? null : bytes}
        atLeast={unknown > 0}
        isAsking={tools.isAsking && unknown > 0}
      />
      <td className="truncate text-dim" title={first.host}>
        {first.host}
      </td>
      <td className="flex min-w-0 items-center gap-1.5">
        <ResumableTag resumable={commonOf(family.rows)} />
      </td>
    </Cells>
  );
}

/** What all of them have in common; null where they have not. */
function commonOf(rows: readonly Row[]): boolean | null {
  const [first] = rows;
  return first !== undefined && rows.every(({ resumable }) => resumable === first.resumable)
    ? first.resumable
    : null;
}

function Size(props: {
  readonly total: number | null;
  /** More than that: not every size is known. */
  readonly atLeast: boolean;
  readonly isAsking: boolean;
}) {
  const { total, atLeast, isAsking } = props;
  const { t } = useTranslation();
  const size = total === null ? null : formatBytes(total);
  if (size === null || (isAsking && !atLeast)) {
    return (
      <td className="truncate text-end text-dim">{size ?? t(isAsking ? 'add.asking' : 'add.unknown')}</td>
    );
  }
  return <td className="num truncate text-end">{atLeast ? t('add.atLeast', { size }) : size}</td>;
}
