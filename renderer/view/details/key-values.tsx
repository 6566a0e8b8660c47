import { Fragment, type ReactNode } from 'react';

/** A fact's name and what it is; null where there is nothing to say. */
export type Fact = readonly [name: string, value: ReactNode];

export function KeyValues({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="num m-0 grid grid-cols-[minmax(84px,auto)_minmax(0,1fr)] gap-x-3 gap-y-1.5">
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt className="max-w-28 text-dim">{name}</dt>
            <dd data-selectable className="m-0 min-w-0 [overflow-wrap:anywhere]">
              {value}
            </dd>
          </Fragment>
        ))}
    </dl>
  );
}
