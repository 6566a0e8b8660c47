/** Where bytes are: `[start, end)` as shares from 0 to 1. */
export type Span = readonly [number, number];

const TONES = { acc: 'bg-acc', idle: 'bg-faint', bad: 'bg-bad', ok: 'bg-ok' } as const;
export type BarTone = keyof typeof TONES;

/** The pieces that are there, each at its place; what is said is the percentage. */
export function ProgressBar(props: {
  readonly label: string;
  /** Null: nobody knows how much it will be. */
  readonly percent: number | null;
  readonly spans: readonly Span[];
  readonly tone: BarTone;
  readonly className?: string;
}) {
  const { label, percent, spans, tone, className = '' } = props;
  return (
    <div
      role="progressbar"
      aria-label={label}
      {...(percent === null ? {} : { 'aria-valuenow': percent, 'aria-valuemin': 0, 'aria-valuemax': 100 })}
      className={`relative h-1.5 overflow-hidden rounded-[3px] bg-track forced-colors:border ${className}`}
    >
      {spans.map(([start, end]) => (
        <i
          key={start}
          className={`absolute inset-y-0 ${TONES[tone]} forced-colors:bg-[Highlight]`}
          style={{ insetInlineStart: `${start * 100}%`, width: `${(end - start) * 100}%` }}
        />
      ))}
    </div>
  );
}
