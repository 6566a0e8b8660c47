import type { MenuItemConstructorOptions } from 'electron';
import { app } from './app.ts';
import type { HostBrowserWindow } from './browser-window.ts';

interface Role {
  readonly label: string;
  readonly accelerator?: string;
  readonly submenu?: readonly MenuItemConstructorOptions[];
  readonly act?: (window: HostBrowserWindow | null) => void;
}

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

/** Roles by their names in small letters, as Electron compares them, with Linux's keys. */
const ROLES: Readonly<Record<string, Role>> = {
  about: { label: 'About' },
  appmenu: { label: 'App', submenu: [{ role: 'about' }, SEPARATOR, { role: 'quit' }] },
  close: { label: 'Close Window', accelerator: 'CommandOrControl+W', act: (window) => window?.close() },
  copy: { label: 'Copy', accelerator: 'CommandOrControl+C', act: (window) => window?.webContents.copy() },
  cut: { label: 'Cut', accelerator: 'CommandOrControl+X', act: (window) => window?.webContents.cut() },
  delete: { label: 'Delete', act: (window) => window?.webContents.delete() },
  editmenu: {
    label: 'Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      SEPARATOR,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'delete' },
      SEPARATOR,
      { role: 'selectAll' },
    ],
  },
  minimize: { label: 'Minimize', accelerator: 'CommandOrControl+M', act: (window) => window?.minimize() },
  paste: { label: 'Paste', accelerator: 'CommandOrControl+V', act: (window) => window?.webContents.paste() },
  quit: { label: 'Quit', accelerator: 'CommandOrControl+Q', act: () => app.quit() },
  redo: {
    label: 'Redo',
    accelerator: 'Shift+CommandOrControl+Z',
    act: (window) => window?.webContents.redo(),
  },
  reload: { label: 'Reload', accelerator: 'CmdOrCtrl+R', act: (window) => window?.reload() },
  resetzoom: { label: 'Actual Size', accelerator: 'CommandOrControl+0', act: (window) => zoom(window, null) },
  selectall: {
    label: 'Select All',
    accelerator: 'CommandOrControl+A',
    act: (window) => window?.webContents.selectAll(),
  },
  togglefullscreen: {
    label: 'Toggle Full Screen',
    accelerator: 'F11',
    act: (window) => window?.setFullScreen(!window.isFullScreen()),
  },
  undo: { label: 'Undo', accelerator: 'CommandOrControl+Z', act: (window) => window?.webContents.undo() },
  zoomin: { label: 'Zoom In', accelerator: 'CommandOrControl+Plus', act: (window) => zoom(window, 0.5) },
  zoomout: { label: 'Zoom Out', accelerator: 'CommandOrControl+-', act: (window) => zoom(window, -0.5) },
};

/** Throws at a role that the host does not know. */
export function roleOf(name: string): Role {
  const role = ROLES[name.toLowerCase()];
  if (role === undefined) throw new Error(`electron-host: the role ${name} of a menu item is not offered`);
  return role;
}

function zoom(window: HostBrowserWindow | null, step: number | null): void {
  const contents = window?.webContents;
  contents?.setZoomLevel(step === null ? 0 : contents.getZoomLevel() + step);
}
