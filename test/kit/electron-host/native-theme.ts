import type { NativeTheme } from 'electron';
import { Offered } from './offered.ts';

type Members = 'inForcedColorsMode' | 'shouldUseDarkColors' | 'shouldUseHighContrastColors' | 'themeSource';

/** What the user has set in the system; every page follows. */
export interface SystemLook {
  readonly dark: boolean;
  readonly reducedMotion: boolean;
  readonly forcedColors: boolean;
}

class HostNativeTheme extends Offered implements Pick<NativeTheme, Members> {
  #source: NativeTheme['themeSource'] = 'system';
  #look: SystemLook = { dark: false, reducedMotion: false, forcedColors: false };

  constructor() {
    super('nativeTheme', ['updated']);
  }

  get themeSource(): NativeTheme['themeSource'] {
    return this.#source;
  }

  set themeSource(source: NativeTheme['themeSource']) {
    if (!['system', 'light', 'dark'].includes(source)) throw new TypeError(`no theme source ${source}`);
    this.#source = source;
    this.emit('updated');
  }

  get shouldUseDarkColors(): boolean {
    return this.#source === 'system' ? this.#look.dark : this.#source === 'dark';
  }

  get shouldUseHighContrastColors(): boolean {
    return this.#look.forcedColors;
  }

  get inForcedColorsMode(): boolean {
    return this.#look.forcedColors;
  }

  /** For the pages; Electron asks it of systemPreferences. */
  get reducedMotion(): boolean {
    return this.#look.reducedMotion;
  }

  /** The user changes the system's settings. */
  setSystem(look: Partial<SystemLook>): void {
    this.#look = { ...this.#look, ...look };
    this.emit('updated');
  }
}

export const nativeTheme = new HostNativeTheme();
