import i18next from 'i18next';
import { useEffect } from 'react';
import type { Offer } from '../../../main/contract/desktop.ts';
import { tell } from '../../store/notices.ts';
import { openAdd, useView } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { runAction } from './shortcuts.ts';

/** What the desktop says to its window: what menus ask for, and what comes from outside. */
export function useDesktopEvents(): void {
  useEffect(() => {
    const stops = [wire.desktop?.listen('action', runAction), wire.desktop?.listen('offer', takeOffer)];
    return () => {
      for (const stop of stops) stop?.();
    };
  }, []);
}

/** Goes into the Add box; what was only copied, or would disturb an open box, is merely mentioned. */
function takeOffer({ text, paths, from }: Offer): void {
  const add = () => openAdd({ text, paths });
  if (from !== 'clipboard' && useView.getState().dialog === null) {
    add();
    return;
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const words =
    lines.length === 1
      ? i18next.t('frame.offer', { link: lines[0] ?? '' })
      : i18next.t('frame.offerMore', { count: lines.length + paths.length });
  tell({ kind: 'info', text: words, action: { label: i18next.t('frame.offerAdd'), run: add } });
}
