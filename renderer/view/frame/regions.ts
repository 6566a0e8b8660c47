import { useEffect } from 'react';

/** Marks an element as one of the parts that F6 goes through; the value is its place among them. */
export const REGION = 'data-region';

/** What can be reached with Tab. */
const REACHABLE =
  'a[href],button:not([disabled]),input:not([disabled]),select,textarea,[tabindex]:not([tabindex="-1"])';

/** F6 and Shift+F6 go from one part of the window to the next, as in other programs. */
export function useRegions(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || event.defaultPrevented) return;
      if (focusNextRegion(event.shiftKey ? -1 : 1)) event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function focusNextRegion(step: 1 | -1): boolean {
  const regions = [...document.querySelectorAll<HTMLElement>(`[${REGION}]`)].sort(
    (a, b) => Number(a.getAttribute(REGION)) - Number(b.getAttribute(REGION)),
  );
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const from = at < 0 ? (step > 0 ? -1 : 0) : at;
  for (let i = 1; i <= regions.length; i += 1) {
    const region = regions[(from + i * step + regions.length * 2) % regions.length];
    const target = region?.querySelector<HTMLElement>(REACHABLE);
    if (target) {
      target.focus();
      return true;
    }
  }
  return false;
}
