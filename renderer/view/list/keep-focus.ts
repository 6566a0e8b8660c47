import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/** On the element that has the focus when nothing in it can have it. */
export const FOCUS_HOME = 'data-focus-home';

/** When what had the focus goes, with its row, with its button or with the whole list, what is there instead has it. */
export function useKeptFocus(): RefObject<HTMLDivElement | null> {
  const area = useRef<HTMLDivElement>(null);
  const hadFocus = useRef(false);
  useEffect(() => {
    const follow = () => {
      hadFocus.current = area.current?.contains(document.activeElement) ?? false;
    };
    addEventListener('focusin', follow);
    return () => removeEventListener('focusin', follow);
  }, []);
  useLayoutEffect(() => {
    if (!hadFocus.current || document.activeElement !== document.body) return;
    area.current?.querySelector<HTMLElement>(`[${FOCUS_HOME}]`)?.focus();
  });
  return area;
}
