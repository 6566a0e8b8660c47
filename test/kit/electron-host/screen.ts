import type { Rectangle, Screen } from 'electron';
import { Offered } from './offered.ts';

export const WORK_AREA: Rectangle = { x: 0, y: 0, width: 1920, height: 1040 };

/** One screen; the members of Electron's Display that a layout is made from. */
const DISPLAY = {
  id: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  size: { width: 1920, height: 1080 },
  workArea: WORK_AREA,
  workAreaSize: { width: 1920, height: 1040 },
  scaleFactor: 1,
  rotation: 0,
  internal: true,
} as ReturnType<Screen['getPrimaryDisplay']>;

type Members = 'getAllDisplays' | 'getCursorScreenPoint' | 'getDisplayMatching' | 'getPrimaryDisplay';

class HostScreen extends Offered implements Pick<Screen, Members> {
  /** The screens that are plugged in; a test may change them. */
  displays = [DISPLAY];

  constructor() {
    super('screen', ['display-added', 'display-metrics-changed', 'display-removed']);
  }

  getAllDisplays() {
    return this.displays;
  }

  getPrimaryDisplay() {
    return this.displays[0] ?? DISPLAY;
  }

  getDisplayMatching() {
    return this.getPrimaryDisplay();
  }

  getCursorScreenPoint() {
    return { x: 0, y: 0 };
  }
}

export const screen = new HostScreen();
