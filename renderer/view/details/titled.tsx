import { type ReactNode, useId } from 'react';

/** A part of the details, under its name. */
export function Titled({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-1.5">
      <h3 id={id} className="m-0 font-normal text-dim">
        {title}
      </h3>
      {children}
    </section>
  );
}
