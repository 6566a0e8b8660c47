import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import {
  type Bridge,
  CHANNELS,
  type Channel,
  COMMAND_CHANNEL,
  DESKTOP_COMMAND_NAMES,
} from '../main/contract/bridge.ts';
import { ROUTES } from '../main/contract/routes.ts';

const channels: readonly string[] = CHANNELS;
const commands: readonly string[] = [...Object.keys(ROUTES), ...DESKTOP_COMMAND_NAMES];

/** All that the page is given of Electron. What commands take, the main process checks. */
const bridge = {
  call: (command: string, input: unknown) => {
    if (!commands.includes(command)) throw new TypeError(`no command ${command}`);
    return ipcRenderer.invoke(COMMAND_CHANNEL, command, input);
  },
  listen: (channel: Channel, listener: (payload: unknown) => void) => {
    if (!channels.includes(channel)) throw new TypeError(`no channel ${channel}`);
    // Electron's event would hand the page a way to send on any channel.
    const told = (_: IpcRendererEvent, payload: unknown) => listener(payload);
    ipcRenderer.on(channel, told);
    return () => void ipcRenderer.off(channel, told);
  },
  pathOf: (file: File) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('satchel', bridge as Bridge);
