import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Tooltip,
  TooltipTrigger,
} from 'react-aria-components';

const LOOKS = {
  primary: 'bg-acc border-acc text-on-acc data-hovered:bg-acc-hover',
  plain: 'bg-panel border-line text-ink data-hovered:bg-hover',
  quiet: 'bg-transparent border-transparent text-ink data-hovered:bg-hover',
  danger: 'bg-bad border-bad text-panel data-hovered:opacity-90',
} as const;

const SHAPE =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap transition-colors duration-100 data-disabled:opacity-45 [&>svg]:size-[15px] [&>svg]:shrink-0';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  readonly look?: keyof typeof LOOKS;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A button with words, 30 px high. */
export function Button({ look = 'plain', icon, children, className = '', ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`${SHAPE} h-[30px] px-3 ${LOOKS[look]} ${className}`}>
      {icon}
      {children}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, 'children' | 'className' | 'aria-label'> {
  /** Said to those who do not see the picture, and shown when the pointer rests on it. */
  readonly label: string;
  readonly children: ReactNode;
  readonly look?: keyof typeof LOOKS;
  readonly className?: string;
}

/** A button with a picture only, 30 px square. */
export function IconButton({ label, look = 'quiet', children, className = '', ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton
        {...rest}
        aria-label={label}
        className={`${SHAPE} size-[30px] ${LOOKS[look]} text-dim ${className}`}
      >
        {children}
      </AriaButton>
      <Tooltip offset={6} className="max-w-72 rounded-md bg-ink px-2 py-1 text-small text-panel shadow-float">
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
