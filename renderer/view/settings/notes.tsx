import { Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** A sentence that stands out: something to know, or something to beware of. */
export function Note({
  look = 'info',
  children,
}: {
  readonly look?: 'info' | 'warn';
  readonly children: ReactNode;
}) {
  const Icon = look === 'warn' ? TriangleAlert : Info;
  const colours = look === 'warn' ? 'bg-warn-soft text-warn' : 'bg-side text-dim';
  return (
    <div className={`my-2.5 flex items-start gap-2 rounded-control px-3 py-2 text-small ${colours}`}>
      <Icon aria-hidden className="mt-px size-[15px] shrink-0" />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
