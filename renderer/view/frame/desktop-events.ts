import i18next from 'i18next';
import { useEffect } from 'react';
import type { Offer } from '../../../main/contract/desktop.ts';
import { tell } from '../../store/notices.ts';
import { followOffers } from '../../store/status.ts';
import { openTray } from '../../store/tray.ts';
import { openAdd, setView, useView } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';
import { offerOfAddress } from '../add/address-offer.ts';
import { addPaths, addText } from '../tray/adding.ts';
import { runAction } from './shortcuts.ts';

/** What the desktop says to its window: what menus ask for, and what comes from outside; also by the page's address. */
export function useDesktopEvents(): void {
  useEffect(() => {
    if (wire.browser === null) return;
    const look = () => {
      if (!location.hash.startsWith('#add?')) return;
      const offer = offerOfAddress(location.hash);
      // Once: not again when the page is loaded anew, nor where it is left as a bookmark.
      history.replaceState(null, '', `${location.pathname}${location.search}`);
      if (offer !== null) takeOffer(offer);
    };
    look();
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  useEffect(() => {
    const stops = [
      followOffers((text) => takeIntoTray(text, [])),
      wire.desktop?.listen('action', runAction),
      wire.desktop?.listen('offer', takeOffer),
    ];
    return () => {
      for (const stop of stops) stop?.();
    };
  }, []);
}

/** Goes into the Add box, or the tray; what was only copied, or would disturb an open box, is merely mentioned. */
function takeOffer({ text, paths, from, pack }: Offer): void {
  if (pack) {
    takeIntoTray(text, paths);
    return;
  }
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

function takeIntoTray(text: string, paths: readonly string[]): void {
  setView({ page: 'list' });
  openTray();
  if (text !== '') addText(text);
  if (paths.length > 0) void addPaths(paths);
}
