import { basename, join } from 'node:path';
import {
  app,
  type BrowserWindow,
  clipboard,
  dialog,
  type MessageBoxOptions,
  nativeImage,
  type OpenDialogOptions,
  type SaveDialogOptions,
  shell,
} from 'electron';
import { unwrap } from '../contract/answer.ts';
import type { RemoteAccess } from '../contract/desktop.ts';
import { SatchelError } from '../contract/errors.ts';
import type { Task } from '../contract/task.ts';
import type { DesktopHandlers } from '../doors/ipc.ts';
import { packedProgram } from '../doors/native-host.ts';
import { type Engine, setBrowserHosts } from '../engine.ts';
import type { Disk } from '../world/disk.ts';
import { writeWhole } from '../world/small-file.ts';
import { mayRun } from './programs.ts';
import type { Updates } from './updates.ts';
import type { Words } from './words/en.ts';
import { filled } from './words/words.ts';

export interface HandlerOptions {
  readonly engine: Promise<Engine>;
  readonly disk: Disk;
  readonly version: string;
  readonly words: () => Words;
  readonly window: () => BrowserWindow | null;
  readonly remote: () => Promise<RemoteAccess>;
  readonly renewToken: () => Promise<RemoteAccess>;
  readonly keepsSecrets: () => Promise<boolean>;
  readonly updates: () => Updates;
}

const DRAG_ICON = join(import.meta.dirname, '..', 'renderer', 'icon-32.png');
const LINKS = new Set(['https:', 'mailto:']);

/** What each of the desktop's own commands does. */
export function desktopHandlers(options: HandlerOptions): DesktopHandlers {
  const { disk, version, window, remote, renewToken, keepsSecrets, updates } = options;
  return {
    'desktop.about': async () => ({
      version,
      electron: process.versions['electron'] ?? '',
      platform: platformOf(process.platform),
      remote: await remote(),
      keepsSecrets: await keepsSecrets(),
    }),
    'desktop.open': ({ id }) => openFinished(id, options),
    'desktop.showInFolder': async ({ id }) => {
      shell.showItemInFolder(await shownOf(id, options));
      return {};
    },
    'desktop.startDrag': ({ ids }) => dragOut(ids, options),
    'desktop.copy': async ({ text }) => {
      await clipboard.writeText(text);
      return {};
    },
    'desktop.chooseFolder': async ({ from }) => {
      const { canceled, filePaths } = await dialogs.open(window(), {
        properties: ['openDirectory', 'createDirectory'],
        defaultPath: from ?? app.getPath('downloads'),
      });
      return { path: canceled ? null : (filePaths[0] ?? null) };
    },
    'desktop.chooseFiles': async () => {
      const { canceled, filePaths } = await dialogs.open(window(), {
        properties: ['openFile', 'multiSelections'],
      });
      return { paths: canceled ? [] : filePaths };
    },
    'desktop.saveText': async ({ name, text }) => {
      // No more than a name: where it goes only the user says.
      const { canceled, filePath } = await dialogs.save(window(), { defaultPath: basename(name) });
      if (canceled || filePath === '') return { path: null };
      await writeWhole(disk, filePath, Buffer.from(text));
      return { path: filePath };
    },
    'desktop.openLink': async ({ url }) => {
      await openLink(url);
      return {};
    },
    'desktop.setBrowsers': async ({ connect }) => ({
      browsers: [...(await setBrowserHosts(connect, packedProgram()))],
    }),
    'desktop.renewToken': async () => ({ remote: await renewToken() }),
    'desktop.updates': async () => updates().state,
    'desktop.setUpdates': ({ address }) => updates().setAddress(address),
    'desktop.checkForUpdates': async () => {
      await updates().checkNow();
      return updates().state;
    },
  };
}

/** In the browser or the mail program of the system. Throws `bad-url` for whatever else an address can start. */
async function openLink(text: string): Promise<void> {
  const url = URL.parse(text);
  if (url === null || !LINKS.has(url.protocol)) throw new SatchelError('bad-url', text.slice(0, 100));
  await shell.openExternal(url.href);
}

/** What may run is asked about first. */
async function openFinished(id: string, options: HandlerOptions): Promise<Record<string, never>> {
  const { path, name } = await finishedOf(id, options);
  if (mayRun(path) && !(await confirmed(name, options))) return {};
  const failure = await shell.openPath(path);
  if (failure !== '') throw new SatchelError('permission', failure);
  return {};
}

/** Resolves when the system has taken them; where it says so only then, when they have been dropped. */
async function dragOut(ids: readonly string[], options: HandlerOptions): Promise<Record<string, never>> {
  const files = await Promise.all(ids.map(async (id) => (await finishedOf(id, options)).path));
  const icon = nativeImage.createFromPath(DRAG_ICON);
  options.window()?.webContents.startDrag({ file: files[0] ?? '', files, icon });
  return {};
}

/** Only what is done, and only where we have put it. Throws `bad-transition` and `not-found`. */
async function finishedOf(id: string, options: HandlerOptions): Promise<Task> {
  const task = await taskOf(id, options);
  if (task.state !== 'done') throw new SatchelError('bad-transition', `its file while ${task.state}`);
  if ((await options.disk.facts(task.path))?.kind !== 'file') throw new SatchelError('not-found', task.path);
  return task;
}

async function confirmed(name: string, { words, window }: HandlerOptions): Promise<boolean> {
  const { runProgram, runProgramWhat, open, cancel } = words();
  const { response } = await dialogs.message(window(), {
    type: 'warning',
    message: runProgram,
    detail: filled(runProgramWhat, { name }),
    buttons: [open, cancel],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}

async function taskOf(id: string, { engine }: HandlerOptions): Promise<Task> {
  return unwrap(await (await engine).call('tasks.get', { id })).task;
}

/** The file or, as long as it is not done, its partial file. Throws `not-found` where there is neither yet. */
async function shownOf(id: string, options: HandlerOptions): Promise<string> {
  const { path } = await taskOf(id, options);
  for (const each of [path, `${path}.part`]) {
    if ((await options.disk.facts(each))?.kind === 'file') return each;
  }
  throw new SatchelError('not-found', path);
}

/** A dialog belongs to its window, where there is one. */
const dialogs = {
  open: (window: BrowserWindow | null, options: OpenDialogOptions) =>
    window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options),
  save: (window: BrowserWindow | null, options: SaveDialogOptions) =>
    window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options),
  message: (window: BrowserWindow | null, options: MessageBoxOptions) =>
    window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options),
};

function platformOf(platform: NodeJS.Platform): 'linux' | 'darwin' | 'win32' {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux';
}
