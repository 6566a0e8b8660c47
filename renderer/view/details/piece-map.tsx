import type { TFunction } from 'i18next';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pieces } from '../../../main/contract/commands.ts';
import { useDetails } from '../../store/details.ts';
import type { TaskView } from '../../store/tasks.ts';
import { formatBytes } from '../../words/format.ts';
import { CELLS, type Cell, cellsOf } from './cells.ts';
import { colourOf, watchLook } from './theme-colours.ts';
import { Titled } from './titled.tsx';

/** In pixels. */
const CELL = 6;
const GAP = 2;
const ROWS = 7;

/** The tokens of the theme that cells are drawn in. */
const COLOURS: Readonly<Record<Cell, string>> = {
  done: '--acc',
  partly: '--acc',
  live: '--warn',
  empty: '--track',
};
const PARTLY = 0.45;
/** Of many small items most are left out of what is told: a picture with less than this of them would be a wrong one. */
const LEAST_SHOWN = 0.5;

/** Which bytes are there and which are being fetched, drawn; said in a sentence to those who do not see it. */
export function PieceMap({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  const pieces = useDetails((state) => state.pieces);
  const fronts = useDetails((state) => state.fronts);
  if (pieces?.taskId !== task.id || pieces.length === null || pieces.length === 0) return null;
  const { length, spans } = pieces;
  const there = spans.reduce((sum, [start, end]) => sum + end - start, 0);
  if (there < task.received * LEAST_SHOWN) return null;
  const total = formatBytes(length);
  const label =
    there === 0
      ? t('details.overview.piecesNone', { total })
      : t('details.overview.piecesLabel', { count: spans.length, received: formatBytes(there), total });
  return (
    <Titled title={titleText(t, task)}>
      <Cells spans={spans} length={length} live={liveOf(task, fronts)} label={label} />
      {task.state !== 'done' && <Legend />}
    </Titled>
  );
}

function titleText(t: TFunction, { kind, state, total }: TaskView): string {
  if (kind === 'file') return t('details.overview.pieces');
  // The sizes of some items are not known: the ZIP will be longer than what is drawn.
  const isWhole = total !== null || state === 'done';
  return t(isWhole ? 'details.overview.piecesZip' : 'details.overview.piecesSoFar');
}

/** Where bytes are being added. Connections of a package are at places of its items, and where these lie it does not say. */
function liveOf({ kind, state, segments }: TaskView, fronts: readonly number[]): readonly number[] {
  if (state !== 'running') return [];
  return kind === 'file' ? segments.map(({ start, received }) => start + received) : fronts;
}

interface CellsProps {
  readonly spans: Pieces['spans'];
  readonly length: number;
  readonly live: readonly number[];
  readonly label: string;
}

function Cells({ spans, length, live, label }: CellsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const paint = () => draw(element, (most) => cellsOf(length, most, spans, live));
    paint();
    const sizes = new ResizeObserver(paint);
    sizes.observe(element);
    const stop = watchLook(paint);
    return () => {
      sizes.disconnect();
      stop();
    };
  }, [spans, length, live]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={label}
      className="block w-full"
      style={{ height: ROWS * (CELL + GAP) - GAP }}
    />
  );
}

/** As many cells as there is room for. */
function draw(canvas: HTMLCanvasElement, cellsFor: (most: number) => readonly Cell[]): void {
  const { clientWidth, clientHeight } = canvas;
  const scale = devicePixelRatio;
  canvas.width = Math.round(clientWidth * scale);
  canvas.height = Math.round(clientHeight * scale);
  const context = canvas.getContext('2d');
  const columns = Math.floor((clientWidth + GAP) / (CELL + GAP));
  if (context === null || columns < 1) return;
  context.scale(scale, scale);
  const isRtl = getComputedStyle(canvas).direction === 'rtl';
  const cells = cellsFor(columns * ROWS);
  for (const kind of CELLS) {
    context.fillStyle = colourOf(COLOURS[kind]);
    context.globalAlpha = kind === 'partly' ? PARTLY : 1;
    context.beginPath();
    for (const [index, cell] of cells.entries()) {
      if (cell !== kind) continue;
      const column = index % columns;
      const x = isRtl ? clientWidth - (column + 1) * (CELL + GAP) + GAP : column * (CELL + GAP);
      context.roundRect(x, Math.floor(index / columns) * (CELL + GAP), CELL, CELL, 1.5);
    }
    context.fill();
  }
}

const SWATCHES: Readonly<Record<Cell, string>> = {
  done: 'bg-acc forced-colors:bg-[Highlight]',
  partly: 'bg-acc opacity-45 forced-colors:bg-[Highlight]',
  live: 'bg-warn forced-colors:bg-[LinkText]',
  empty: 'bg-track forced-colors:bg-[GrayText]',
};

/** What the colours stand for; the sentence says it to those who do not see them. */
function Legend() {
  const { t } = useTranslation();
  return (
    <div aria-hidden className="flex flex-wrap gap-x-3 text-tiny text-dim">
      {CELLS.map((cell) => (
        <span key={cell} className="flex items-center gap-1.5">
          <i className={`size-1.5 rounded-[1.5px] ${SWATCHES[cell]}`} />
          {t(`details.overview.cells.${cell}`)}
        </span>
      ))}
    </div>
  );
}
