import type { Menu, NativeImage, Tray } from 'electron';
import { host } from './host.ts';
import { Offered } from './offered.ts';

type Members = 'destroy' | 'getBounds' | 'isDestroyed' | 'setContextMenu' | 'setImage' | 'setToolTip';

/** An icon in the notification area, which is always there. */
export class HostTray extends Offered implements Pick<Tray, Members> {
  toolTip = '';
  menu: Menu | null = null;
  #isGone = false;

  constructor(image: NativeImage | string) {
    super('Tray', ['click', 'double-click', 'right-click']);
    this.setImage(image);
    host.trays.push(this);
    host.note('tray');
  }

  setImage(image: NativeImage | string): void {
    if (typeof image !== 'string' && image.isEmpty()) throw new Error('Tray: the image is empty');
  }

  setToolTip(toolTip: string): void {
    this.toolTip = toolTip;
  }

  setContextMenu(menu: Menu | null): void {
    this.menu = menu;
  }

  getBounds() {
    return { x: 0, y: 0, width: 24, height: 24 };
  }

  destroy(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    host.trays.splice(host.trays.indexOf(this), 1);
  }

  isDestroyed(): boolean {
    return this.#isGone;
  }
}
