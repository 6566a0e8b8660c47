import type { ReactNode } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';

export interface Segment<V extends string> {
  readonly value: V;
  readonly label: string;
  readonly icon?: ReactNode;
}

/** One of a few, all to be seen at once; `labelledBy` and `describedBy` are ids of elements. */
export function Segmented<V extends string>(props: {
  readonly labelledBy: string;
  readonly describedBy?: string | undefined;
  readonly value: V;
  readonly segments: readonly Segment<V>[];
  readonly onChange: (value: V) => void;
}) {
  const { labelledBy, describedBy, value, segments, onChange } = props;
  return (
    <RadioGroup
      aria-labelledby={labelledBy}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      orientation="horizontal"
      value={value}
      onChange={(next) => onChange(next as V)}
      className="inline-flex max-w-full flex-wrap gap-0.5 rounded-control border border-line bg-side p-0.5"
    >
      {segments.map((segment) => (
        <Radio
          key={segment.value}
          value={segment.value}
          className="flex h-[26px] cursor-default items-center gap-1.5 rounded-md border border-transparent px-2.5 text-dim transition-colors duration-100 data-focus-visible:outline-2 data-focus-visible:outline-acc data-hovered:text-ink data-selected:border-line data-selected:bg-panel dark:data-selected:bg-track data-selected:font-medium data-selected:text-ink forced-colors:data-selected:bg-[Highlight] forced-colors:data-selected:text-[HighlightText] [&>svg]:size-[15px] [&>svg]:shrink-0"
        >
          {segment.icon}
          {segment.label}
        </Radio>
      ))}
    </RadioGroup>
  );
}
