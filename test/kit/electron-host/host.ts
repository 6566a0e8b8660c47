import { EventEmitter } from 'node:events';
import type { Menu, MessageBoxReturnValue, OpenDialogReturnValue, SaveDialogReturnValue } from 'electron';

/** What an app can ask of the desktop, and what goes wrong in a page. */
export type LogKind =
  | 'badge'
  | 'crash-reporter'
  | 'desktop-name'
  | 'dialog'
  | 'download'
  | 'model-id'
  | 'navigation-blocked'
  | 'notification'
  | 'page-error'
  | 'page-log'
  | 'popup'
  | 'power-save'
  | 'preload-error'
  | 'progress-bar'
  | 'protocol-client'
  | 'recent-document'
  | 'relaunch'
  | 'shell'
  | 'start-drag'
  | 'tray'
  | 'window'
  | 'window-open';

export interface LogEntry {
  readonly kind: LogKind;
  readonly [detail: string]: unknown;
}

/** What the user answers, by the kind of dialog. */
export interface DialogAnswers {
  open: OpenDialogReturnValue;
  save: SaveDialogReturnValue;
  message: MessageBoxReturnValue;
}
export type DialogKind = keyof DialogAnswers;

/** A tray icon as the user sees it; `emit('click')` clicks it. */
export interface ShownTray extends EventEmitter {
  readonly toolTip: string;
  readonly menu: Menu | null;
}

/** A notification as the user sees it; `emit('click')` clicks it. */
export interface ShownNotification extends EventEmitter {
  readonly title: string;
  readonly body: string;
}

/** The desktop around the app: what the app has asked of it, and what the user does there. */
class Host extends EventEmitter {
  readonly log: LogEntry[] = [];
  /** Taken first in, first out; a dialog without one is cancelled, a message box gets its first button. */
  readonly answers: { [K in DialogKind]: DialogAnswers[K][] } = { open: [], save: [], message: [] };
  readonly trays: ShownTray[] = [];
  readonly notifications: ShownNotification[] = [];
  /** The menu that was opened last with `popup`. */
  contextMenu: Menu | null = null;
  /** Ids of the power save blockers that hold, with their types. */
  readonly blockers = new Map<number, string>();

  note(kind: LogKind, details: Record<string, unknown> = {}): void {
    const entry = { kind, ...details };
    this.log.push(entry);
    this.emit('noted', entry);
  }

  noted(kind: LogKind): LogEntry[] {
    return this.log.filter((entry) => entry.kind === kind);
  }

  /** Resolves as soon as there are `count` entries of this kind. */
  async until(kind: LogKind, count: number): Promise<LogEntry[]> {
    while (this.noted(kind).length < count) await new Promise((resolve) => this.once('noted', resolve));
    return this.noted(kind);
  }
}

export type { Host };

export const host = new Host();
