import type { ReactNode } from 'react';

/** A line of fields with its words in front; the fields say their own labels to those who do not see them. */
export function Labelled({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="flex items-start gap-2.5">
      <span aria-hidden className="w-[68px] shrink-0 pt-[5px] text-dim">
        {label}
      </span>
      <div className="flex min-w-0 flex-1 flex-wrap items-start gap-2.5">{children}</div>
    </div>
  );
}
