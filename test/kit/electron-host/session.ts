import type { Session, WebContents } from 'electron';
import { type HostEvent, newEvent } from './event.ts';
import { host } from './host.ts';
import { Offered, offered } from './offered.ts';
import { protocol } from './protocol.ts';

type RequestHandler = Parameters<Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Session['setPermissionCheckHandler']>[0];

type Members = 'protocol' | 'setPermissionCheckHandler' | 'setPermissionRequestHandler' | 'getUserAgent';

class HostSession extends Offered implements Pick<Session, Members> {
  readonly protocol = protocol as Session['protocol'];
  #request: RequestHandler = null;
  #check: CheckHandler = null;

  constructor() {
    super('session', ['will-download']);
  }

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.#request = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler): void {
    this.#check = handler;
  }

  getUserAgent(): string {
    return 'electron-host';
  }

  /**
   * Asks both handlers as Electron would for a page: headless Chromium refuses by itself and asks nobody. Without
   * handlers Electron grants.
   */
  async permissionOf(permission: 'notifications' | 'media' | 'geolocation', contents: WebContents) {
    const details = { requestingUrl: contents.getURL(), isMainFrame: true };
    const isChecked = this.#check?.(contents, permission, contents.getURL(), details) ?? true;
    const request = this.#request;
    if (request === null) return { isChecked, isGranted: true };
    const isGranted = await new Promise<boolean>((resolve) =>
      request(contents, permission, resolve, details),
    );
    return { isChecked, isGranted };
  }

  /** A page wants to save `address`. The host itself saves nothing. */
  willDownload(address: string, fileName: string, contents: WebContents): void {
    const event: HostEvent = newEvent();
    const item = offered('DownloadItem', {
      getURL: () => address,
      getFilename: () => fileName,
      cancel: () => event.preventDefault(),
    });
    this.emit('will-download', event, item, contents);
    host.note('download', { address, fileName, isPrevented: event.defaultPrevented });
  }
}

export const defaultSession = new HostSession();

const partitions = new Map<string, HostSession>();

/** One for each name, as long as the app runs. */
function fromPartition(name: string): HostSession {
  const there = partitions.get(name) ?? new HostSession();
  partitions.set(name, there);
  return there;
}

export const session = offered('session', { defaultSession, fromPartition });
