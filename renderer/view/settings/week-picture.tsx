import { useTranslation } from 'react-i18next';
import { DAY_MINUTES, dayName, spansOfDay, timeOf, type Window } from './week.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** Every sixth hour has its number. */
const MARKED = [0, 6, 12, 18];

/** When the alternative limit applies, as a picture of the week and as sentences for those who do not see it. */
export function WeekPicture(props: {
  readonly schedule: readonly Window[];
  /** 1 is Monday. */
  readonly days: readonly number[];
}) {
  const { schedule, days } = props;
  const { t, i18n } = useTranslation();
  return (
    <figure className="m-0 flex flex-col gap-2">
      <div aria-hidden className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-1">
        {days.map((day) => (
          <DayLine key={day} name={dayName(day, i18n.language, 'short')} schedule={schedule} day={day} />
        ))}
        <span />
        <div className="num relative h-4 text-tiny text-faint">
          {MARKED.map((hour) => (
            <span key={hour} className="absolute" style={{ insetInlineStart: `${(hour / 24) * 100}%` }}>
              {timeOf(hour * 60)}
            </span>
          ))}
          <span className="absolute end-0">{timeOf(DAY_MINUTES)}</span>
        </div>
      </div>
      <figcaption className="flex flex-wrap gap-x-4 gap-y-1 text-small text-dim">
        <Key className="bg-track" words={t('settings.speed.usual')} />
        <Key className="bg-acc" words={t('settings.speed.alternative')} />
        <WeekInWords {...props} />
      </figcaption>
    </figure>
  );
}

function DayLine(props: {
  readonly name: string;
  readonly day: number;
  readonly schedule: readonly Window[];
}) {
  return (
    <>
      <span className="text-small text-dim">{props.name}</span>
      <div className="relative h-[18px] overflow-hidden rounded-[4px] bg-track forced-colors:border">
        {spansOfDay(props.schedule, props.day).map(([start, end]) => (
          <i
            key={start}
            className="absolute inset-y-0 bg-acc forced-colors:bg-[Highlight]"
            style={{
              insetInlineStart: `${(start / DAY_MINUTES) * 100}%`,
              width: `${((end - start) / DAY_MINUTES) * 100}%`,
            }}
          />
        ))}
        {HOURS.slice(1).map((hour) => (
          <i
            key={hour}
            className="absolute inset-y-0 w-px bg-panel"
            style={{ insetInlineStart: `${(hour / 24) * 100}%` }}
          />
        ))}
      </div>
    </>
  );
}

function Key({ className, words }: { readonly className: string; readonly words: string }) {
  return (
    <span aria-hidden className="flex items-center gap-1.5">
      <span className={`size-3 rounded-[3px] forced-colors:border ${className}`} />
      {words}
    </span>
  );
}

function WeekInWords({
  schedule,
  days,
}: {
  readonly schedule: readonly Window[];
  readonly days: readonly number[];
}) {
  const { t, i18n } = useTranslation();
  const lines = days.map((day) => {
    const name = dayName(day, i18n.language, 'long');
    const times = spansOfDay(schedule, day).map(([start, end]) =>
      t('settings.speed.fromTo', { from: timeOf(start), to: timeOf(end) }),
    );
    if (times.length === 0) return t('settings.speed.dayWithout', { day: name });
    return t('settings.speed.dayWith', { day: name, times: times.join(t('settings.comma')) });
  });
  return (
    <ul className="sr-only">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
