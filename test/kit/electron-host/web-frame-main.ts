import type { WebFrameMain } from 'electron';
import type { HostIpcMain } from './ipc-main.ts';
import { Offered } from './offered.ts';

type Members = 'frames' | 'ipc' | 'isDestroyed' | 'name' | 'origin' | 'parent' | 'top' | 'url';

export interface FrameState {
  readonly ipc: HostIpcMain;
  readonly address: () => string;
  readonly isGone: () => boolean;
}

/** The main frame of a page, the only one that has a preload script. */
export class HostWebFrameMain extends Offered implements Pick<WebFrameMain, Members> {
  readonly parent = null;
  readonly name = '';
  readonly frames: WebFrameMain[] = [];
  readonly ipc: WebFrameMain['ipc'];
  readonly #state: FrameState;

  constructor(state: FrameState) {
    super('WebFrameMain', ['dom-ready']);
    this.#state = state;
    this.ipc = state.ipc as unknown as WebFrameMain['ipc'];
  }

  get url(): string {
    return this.#state.address();
  }

  get origin(): string {
    return /^[a-z][\w+.-]*:\/\/[^/?#]*/i.exec(this.url)?.[0] ?? 'null';
  }

  get top(): WebFrameMain {
    return this as unknown as WebFrameMain;
  }

  isDestroyed(): boolean {
    return this.#state.isGone();
  }
}
