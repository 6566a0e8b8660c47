import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Shell } from 'electron';
import { host } from './host.ts';
import { offered } from './offered.ts';

/** Programs are not started, only noted; what is put into the trash is gone. */
export const shell = offered('shell', {
  async openExternal(url: string) {
    host.note('shell', { method: 'openExternal', url });
  },
  async openPath(path: string) {
    host.note('shell', { method: 'openPath', path });
    return existsSync(path) ? '' : 'Failed to open path';
  },
  showItemInFolder: (path: string) => host.note('shell', { method: 'showItemInFolder', path }),
  async trashItem(path: string) {
    host.note('shell', { method: 'trashItem', path });
    await rm(path, { recursive: true });
  },
  beep: () => host.note('shell', { method: 'beep' }),
} satisfies Pick<Shell, 'openExternal' | 'openPath' | 'showItemInFolder' | 'trashItem' | 'beep'>);
