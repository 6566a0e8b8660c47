import { Notification } from 'electron';
import type { EndingNotice } from './endings.ts';
import type { Words } from './words/en.ts';
import { filled } from './words/words.ts';

/** One that is collected no longer hears its click. */
const shown = new Set<Notification>();

/** Tells through the system, if it can; `onClick` is run when the user takes it up. Gives what takes it back. */
export function notify(title: string, body: string, onClick: () => void): () => void {
  if (!Notification.isSupported()) return () => {};
  const notification = new Notification({ title, body });
  const over = () => void shown.delete(notification);
  notification.on('click', () => {
    over();
    onClick();
  });
  notification.on('close', over);
  notification.on('failed', over);
  shown.add(notification);
  notification.show();
  return () => {
    if (shown.delete(notification)) notification.close();
  };
}

/** What is said of downloads that have ended: the name of one, the number of many. */
export function endingText(
  { kind, count, single }: EndingNotice,
  words: Words,
): { title: string; body: string } {
  if (single !== null) return { title: words[kind], body: single.name };
  return { title: filled(words[`${kind}Many`], { count }), body: '' };
}
