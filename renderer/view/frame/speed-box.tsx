import { Gauge } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../main/contract/settings.ts';
import { changeSettings, useSettings } from '../../store/settings.ts';
import { refreshStatus, useStatus } from '../../store/status.ts';
import { setView } from '../../store/view.ts';
import { formatSpeed } from '../../words/format.ts';
import { MenuButton, type MenuEntry } from '../parts/menu.tsx';

const MODES = ['scheduled', 'base', 'alternative'] as const;
const WIDTH = 190;
const HEIGHT = 36;
/** A minute of samples, one a second. */
const SAMPLES = 60;

/** How fast everything together is, now and over the last minute, and what it may not exceed. */
export function SpeedBox() {
  const { t } = useTranslation();
  const speeds = useStatus((state) => state.speeds);
  const now = speeds.at(-1) ?? 0;
  return (
    <div className="border-t border-line px-2 pt-2.5 pb-1 max-[959px]:px-0">
      <div className="max-[959px]:hidden">
        <div className="text-dim">{t('frame.downloadingAt')}</div>
        <div className="num text-big leading-snug font-semibold tracking-tight">{formatSpeed(now)}</div>
        <svg
          role="img"
          aria-label={t('frame.speedLine')}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="block h-9 w-full"
        >
          <path
            d={lineOf(speeds.slice(-SAMPLES))}
            className="fill-none stroke-acc"
            strokeWidth="1.6"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      </div>
      <LimitButton />
    </div>
  );
}

function LimitButton() {
  const { t } = useTranslation();
  const limits = useSettings(({ settings }) => settings?.limits);
  const limitRate = useStatus(({ status }) => status?.limitRate ?? null);
  const words =
    limitRate === null ? t('frame.limit.none') : t('frame.limit.is', { speed: formatSpeed(limitRate) });
  const label = `${t('frame.limit.label')}: ${words}`;
  return (
    <MenuButton label={t('frame.limit.label')} entries={useLimitEntries(limits)}>
      <AriaButton
        aria-label={label}
        className="-mx-2 flex h-[30px] w-[calc(100%+16px)] items-center gap-2.5 rounded-[7px] px-2.5 text-start data-hovered:bg-hover max-[959px]:mx-0 max-[959px]:w-full max-[959px]:justify-center max-[959px]:px-0"
      >
        <Gauge aria-hidden className={`size-4 shrink-0 ${limitRate === null ? 'text-dim' : 'text-warn'}`} />
        <span className="num truncate max-[959px]:sr-only">{words}</span>
      </AriaButton>
    </MenuButton>
  );
}

function useLimitEntries(limits: Settings['limits'] | undefined): readonly MenuEntry[] {
  const { t } = useTranslation();
  if (limits === undefined) return [];
  const choose = async (mode: (typeof MODES)[number]) => {
    if (await changeSettings({ limits: { ...limits, mode } })) await refreshStatus();
  };
  return [
    ...MODES.map((mode) => ({
      id: mode,
      label: `${t(`frame.limit.${mode}`)}${rateOf(limits, mode)}`,
      checked: mode === limits.mode,
      run: () => void choose(mode),
    })),
    'line' as const,
    { id: 'more', label: t('frame.limit.more'), run: () => setView({ page: 'settings' }) },
  ];
}

function rateOf(limits: Settings['limits'], mode: (typeof MODES)[number]): string {
  const rate = mode === 'scheduled' ? null : limits[mode];
  return rate === null ? '' : ` · ${formatSpeed(rate)}`;
}

/** The path of a line through the samples, the newest at the end. */
function lineOf(samples: readonly number[]): string {
  const top = Math.max(1, ...samples);
  const step = WIDTH / (SAMPLES - 1);
  const first = SAMPLES - samples.length;
  return samples
    .map((speed, index) => {
      const y = HEIGHT - 2 - (speed / top) * (HEIGHT - 6);
      return `${index === 0 ? 'M' : 'L'}${((first + index) * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
