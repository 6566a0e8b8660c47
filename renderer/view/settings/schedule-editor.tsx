import { Plus, Trash2 } from 'lucide-react';
import { useId } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../parts/button.tsx';
import { TextField } from '../parts/fields.tsx';
import { useDraft } from './use-draft.ts';
import { crossesMidnight, dayName, type Window } from './week.ts';

const MOST = 100;
/** The working days, while people are at work. */
const FIRST: Window = { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' };

export interface ScheduleProps {
  readonly schedule: readonly Window[];
  /** 1 is Monday. */
  readonly days: readonly number[];
  readonly keep: (schedule: Window[]) => Promise<string | null>;
}

/** The windows in which the alternative limit applies. */
export function ScheduleEditor({ schedule, days, keep }: ScheduleProps) {
  const { t } = useTranslation();
  const addId = useId();
  return (
    <div className="flex flex-col gap-2">
      {schedule.map((window, index) => (
        <WindowRow
          // biome-ignore lint/suspicious/noArrayIndexKey: windows have nothing but their place.
          key={index}
          number={index + 1}
          window={window}
          days={days}
          keep={(next) => keep(schedule.with(index, next))}
          onRemove={() => {
            void keep(schedule.filter((_, other) => other !== index));
            document.getElementById(addId)?.focus();
          }}
        />
      ))}
      <Button
        id={addId}
        icon={<Plus aria-hidden />}
        className="self-start"
        isDisabled={schedule.length >= MOST}
        onPress={() => void keep([...schedule, FIRST])}
      >
        {t('settings.speed.addWindow')}
      </Button>
    </div>
  );
}

interface WindowRowProps {
  readonly number: number;
  readonly window: Window;
  readonly days: readonly number[];
  readonly keep: (window: Window) => Promise<string | null>;
  readonly onRemove: () => void;
}

function WindowRow({ number, window, days, keep, onRemove }: WindowRowProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="m-0 flex min-w-0 flex-col gap-1.5 rounded-[10px] border border-line p-2.5">
      <legend className="sr-only">{t('settings.speed.window', { number })}</legend>
      <div className="flex items-start gap-2">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-2">
          <DayChips
            chosen={window.days}
            days={days}
            label={t('settings.speed.daysOf', { number })}
            onChange={(chosen) => void keep({ ...window, days: chosen })}
          />
          <div className="flex items-start gap-2">
            <TimeField
              label={t('settings.speed.from')}
              value={window.from}
              keep={(from) => keep({ ...window, from })}
            />
            <span aria-hidden className="leading-[30px] text-dim">
              –
            </span>
            <TimeField
              label={t('settings.speed.to')}
              value={window.to}
              keep={(to) => keep({ ...window, to })}
            />
          </div>
        </div>
        <IconButton label={t('settings.speed.removeWindow', { number })} onPress={onRemove}>
          <Trash2 aria-hidden />
        </IconButton>
      </div>
      {window.days.length === 0 && <p className="m-0 text-small text-warn">{t('settings.speed.noDays')}</p>}
      {window.days.length > 0 && crossesMidnight(window) && (
        <p className="m-0 text-small text-dim">{t('settings.speed.nextDay', { time: window.to })}</p>
      )}
    </fieldset>
  );
}

function DayChips(props: {
  readonly label: string;
  readonly chosen: readonly number[];
  readonly days: readonly number[];
  readonly onChange: (days: number[]) => void;
}) {
  const { label, chosen, days, onChange } = props;
  const { i18n } = useTranslation();
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="multiple"
      selectedKeys={chosen.map(String)}
      onSelectionChange={(keys) => onChange([...keys].map(Number).sort((a, b) => a - b))}
      className="flex flex-wrap gap-1"
    >
      {days.map((day) => (
        <ToggleButton
          key={day}
          id={String(day)}
          className="h-[30px] min-w-10 cursor-default rounded-control border border-line bg-panel px-1.5 text-small text-dim transition-colors duration-100 data-hovered:bg-hover data-selected:border-acc data-selected:bg-acc data-selected:font-medium data-selected:text-on-acc"
        >
          {dayName(day, i18n.language, 'short')}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function TimeField(props: {
  readonly label: string;
  readonly value: string;
  readonly keep: (time: string) => Promise<string | null>;
}) {
  const { t } = useTranslation();
  const draft = useDraft(props.value, (time) =>
    /^\d\d:\d\d$/.test(time) ? props.keep(time) : Promise.resolve(t('settings.speed.wrongTime')),
  );
  return <TextField label={props.label} labelHidden type="time" className="num w-[128px]" {...draft} />;
}
