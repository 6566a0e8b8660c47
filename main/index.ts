import { join } from 'node:path';
import { app, dialog, powerMonitor } from 'electron';
import { version } from '../package.json';
import type { Offer } from './contract/desktop.ts';
import { asSatchelError } from './contract/errors.ts';
import { actionOf, commandOf } from './desktop/command-line.ts';
import { Desktop } from './desktop/desktop.ts';
import { guardPages } from './desktop/guard.ts';
import { LINK_SCHEME, offerOfArguments, offerOfFile, offerOfLink, startOf } from './desktop/offers.ts';
import { registerScheme, serveScheme } from './desktop/scheme.ts';
import { wordsFor } from './desktop/words/words.ts';
import { dataFolderPath } from './world/data-folder.ts';
import { Disk } from './world/disk.ts';
import { REFUSED } from './world/electron-runtime.ts';
import { keepHeapSmall } from './world/heap.ts';

const BUILT = join(import.meta.dirname, '..', 'renderer');
const DESKTOP_FILE = 'satchel.desktop';
const APP_ID = 'dev.satchel.app';
const PRIVATE_FOLDER = 0o700;

const dataDir = dataFolderPath(null);
/** What has been opened with Satchel before there was anything to give it to. */
const early: Offer[] = [];
let desktop: Desktop | null = null;
let isClosed = false;

let folderProblem: unknown = null;

// Node is not in the packed app, so this program is that of the command line too.
const command = app.isPackaged ? commandOf(process.argv.slice(1)) : null;
if (command !== null) await runCommand(command);
else await openDesktop();

/** Without a window, a lock or anything else of the desktop. */
async function runCommand(args: readonly string[]): Promise<void> {
  app.dock?.hide();
  // As Node has them: the program and its script come first.
  process.argv = [process.execPath, 'satchel', ...args];
  await import('./cli.ts');
}

async function openDesktop(): Promise<void> {
  keepHeapSmall();
  // Before the app is ready: what is a page from then on is sandboxed, and our scheme is no ordinary one.
  app.enableSandbox();
  registerScheme();
  // Task bar and notifications know the app by these.
  if (process.platform === 'linux') app.setDesktopName(DESKTOP_FILE);
  if (process.platform === 'win32') app.setAppUserModelId(APP_ID);
  folderProblem = await takeDataFolder();
  // Before anything in the data folder is touched: a second start only hands over what it was started with.
  if (app.requestSingleInstanceLock({ args: process.argv.slice(1), folder: process.cwd() })) begin();
  else app.quit();
}

/** What Chromium keeps lies with the rest, so that the lock is one of this data folder. Gives what went wrong. */
async function takeDataFolder(): Promise<unknown> {
  const folder = join(dataDir, 'window');
  try {
    await new Disk().makeFolder(folder, PRIVATE_FOLDER);
    app.setPath('userData', folder);
    return null;
  } catch (thrown) {
    return thrown;
  }
}

function begin(): void {
  // A checkout is not what the system should start for a link.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  app.on('second-instance', (_event, _argv, _folder, data) => again(data));
  app.on('open-url', (_event, url) => take(offerOfLink(url)));
  app.on('open-file', (_event, path) => take(offerOfFile(path)));
  app.on('activate', () => desktop?.show());
  app.on('window-all-closed', () => {
    if (desktop?.goesOn !== true) app.quit();
  });
  app.on('before-quit', (event) => {
    if (isClosed || desktop === null) return;
    event.preventDefault();
    // Each download gets its last barrier; this comes again when that is done, or has taken too long.
    void desktop.close().then(() => {
      isClosed = true;
      app.quit();
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
  void app.whenReady().then(start);
}

async function start(): Promise<void> {
  if (folderProblem !== null) return refuse(folderProblem);
  powerMonitor.on('shutdown', () => app.quit());
  // Before the first page: it is guarded from its first moment on.
  guardPages();
  serveScheme(BUILT);
  desktop = new Desktop({ dataDir, version });
  takeStart(process.argv.slice(1), process.cwd());
  for (const offer of early.splice(0)) desktop.offer(offer);
  try {
    await desktop.start();
  } catch (thrown) {
    await refuse(thrown);
  }
}

/** Why there is no Satchel; nothing is lost by that. */
async function refuse(thrown: unknown): Promise<void> {
  const { code, message, detail } = asSatchelError(thrown);
  const words = wordsFor('system', app.getPreferredSystemLanguages());
  const why = code === 'already-running' ? words.inUse : message;
  await dialog.showMessageBox({
    type: 'error',
    message: words.cannotStart,
    detail: [why, detail].join('\n'),
  });
  app.exit(REFUSED);
}

function again(data: unknown): void {
  desktop?.show();
  const start = startOf(data);
  if (start !== null) takeStart(start.args, start.folder);
}

function takeStart(args: readonly string[], folder: string): void {
  take(offerOfArguments(args, folder));
  const action = actionOf(args);
  if (action !== null) desktop?.ask(action);
}

function take(offer: Offer | null): void {
  if (offer === null) return;
  if (desktop === null) early.push(offer);
  else desktop.offer(offer);
}
