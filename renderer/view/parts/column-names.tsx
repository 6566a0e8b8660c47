// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table cannot be placed freely.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the grid's own; it says which row is active.

/** The head of a grid, for those who do not see its columns. */
export function ColumnNames({ names }: { readonly names: readonly string[] }) {
  return (
    <div role="rowgroup" className="sr-only">
      <div role="row" aria-rowindex={1}>
        {names.map((name, index) => (
          <span key={name} role="columnheader" aria-colindex={index + 1}>
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}
