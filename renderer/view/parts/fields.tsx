import { Check, ChevronDown, Minus } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import {
  Checkbox as AriaCheckbox,
  Select as AriaSelect,
  Switch as AriaSwitch,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
  type TextFieldProps as AriaTextFieldProps,
  Button,
  type CheckboxProps,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  type SwitchProps,
  Text,
} from 'react-aria-components';

const BOX =
  'w-full min-w-0 rounded-control border border-line bg-bg px-2.5 text-ink placeholder:text-faint data-invalid:border-bad data-disabled:opacity-50';

export interface TextFieldProps extends Omit<AriaTextFieldProps, 'children' | 'className'> {
  readonly label: string;
  /** The label is only said, not shown. */
  readonly labelHidden?: boolean;
  readonly hint?: string;
  /** What is wrong with it; makes it invalid. */
  readonly problem?: string | null;
  readonly placeholder?: string;
  /** Behind the text, in the same line: a unit, a button. */
  readonly after?: ReactNode;
  /** More lines than one; so many are shown. */
  readonly lines?: number;
  readonly mono?: boolean;
  readonly className?: string;
}

/** A field for text, with its label above. */
export function TextField(props: TextFieldProps) {
  const {
    label,
    labelHidden = false,
    hint,
    problem = null,
    placeholder,
    after,
    lines,
    mono,
    className,
    ...rest
  } = props;
  const font = mono ? 'font-mono text-small leading-relaxed' : '';
  return (
    <AriaTextField
      {...rest}
      isInvalid={problem !== null}
      className={`flex min-w-0 flex-col gap-1 ${className ?? ''}`}
    >
      <Label className={labelHidden ? 'sr-only' : 'text-small text-dim'}>{label}</Label>
      <div className="flex items-center gap-2">
        {lines === undefined ? (
          <Input placeholder={placeholder ?? ''} className={`${BOX} h-[30px] ${font}`} />
        ) : (
          <AriaTextArea
            placeholder={placeholder ?? ''}
            rows={lines}
            spellCheck={false}
            className={`${BOX} resize-none rounded-[10px] py-2 ${font}`}
          />
        )}
        {after}
      </div>
      {hint !== undefined && (
        <Text slot="description" className="text-small text-dim">
          {hint}
        </Text>
      )}
      <FieldError className="text-small text-bad">{problem ?? ''}</FieldError>
    </AriaTextField>
  );
}

export interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
}

export interface SelectProps<V extends string> {
  readonly label: string;
  readonly labelHidden?: boolean;
  readonly value: V;
  readonly choices: readonly Choice<V>[];
  readonly onChange: (value: V) => void;
  readonly isDisabled?: boolean;
  readonly className?: string;
  /** The id of what says more about it. */
  readonly describedBy?: string | undefined;
}

/** One of a few. */
export function Select<V extends string>(props: SelectProps<V>) {
  const { label, labelHidden = false, value, choices, onChange, isDisabled = false, className = '' } = props;
  const described = props.describedBy === undefined ? {} : { 'aria-describedby': props.describedBy };
  return (
    <AriaSelect
      {...described}
      value={value}
      onChange={(key) => onChange(key as V)}
      isDisabled={isDisabled}
      className={`flex min-w-0 flex-col gap-1 ${className}`}
    >
      <Label className={labelHidden ? 'sr-only' : 'text-small text-dim'}>{label}</Label>
      <Button
        className={`${BOX} flex h-[30px] items-center justify-between gap-2 text-left data-hovered:bg-hover`}
      >
        <SelectValue className="truncate">
          {() => choices.find((choice) => choice.value === value)?.label ?? ''}
        </SelectValue>
        <ChevronDown aria-hidden className="size-[14px] shrink-0 text-dim" />
      </Button>
      <Popover className="min-w-(--trigger-width) rounded-[10px] border border-line bg-panel p-1 shadow-float">
        <ListBox className="max-h-72 overflow-auto outline-none">
          {choices.map((choice) => (
            <ListBoxItem
              key={choice.value}
              id={choice.value}
              textValue={choice.label}
              className="flex h-[30px] cursor-default items-center gap-2 rounded-md px-2 data-focused:bg-hover"
            >
              {({ isSelected }) => (
                <>
                  <Check aria-hidden className={`size-[14px] text-acc ${isSelected ? '' : 'invisible'}`} />
                  {choice.label}
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

/** On or off, with its words behind. */
export function Switch({
  children,
  ...rest
}: Omit<SwitchProps, 'children'> & { readonly children: ReactNode }) {
  return (
    <AriaSwitch {...rest} className="group flex items-center gap-2.5 data-disabled:opacity-50">
      <span
        aria-hidden
        className="relative h-5 w-[34px] shrink-0 rounded-full border border-transparent bg-edge transition-colors duration-100 group-data-selected:bg-acc group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-2 group-data-focus-visible:outline-acc forced-colors:border-[ButtonText]"
      >
        <span className="absolute top-px left-px size-4 rounded-full bg-panel transition-transform duration-100 group-data-selected:translate-x-[14px] rtl:right-px rtl:left-auto rtl:group-data-selected:-translate-x-[14px] forced-colors:bg-[ButtonText]" />
      </span>
      {children}
    </AriaSwitch>
  );
}

/** To be ticked, with its words behind. */
export function Checkbox({
  children,
  ...rest
}: Omit<CheckboxProps, 'children'> & { readonly children: ReactNode }) {
  return (
    <AriaCheckbox {...rest} className="group flex items-center gap-2 data-disabled:opacity-50">
      <span
        aria-hidden
        className="grid size-4 shrink-0 place-items-center rounded-[5px] border border-edge bg-panel group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-2 group-data-focus-visible:outline-acc group-data-indeterminate:border-acc group-data-indeterminate:bg-acc group-data-selected:border-acc group-data-selected:bg-acc"
      >
        <Check
          className="col-start-1 row-start-1 invisible size-3 text-on-acc group-data-selected:visible group-data-indeterminate:invisible"
          strokeWidth={3}
        />
        <Minus
          className="col-start-1 row-start-1 invisible size-3 text-on-acc group-data-indeterminate:visible"
          strokeWidth={3}
        />
      </span>
      {children}
    </AriaCheckbox>
  );
}

/** A line of settings: what it is, what it does, and how it is set. */
export function FieldRow({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly children: (ids: {
    readonly labelledBy: string;
    readonly describedBy: string | undefined;
  }) => ReactNode;
}) {
  const id = useId();
  const hintId = useId();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(180px,280px)] items-center gap-x-6 gap-y-1 py-2.5">
      <div className="min-w-0">
        <div id={id}>{title}</div>
        {hint !== undefined && (
          <div id={hintId} className="text-small text-dim">
            {hint}
          </div>
        )}
      </div>
      <div className="max-w-full justify-self-end">
        {children({ labelledBy: id, describedBy: hint === undefined ? undefined : hintId })}
      </div>
    </div>
  );
}
