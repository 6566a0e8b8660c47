import { app } from 'electron';
import type { AppUpdater, CancellationToken } from 'electron-updater';

/** Looks at one address for a newer version of this program. */
export interface Updater {
  /** Whether it can put a newer version into place; else it only knows of it. */
  readonly installs: boolean;
  /** The newer version that there is; null: there is none. Rejects when nobody answers, or with nonsense. */
  check(): Promise<string | null>;
  /** Fetches what `check` has found and compares its digest; from then on it is installed when the app quits. */
  get(told: (share: number) => void): Promise<void>;
  /** Installs what was fetched, and starts it in place of this program. */
  install(): void;
  /** Nothing is fetched any more, and nothing is installed when the app quits. */
  close(): void;
}

/** Asks nobody yet. */
export async function openUpdater(address: string): Promise<Updater> {
  // Only now: most never need it.
  const updaters = await import('electron-updater');
  const updater = updaterOf(updaters, address);
  const token = new updaters.CancellationToken();
  updater.autoDownload = false;
  updater.logger = null;
  // It would send a number that tells this user from others, the same each time.
  updater.requestHeaders = { 'x-user-staging-id': '' };
  return new SystemUpdater(updater, token);
}

class SystemUpdater implements Updater {
  readonly installs = installsItself();
  readonly #updater: AppUpdater;
  readonly #token: CancellationToken;

  constructor(updater: AppUpdater, token: CancellationToken) {
    this.#updater = updater;
    this.#token = token;
  }

  async check(): Promise<string | null> {
    const found = await this.#updater.checkForUpdates();
    return found?.isUpdateAvailable ? found.updateInfo.version : null;
  }

  async get(told: (share: number) => void): Promise<void> {
    const progress = ({ percent }: { percent: number }) => told(percent / 100);
    this.#updater.on('download-progress', progress);
    try {
      await this.#updater.downloadUpdate(this.#token);
    } finally {
      this.#updater.off('download-progress', progress);
    }
  }

  install(): void {
    // The newer one is started before this one has ended, and would leave to it what it was started for.
    app.releaseSingleInstanceLock();
    this.#updater.quitAndInstall();
  }

  close(): void {
    this.#token.cancel();
    this.#updater.autoInstallOnAppQuit = false;
  }
}

function updaterOf(updaters: typeof import('electron-updater'), url: string): AppUpdater {
  const feed = { provider: 'generic', url } as const;
  if (process.platform === 'win32') return new updaters.NsisUpdater(feed);
  if (process.platform === 'darwin') return new updaters.MacUpdater(feed);
  const updater = new updaters.AppImageUpdater(feed);
  // Outside of an AppImage it would not even look.
  updater.forceDevUpdateConfig = !installsItself();
  return updater;
}

/** Packages of a system are its own business, and what was only unpacked cannot be told from what is in use elsewhere. */
function installsItself(): boolean {
  if (!app.isPackaged) return false;
  const { APPIMAGE, PORTABLE_EXECUTABLE_FILE } = process.env;
  if (process.platform === 'linux') return APPIMAGE !== undefined;
  return process.platform === 'darwin' || PORTABLE_EXECUTABLE_FILE === undefined;
}
