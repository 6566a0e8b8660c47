import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownError } from '../../store/notices.ts';
import { taskById } from '../../store/tasks.ts';
import { wire } from '../../wire/wires.ts';
import { Select, TextField } from '../parts/fields.tsx';
import { parseRate, RATE_UNITS, type RateUnit, typedRate } from '../settings/rate.ts';
import { takeAnswer } from './answers.ts';
import { FormDialog } from './form-dialog.tsx';

/** The limit of each of these downloads, or none. */
export function LimitDialog({
  ids,
  onClose,
}: {
  readonly ids: readonly string[];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [tasks] = useState(() => ids.flatMap((id) => taskById(id) ?? []));
  const [typed, setTyped] = useState(() => typedRate(tasks[0]?.limitRate ?? null));
  const rate = parseRate(typed);
  const submit = async (): Promise<ShownError | null> => {
    if (rate === 'invalid') return null;
    const refusals = await Promise.all(
      tasks.map(({ id }) => takeAnswer(wire.call('tasks.update', { id, limitRate: rate }))),
    );
    return refusals.find((refusal) => refusal !== null) ?? null;
  };
  const [only, ...others] = tasks;
  return (
    <FormDialog
      title={t('dialogs.limit.title')}
      action={t(rate === null ? 'dialogs.limit.actionNone' : 'dialogs.limit.action')}
      canSubmit={rate !== 'invalid' && tasks.length > 0}
      submit={submit}
      onClose={onClose}
      width={400}
    >
      <p className="m-0 break-words text-dim">
        {only !== undefined && others.length === 0
          ? t('dialogs.limit.whatOne', { name: only.name })
          : t('dialogs.limit.what', { count: tasks.length })}
      </p>
      <TextField
        autoFocus
        label={t('dialogs.limit.rate')}
        placeholder={t('dialogs.limit.none')}
        inputMode="decimal"
        value={typed.text}
        onChange={(text) => setTyped({ ...typed, text })}
        problem={rate === 'invalid' ? t('dialogs.limit.wrong') : null}
        {...(rate !== 'invalid' && { hint: t('dialogs.limit.hint') })}
        className="num"
        after={
          <Select<RateUnit>
            label={t('dialogs.limit.unit')}
            labelHidden
            value={typed.unit}
            choices={RATE_UNITS.map((value) => ({ value, label: `${value}/s` }))}
            onChange={(unit) => setTyped({ ...typed, unit })}
            className="w-[92px] shrink-0"
          />
        }
      />
    </FormDialog>
  );
}
