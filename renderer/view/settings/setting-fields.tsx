import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { type Choice, FieldRow, Select, Switch, TextField } from '../parts/fields.tsx';
import { useDraft } from './use-draft.ts';

interface RowProps {
  readonly title: string;
  readonly hint?: string;
}

const hinted = (hint: string | undefined) => (hint === undefined ? {} : { hint });
const described = (id: string | undefined) => (id === undefined ? {} : { 'aria-describedby': id });

/** Settings that belong together, under a heading of their own. */
export function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mt-7 first:mt-0">
      <h3 id={id} className="m-0 mb-1 text-small font-semibold text-dim">
        {title}
      </h3>
      <div className="divide-y divide-line border-y border-line">{children}</div>
    </section>
  );
}

/** What it is and what it does above, how it is set below and as wide as the page. */
export function WideRow({ title, hint, children }: RowProps & { readonly children: ReactNode }) {
  return (
    <div className="flex flex-col gap-2 py-2.5">
      <div>
        <div>{title}</div>
        {hint !== undefined && <div className="text-small text-dim">{hint}</div>}
      </div>
      {children}
    </div>
  );
}

export function SwitchSetting(
  props: RowProps & { readonly value: boolean; readonly onChange: (value: boolean) => void },
) {
  const { title, hint, value, onChange } = props;
  return (
    <FieldRow title={title} {...hinted(hint)}>
      {({ labelledBy, describedBy }) => (
        <Switch
          aria-labelledby={labelledBy}
          {...described(describedBy)}
          isSelected={value}
          onChange={onChange}
        >
          {null}
        </Switch>
      )}
    </FieldRow>
  );
}

export function ChoiceSetting<V extends string>(
  props: RowProps & {
    readonly value: V;
    readonly choices: readonly Choice<V>[];
    readonly onChange: (value: V) => void;
  },
) {
  const { title, hint, value, choices, onChange } = props;
  return (
    <FieldRow title={title} {...hinted(hint)}>
      {({ describedBy }) => (
        <Select
          label={title}
          labelHidden
          value={value}
          choices={choices}
          onChange={onChange}
          describedBy={describedBy}
          className="w-[230px]"
        />
      )}
    </FieldRow>
  );
}

export interface TextSettingProps extends RowProps {
  readonly value: string;
  /** Gives what is wrong with it, or null when it is kept. */
  readonly keep: (text: string) => Promise<string | null>;
  readonly placeholder?: string;
  readonly mono?: boolean;
  /** Takes the whole width, below its words. */
  readonly wide?: boolean;
  readonly after?: ReactNode;
}

export function TextSetting(props: TextSettingProps) {
  const { title, hint, value, keep, wide = false, ...rest } = props;
  const draft = useDraft(value, keep);
  if (wide) {
    return (
      <WideRow title={title} {...hinted(hint)}>
        <TextField label={title} labelHidden {...draft} {...rest} />
      </WideRow>
    );
  }
  return (
    <FieldRow title={title} {...hinted(hint)}>
      {({ describedBy }) => (
        <TextField
          label={title}
          labelHidden
          {...draft}
          {...rest}
          {...described(describedBy)}
          className="w-[230px]"
        />
      )}
    </FieldRow>
  );
}

/** A whole number from `min` to `max`. */
export function NumberSetting(
  props: RowProps & {
    readonly value: number;
    readonly min: number;
    readonly max: number;
    readonly unit?: string;
    readonly keep: (value: number) => Promise<string | null>;
  },
) {
  const { title, hint, value, min, max, unit, keep } = props;
  const { t } = useTranslation();
  const draft = useDraft(String(value), (text) => {
    const number = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return keep(number);
    return Promise.resolve(t('settings.wrongNumber', { min, max }));
  });
  return (
    <FieldRow title={title} {...hinted(hint)}>
      {({ describedBy }) => (
        <TextField
          label={title}
          labelHidden
          {...draft}
          {...described(describedBy)}
          inputMode="numeric"
          className="num w-[140px]"
          {...(unit === undefined ? {} : { after: <Unit>{unit}</Unit> })}
        />
      )}
    </FieldRow>
  );
}

export function Unit({ children }: { readonly children: ReactNode }) {
  return <span className="shrink-0 text-small text-dim">{children}</span>;
}
