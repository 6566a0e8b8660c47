import type { Notification, NotificationConstructorOptions } from 'electron';
import { newEvent } from './event.ts';
import { host } from './host.ts';
import { Offered } from './offered.ts';

type Members = 'body' | 'close' | 'show' | 'silent' | 'title';

/** Shown ones are in `host.notifications`; `emit('click')` on one is the user who clicks it. */
export class HostNotification extends Offered implements Pick<Notification, Members> {
  title: string;
  body: string;
  silent: boolean;

  constructor({ title = '', body = '', silent = false }: NotificationConstructorOptions = {}) {
    super('Notification', ['action', 'click', 'close', 'failed', 'reply', 'show']);
    this.title = title;
    this.body = body;
    this.silent = silent;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    host.notifications.push(this);
    host.note('notification', { title: this.title, body: this.body });
    queueMicrotask(() => this.emit('show', newEvent()));
  }

  close(): void {
    this.emit('close', newEvent());
  }
}
