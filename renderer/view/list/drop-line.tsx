import { useTranslation } from 'react-i18next';
import { taskById } from '../../store/tasks.ts';
import { useDrag, useDragStore } from './drag.ts';

/** Where what is dragged would land. */
export function DropLine({ rowHeight }: { readonly rowHeight: number }) {
  const at = useDrag((drag) => drag?.at ?? null);
  if (at === null) return null;
  return (
    <div
      aria-hidden
      data-drop-line
      style={{ transform: `translateY(${Math.max(0, at * rowHeight - 2)}px)` }}
      className="pointer-events-none absolute inset-x-2 top-0 z-10 h-[3px] rounded-full bg-acc forced-colors:bg-[Highlight]"
    />
  );
}

/** What is dragged, beside the pointer. */
export function DragChip() {
  const { t } = useTranslation();
  const drag = useDrag((state) => state);
  // What goes out as a file, the system shows beside the pointer.
  const goesOut = useDragStore(({ out }) => out !== null);
  if (drag === null || goesOut) return null;
  const [first] = drag.ids;
  const name =
    drag.ids.size === 1 ? taskById(first ?? '')?.name : t('list.dragged', { count: drag.ids.size });
  return (
    <div
      aria-hidden
      style={{ transform: `translate(${drag.x + 14}px, ${drag.y + 10}px)` }}
      className="pointer-events-none fixed top-0 left-0 z-20 max-w-72 truncate rounded-control border border-line bg-panel px-2.5 py-1 text-small shadow-float"
    >
      {name}
    </div>
  );
}
