import type { ReactNode } from 'react';

/** In this order. */
export const COLUMNS = ['name', 'progress', 'state', 'actions'] as const;

/** One cell of a row, below the name of its column. */
export function Cell(props: {
  readonly column: (typeof COLUMNS)[number];
  readonly className: string;
  readonly children: ReactNode;
}) {
  const { column, className, children } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: the cells of a table cannot be placed freely; the grid has the focus.
    <div role="gridcell" aria-colindex={COLUMNS.indexOf(column) + 1} className={className}>
      {children}
    </div>
  );
}
