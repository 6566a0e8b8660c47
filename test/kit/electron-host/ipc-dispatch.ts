import type { IpcMainEvent, IpcMainInvokeEvent, WebContents, WebFrameMain } from 'electron';
import { type HostIpcMain, ipcMain } from './ipc-main.ts';
import { pack, unpack } from './page/codec.ts';
import type { FromPage, ToPage } from './page/isolated-world.ts';

/** Whose message it is, and who hears it beside ipcMain. */
export interface Sender {
  readonly sender: WebContents;
  readonly senderFrame: WebFrameMain;
  readonly ipc: HostIpcMain;
  /** To the document that sent it; another one that is there by now gets nothing. */
  readonly reply: (message: ToPage) => void;
}

type Sent = Extract<FromPage, { type: 'send' | 'invoke' }>;

/** Gives a message of a page to whoever listens for it. */
export function dispatch(message: Sent, from: Sender): void {
  const args = unpack(message.value) as never[];
  const { sender, senderFrame, ipc } = from;
  const common = { type: 'frame', processId: 1, frameId: 1, sender, senderFrame } as const;
  if (message.type === 'send') {
    const event = { ...common, ports: [] } as unknown as IpcMainEvent;
    ipc.emit(message.channel, event, ...args);
    ipcMain.emit(message.channel, event, ...args);
  } else {
    const event = common as unknown as IpcMainInvokeEvent;
    void answer(message, event, args, from);
  }
}

/** Failures reach the page in the words of Electron. */
async function answer(
  { channel, id }: Extract<Sent, { type: 'invoke' }>,
  event: IpcMainInvokeEvent,
  args: never[],
  { ipc, reply }: Sender,
): Promise<void> {
  const handler = ipc.handlerOf(channel) ?? ipcMain.handlerOf(channel);
  try {
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    const result: unknown = await handler(event, ...args);
    reply({ type: 'result', id, value: pack(result) });
  } catch (thrown) {
    if (handler !== undefined) console.error(`Error occurred in handler for '${channel}':`, thrown);
    reply({ type: 'failure', id, message: String(thrown) });
  }
}
