import { Info, TriangleAlert, X } from 'lucide-react';
import { type FocusEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dismissNotice, type Notice, type ShownNotice, useNotices } from '../../store/notices.ts';
import { detailText } from '../errors/error-words.ts';
import { REGION } from '../frame/regions.ts';
import { Button } from './button.tsx';

/** Long enough to be read twice; errors stay until they are dismissed. */
const SHOWN_MS = 6000;

/** What is told in passing, at the bottom of the window. It never takes the focus; F6 goes to it. */
export function Notices() {
  const { t } = useTranslation();
  const shown = useNotices((state) => state.shown);
  const { ref, onFocus, leave } = useWayBack();
  const dismiss = (id: number) => {
    leave();
    dismissNotice(id);
  };
  return (
    <section
      ref={ref}
      {...{ [REGION]: 5 }}
      aria-label={t('errors.notices')}
      // Boxes over the window hide what is beneath them from screen readers; this is above them.
      data-react-aria-top-layer="true"
      onFocus={onFocus}
      className="pointer-events-none fixed inset-x-0 bottom-10 z-30 px-4"
    >
      <div aria-live="polite" aria-relevant="additions" className="flex flex-col items-center gap-2">
        {shown.map((each) => (
          <Box key={each.id} {...each} dismiss={dismiss} />
        ))}
      </div>
    </section>
  );
}

/** When the notice goes that has the focus, it goes to another one, or back to where it came from. */
function useWayBack() {
  const ref = useRef<HTMLElement>(null);
  const from = useRef<HTMLElement | null>(null);
  const onFocus = ({ relatedTarget }: FocusEvent) => {
    const isOutside = relatedTarget instanceof HTMLElement && !ref.current?.contains(relatedTarget);
    if (isOutside) from.current = relatedTarget;
  };
  const leave = () => {
    const box = document.activeElement?.closest('[data-notice]');
    if (!box || !ref.current?.contains(box)) return;
    const other = box.nextElementSibling ?? box.previousElementSibling;
    const next = other?.querySelector('button') ?? from.current;
    if (next?.isConnected) next.focus();
  };
  return { ref, onFocus, leave };
}

interface BoxProps extends ShownNotice {
  readonly dismiss: (id: number) => void;
}

function Box({ id, notice, dismiss }: BoxProps) {
  const { t } = useTranslation();
  const held = useHeld();
  const isError = notice.kind === 'error';
  useEffect(() => {
    if (held.isHeld || isError) return;
    const timer = setTimeout(() => dismissNotice(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, isError, held.isHeld]);
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    dismiss(id);
  };
  const Picture = isError ? TriangleAlert : Info;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only stays while the pointer or the focus is on it.
    <div
      data-notice
      {...held.handlers}
      onKeyDown={press}
      className={`pointer-events-auto flex max-w-[min(560px,100%)] items-start gap-2.5 rounded-[10px] border bg-panel py-1.5 ps-3 pe-1.5 shadow-float ${isError ? 'border-bad' : 'border-line'}`}
    >
      <Picture aria-hidden className={`mt-[7px] size-4 shrink-0 ${isError ? 'text-bad' : 'text-acc-text'}`} />
      <Words notice={notice} />
      {notice.kind === 'info' && notice.action !== undefined && (
        <Button
          onPress={() => {
            notice.action?.run();
            dismiss(id);
          }}
        >
          {notice.action.label}
        </Button>
      )}
      {/* Without a tooltip: it would take Escape for itself. */}
      <button
        type="button"
        aria-label={t('parts.dismiss')}
        title={t('parts.dismiss')}
        onClick={() => dismiss(id)}
        className="grid size-[30px] shrink-0 place-items-center rounded-control text-dim hover:bg-hover [&>svg]:size-[15px]"
      >
        <X aria-hidden />
      </button>
    </div>
  );
}

/** Whether the pointer or the focus is on it. */
function useHeld() {
  const [isHovered, setHovered] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const handlers = {
    onPointerEnter: () => setHovered(true),
    onPointerLeave: () => setHovered(false),
    onFocus: () => setFocused(true),
    onBlur: () => setFocused(false),
  };
  return { isHeld: isHovered || isFocused, handlers };
}

function Words({ notice }: { readonly notice: Notice }) {
  const { t } = useTranslation();
  if (notice.kind === 'info') {
    return (
      <span className="line-clamp-4 min-w-0 flex-1 py-[5px] [overflow-wrap:anywhere]">
        <bdi>{notice.text}</bdi>
      </span>
    );
  }
  const { code, detail = '' } = notice.error;
  return (
    <div data-selectable className="min-w-0 flex-1 py-[5px]">
      <p className="m-0">
        <b className="font-semibold">{t(`errors.${code}.title`)}</b> <span>{t(`errors.${code}.what`)}</span>
      </p>
      {detail !== '' && (
        <p className="m-0 line-clamp-3 text-small text-dim [overflow-wrap:anywhere]">
          <bdi>{detailText(detail)}</bdi>
        </p>
      )}
    </div>
  );
}
