import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { WindowAction } from '../contract/desktop.ts';
import type { Words } from './words/en.ts';

export interface MenuOptions {
  readonly words: Words;
  /** Asks it of the window, which is opened if need be. */
  readonly ask: (action: WindowAction) => void;
  readonly quit: () => void;
  /** Null: newer versions are not looked for. */
  readonly checkForUpdates: (() => void) | null;
}

/** The menu of the application; its keys are those of the window. */
export function setMenu(options: MenuOptions): void {
  const template = menuTemplate(options, process.platform === 'darwin');
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

export function menuTemplate(options: MenuOptions, isMac: boolean): MenuItemConstructorOptions[] {
  const { words } = options;
  const own: MenuItemConstructorOptions[] = isMac ? [{ role: 'appMenu' }] : [];
  const windows: MenuItemConstructorOptions[] = isMac
    ? [{ label: words.window, role: 'window', submenu: [roleItem(words, 'minimize')] }]
    : [];
  return [
    ...own,
    { label: words.file, submenu: fileMenu(options) },
    { label: words.edit, submenu: editMenu(words) },
    { label: words.view, submenu: viewMenu(options) },
    { label: words.downloads, submenu: downloadsMenu(options) },
    ...windows,
    { label: words.help, submenu: helpMenu(options) },
  ];
}

/** What can be done in a field for text; also its context menu. */
export function editMenu(words: Words): MenuItemConstructorOptions[] {
  return [
    roleItem(words, 'undo'),
    roleItem(words, 'redo'),
    { type: 'separator' },
    roleItem(words, 'cut'),
    roleItem(words, 'copy'),
    roleItem(words, 'paste'),
    roleItem(words, 'delete'),
    { type: 'separator' },
    roleItem(words, 'selectAll'),
  ];
}

function fileMenu(options: MenuOptions): MenuItemConstructorOptions[] {
  const { words, quit } = options;
  return [
    item(options, 'add', 'CmdOrCtrl+N'),
    item(options, 'newPackage', 'CmdOrCtrl+Shift+N'),
    { type: 'separator' },
    item(options, 'importList', 'CmdOrCtrl+O'),
    item(options, 'exportList'),
    { type: 'separator' },
    item(options, 'settings', 'CmdOrCtrl+,'),
    roleItem(words, 'close'),
    { id: 'quit', label: words.quit, accelerator: 'CmdOrCtrl+Q', click: quit },
  ];
}

function viewMenu(options: MenuOptions): MenuItemConstructorOptions[] {
  const { words } = options;
  return [
    item(options, 'search', 'CmdOrCtrl+F'),
    item(options, 'history', 'CmdOrCtrl+Y'),
    item(options, 'toggleDetails', 'CmdOrCtrl+I'),
    { type: 'separator' },
    roleItem(words, 'resetZoom'),
    roleItem(words, 'zoomIn'),
    roleItem(words, 'zoomOut'),
    roleItem(words, 'togglefullscreen'),
  ];
}

function downloadsMenu(options: MenuOptions): MenuItemConstructorOptions[] {
  return [item(options, 'pauseAll', 'CmdOrCtrl+Shift+P'), item(options, 'resumeAll', 'CmdOrCtrl+Shift+R')];
}

function helpMenu(options: MenuOptions): MenuItemConstructorOptions[] {
  const { words, checkForUpdates } = options;
  const updates =
    checkForUpdates === null
      ? []
      : [{ id: 'checkForUpdates', label: words.checkForUpdates, click: checkForUpdates }];
  return [item(options, 'shortcuts', 'F1'), ...updates];
}

/** What the system knows how to do; only its name is ours. */
function roleItem(
  words: Words,
  role: keyof Words & NonNullable<MenuItemConstructorOptions['role']>,
): MenuItemConstructorOptions {
  return { role, label: words[role] };
}

function item(
  { words, ask }: MenuOptions,
  action: WindowAction,
  accelerator?: string,
): MenuItemConstructorOptions {
  const label = words[action === 'toggleDetails' ? 'details' : action];
  return {
    id: action,
    label,
    click: () => ask(action),
    // The page listens for its keys itself, and knows when a box is open; here they are only shown.
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
  };
}
