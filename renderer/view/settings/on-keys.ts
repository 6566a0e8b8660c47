interface Pressed {
  readonly key: string;
  continuePropagation(): void;
}

/** What keys do in a field; the shortcuts of the window work there all the same. */
export function onKeys(keys: { readonly Enter?: () => unknown; readonly Escape?: () => unknown }) {
  return (event: Pressed) => {
    if (event.key === 'Enter') keys.Enter?.();
    if (event.key === 'Escape') keys.Escape?.();
    event.continuePropagation();
  };
}
