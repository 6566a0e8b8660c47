import type { WebContents } from 'electron';
import { browser } from './browser.ts';
import { nativeTheme } from './native-theme.ts';
import { Offered } from './offered.ts';
import { pack } from './page/codec.ts';
import type { OfferedFile } from './page/isolated-world.ts';
import type { PageTarget } from './page-target.ts';
import { EVENTS, type Members } from './web-contents-shape.ts';

/** One step of the zoom, as in Chromium. */
const ZOOM_STEP = 1.2;

type Size = { readonly width: number; readonly height: number };

/** Of `webContents`, what its page alone has to do: messages to it, its size and look, and the text that is edited. */
export class PageContents extends Offered implements Partial<Pick<WebContents, Members>> {
  protected page: PageTarget | null = null;
  readonly #sizeOfWindow: () => Size;
  #zoom = 1;

  /** The size is in pixels of the screen. */
  constructor(sizeOfWindow: () => Size) {
    super('webContents', EVENTS);
    this.#sizeOfWindow = sizeOfWindow;
  }

  getURL(): string {
    const address = this.page?.address ?? '';
    return address === 'about:blank' ? '' : address;
  }

  getType(): 'window' {
    return 'window';
  }

  getOSProcessId(): number {
    return browser().pid;
  }

  /** Of the main frame, as Chromium names it. */
  get frameId(): string {
    return this.page?.frameId ?? '';
  }

  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== 'string') throw new TypeError('Missing required channel argument');
    this.page?.send({ type: 'message', channel, value: packed(args) });
  }

  /** The user is about to give the page these files. */
  offerFiles(files: readonly OfferedFile[]): void {
    this.page?.offer(files);
  }

  getZoomFactor(): number {
    return this.#zoom;
  }

  setZoomFactor(factor: number): void {
    this.#zoom = factor;
    this.resized();
  }

  getZoomLevel(): number {
    return Math.log(this.#zoom) / Math.log(ZOOM_STEP);
  }

  setZoomLevel(level: number): void {
    this.setZoomFactor(ZOOM_STEP ** level);
  }

  /** The window has another size, or the page another zoom. */
  resized(): void {
    const { width, height } = this.#sizeOfWindow();
    this.page?.resize(width, height, this.#zoom).catch(() => {});
  }

  copy(): void {
    this.#edit('copy');
  }

  cut(): void {
    this.#edit('cut');
  }

  delete(): void {
    this.#edit('delete');
  }

  paste(): void {
    this.#edit('paste');
  }

  redo(): void {
    this.#edit('redo');
  }

  selectAll(): void {
    this.#edit('selectAll');
  }

  undo(): void {
    this.#edit('undo');
  }

  protected followTheme(): void {
    nativeTheme.on('updated', this.#setMedia);
    this.#setMedia();
  }

  protected leaveTheme(): void {
    nativeTheme.off('updated', this.#setMedia);
  }

  readonly #setMedia = (): void => {
    const { shouldUseDarkColors: isDark, reducedMotion, inForcedColorsMode: forcedColors } = nativeTheme;
    this.page?.setMedia({ isDark, reducedMotion, forcedColors }).catch(() => {});
  };

  #edit(command: string): void {
    this.page?.edit(command).catch(() => {});
  }
}

function packed(args: unknown[]): string {
  try {
    return pack(args);
  } catch {
    throw new Error('Failed to serialize arguments');
  }
}
