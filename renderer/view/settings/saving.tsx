import { Check } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import type { CommandInput } from '../../../main/contract/commands.ts';
import { trySettings } from '../../store/settings.ts';
import { reasonOf } from './reason.ts';

const SHOWN_MS = 2000;

/** `time` is another number with each change that was kept; null while nothing is said of it. */
const useSaved = create<{ readonly time: number | null }>(() => ({ time: null }));

/** Keeps a change at once, and says so. Gives why it was refused, in words to be shown, or null. */
export async function save(patch: CommandInput<'settings.update'>): Promise<string | null> {
  const refusal = await trySettings(patch);
  if (refusal !== null) return reasonOf(refusal);
  useSaved.setState({ time: performance.now() });
  return null;
}

/** Says for a moment that a change was kept. */
export function SavedMark() {
  const { t } = useTranslation();
  const time = useSaved((state) => state.time);
  useEffect(() => {
    if (time === null) return;
    const timer = setTimeout(() => useSaved.setState({ time: null }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [time]);
  return (
    <div role="status" className="flex h-5 items-center gap-1.5 text-small text-ok">
      {time !== null && (
        <>
          <Check aria-hidden className="size-[14px]" />
          {t('settings.saved')}
        </>
      )}
    </div>
  );
}
