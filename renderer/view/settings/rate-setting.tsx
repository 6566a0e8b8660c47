import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldRow, Select, TextField } from '../parts/fields.tsx';
import { onKeys } from './on-keys.ts';
import { parseRate, RATE_UNITS, type RateUnit, type TypedRate, typedRate } from './rate.ts';

const CHOICES = RATE_UNITS.map((unit) => ({ value: unit, label: `${unit}/s` }));

/** A speed limit, bytes per second; an empty field is none. */
export function RateSetting(props: {
  readonly title: string;
  readonly hint: string;
  readonly value: number | null;
  readonly keep: (value: number | null) => Promise<string | null>;
}) {
  const { title, hint, value } = props;
  const { t } = useTranslation();
  const { shown, problem, type, commit, drop } = useTypedRate(props);
  return (
    <FieldRow title={title} hint={hint}>
      {({ describedBy }) => (
        <TextField
          label={title}
          labelHidden
          inputMode="decimal"
          placeholder={t('settings.speed.noLimit')}
          value={shown.text}
          problem={problem}
          onChange={(text) => type({ ...shown, text })}
          onBlur={() => void commit(shown)}
          onKeyDown={onKeys({ Enter: () => commit(shown), Escape: drop })}
          {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
          className="num w-[230px]"
          after={
            <Select<RateUnit>
              label={t('settings.speed.unitOf', { title })}
              labelHidden
              value={shown.unit}
              choices={CHOICES}
              onChange={(unit) => {
                const next = { ...shown, unit };
                type(next);
                if (shown.text !== '' || value !== null) void commit(next);
              }}
              className="w-[92px] shrink-0"
            />
          }
        />
      )}
    </FieldRow>
  );
}

function useTypedRate(props: {
  readonly value: number | null;
  readonly keep: (value: number | null) => Promise<string | null>;
}) {
  const { t } = useTranslation();
  const [typed, type] = useState<TypedRate | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const shown = typed ?? typedRate(props.value);
  const commit = async (now: TypedRate) => {
    const rate = parseRate(now);
    if (rate === 'invalid') return setProblem(t('settings.speed.wrongRate'));
    const wrong = rate === props.value ? null : await props.keep(rate);
    setProblem(wrong);
    // With nothing in the field the unit is still what was chosen.
    if (wrong === null && now.text !== '') type((is) => (is === null || is.text === now.text ? null : is));
  };
  const drop = () => {
    type(null);
    setProblem(null);
  };
  return { shown, problem, type, commit, drop };
}
