import type { Clipboard } from 'electron';
import { offered } from './offered.ts';

let copied = '';

/** A clipboard of the host's own, with text only. */
export const clipboard = offered('clipboard', {
  readText: () => Promise.resolve(copied),
  async writeText(text: string) {
    if (typeof text !== 'string') throw new TypeError('clipboard.writeText: no text');
    copied = text;
  },
  has: (type: string) => Promise.resolve(type === 'text/plain' && copied !== ''),
  clear() {
    copied = '';
  },
} satisfies Pick<Clipboard, 'readText' | 'writeText' | 'has' | 'clear'>);
