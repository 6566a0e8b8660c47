import { memo, type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { SPEED_SECONDS } from '../../store/speed-history.ts';
import { useSpeeds } from '../../store/speeds.ts';
import { formatSpeed } from '../../words/format.ts';
import { figuresOf } from './speed-figures.ts';
import { colourOf, watchLook } from './theme-colours.ts';
import { Titled } from './titled.tsx';

/** In pixels. */
const HEIGHT = 84;
/** Above the upper line, for what it stands for. */
const ABOVE = 16;
const LINES = 3;

type Samples = readonly (number | null)[];

/** Speed over the last five minutes; nothing where it has not run in them. */
export const SpeedChart = memo(function SpeedChart({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const speeds = useSpeeds(id);
  if (speeds.length === 0) return null;
  return (
    <Titled title={t('details.overview.speed')}>
      <Chart speeds={[...speeds]} />
    </Titled>
  );
});

function Chart({ speeds }: { readonly speeds: Samples }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const { now, most, mean, top } = figuresOf(speeds);
  useChart(box, speeds, top);
  const said = { most: formatSpeed(most), mean: formatSpeed(mean) };
  const label =
    now === null
      ? t('details.overview.speedStopped', said)
      : t('details.overview.speedLabel', { ...said, now: formatSpeed(now) });
  return (
    <div role="img" aria-label={label} className="relative">
      <div ref={box} dir="ltr" style={{ height: HEIGHT }} />
      <span className="num absolute start-0 top-0 text-[10px] leading-[14px] text-dim">
        {formatSpeed(top)}
      </span>
    </div>
  );
}

/** Draws into the box, as wide as it is and in the colours of the theme. */
function useChart(box: RefObject<HTMLDivElement | null>, speeds: Samples, top: number): void {
  const chart = useRef<uPlot | null>(null);
  const shown = useRef({ speeds, top });
  useEffect(() => {
    shown.current = { speeds, top };
    chart.current?.setData(dataOf(speeds), false);
    chart.current?.batch(() => setScales(chart.current, top));
  }, [speeds, top]);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const make = () => {
      chart.current?.destroy();
      const made = new uPlot(optionsOf(element.clientWidth), dataOf(shown.current.speeds), element);
      made.batch(() => setScales(made, shown.current.top));
      chart.current = made;
    };
    make();
    const sizes = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    sizes.observe(element);
    const stop = watchLook(make);
    return () => {
      sizes.disconnect();
      stop();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [box]);
}

function setScales(chart: uPlot | null, top: number): void {
  chart?.setScale('x', { min: 1 - SPEED_SECONDS, max: 0 });
  chart?.setScale('y', { min: 0, max: top });
}

/** Seconds from now, which is 0; what is older than all samples is empty. */
function dataOf(speeds: Samples): uPlot.AlignedData {
  const seconds = Array.from({ length: SPEED_SECONDS }, (_, index) => index - SPEED_SECONDS + 1);
  const missing = new Array<null>(SPEED_SECONDS - speeds.length).fill(null);
  return [seconds, [...missing, ...speeds]];
}

function optionsOf(width: number): uPlot.Options {
  const line = colourOf('--acc');
  return {
    ...{ width, height: HEIGHT, padding: [ABOVE, 1, 1, 0] },
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false, auto: false }, y: { auto: false } },
    axes: [
      { show: false },
      {
        size: 0,
        ticks: { show: false },
        grid: { stroke: colourOf('--line'), width: 1 },
        splits: (_, __, ___, top) =>
          Array.from({ length: LINES + 1 }, (____, index) => (top * index) / LINES),
        values: () => [],
      },
    ],
    series: [{}, { stroke: line, fill: faded(line), width: 1.5, points: { show: false } }],
  };
}

/** Tokens are written `#rrggbb`; the names of forced colours stay as they are. */
function faded(colour: string): string {
  return colour.startsWith('#') ? `${colour}22` : 'transparent';
}
