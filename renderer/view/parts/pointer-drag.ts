/** So far a pointer goes before it drags, in pixels. */
const DRAG_FROM = 6;

/** Of trees beside the list, which are low. */
export const TREE_SCROLL = { zone: 30, step: 10 } as const;

/** What is dragged by the pointer, over something that scrolls. */
export interface PointerDrag {
  readonly element: HTMLElement;
  /** So near to an edge it scrolls, so far each frame at most, in pixels. */
  readonly scroll: { readonly zone: number; readonly step: number };
  /** Whether it scrolls now; left out: always. */
  readonly scrolls?: () => boolean;
  /** The pointer is there in the window; told again when what is below it has scrolled. */
  readonly move: (x: number, y: number) => void;
  /** The button has come up (`drops`), or the drag was given up; `dragged`: it had gone far enough to be one. */
  readonly end: (drops: boolean, dragged: boolean) => void;
}

/** From a button that went down until it comes up. Escape gives it up, and so does whatever takes the pointer away. */
export function dragByPointer(
  down: { readonly clientX: number; readonly clientY: number },
  drag: PointerDrag,
): void {
  const controller = new AbortController();
  const { signal } = controller;
  let at: { readonly x: number; readonly y: number } | null = null;
  const move = ({ clientX: x, clientY: y }: PointerEvent) => {
    const begins = at === null && Math.hypot(x - down.clientX, y - down.clientY) >= DRAG_FROM;
    if (at === null && !begins) return;
    at = { x, y };
    drag.move(x, y);
    if (begins) scrollAtEdges(drag, () => at, signal);
  };
  const finish = (drops: boolean) => {
    controller.abort();
    drag.end(drops, at !== null);
  };
  addEventListener('pointermove', move, { signal });
  addEventListener('pointerup', () => finish(true), { signal });
  addEventListener('pointercancel', () => finish(false), { signal });
  addEventListener('blur', () => finish(false), { signal });
  // The browser, or the system, drags it from here on.
  addEventListener('dragstart', () => controller.abort(), { signal });
  const cancel = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || at === null) return;
    event.stopPropagation();
    event.preventDefault();
    finish(false);
  };
  addEventListener('keydown', cancel, { signal, capture: true });
}

function scrollAtEdges(
  { element, scroll: { zone, step }, scrolls = () => true, move }: PointerDrag,
  where: () => { readonly x: number; readonly y: number } | null,
  signal: AbortSignal,
): void {
  const frame = () => {
    if (signal.aborted) return;
    const at = where();
    if (at !== null && scrolls()) {
      const { top, bottom } = element.getBoundingClientRect();
      const beyond = Math.min(0, at.y - top - zone) || Math.max(0, at.y - bottom + zone);
      if (beyond !== 0) {
        element.scrollTop += Math.round(Math.max(-1, Math.min(1, beyond / zone)) * step);
        move(at.x, at.y);
      }
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
