import type { Answer, CommandAnswer, CommandInput, CommandName } from './commands.ts';
import type { DesktopAnswer, DesktopCommandName, DesktopInput, Offer, WindowAction } from './desktop.ts';
import type { Message } from './events.ts';

/** What the main process tells the window, by channel. */
export interface ChannelPayloads {
  /** After `desktop.watch`: a snapshot first, then what happens. */
  readonly message: Message;
  readonly offer: Offer;
  readonly action: WindowAction;
}
export type Channel = keyof ChannelPayloads;
export const CHANNELS = ['message', 'offer', 'action'] as const satisfies readonly Channel[];

/** The one channel that commands go over, as `[name, input]`; the answer is an `Answer`. */
export const COMMAND_CHANNEL = 'command';

const desktopCommands: Readonly<Record<DesktopCommandName, true>> = {
  'desktop.watch': true,
  'desktop.about': true,
  'desktop.open': true,
  'desktop.showInFolder': true,
  'desktop.startDrag': true,
  'desktop.copy': true,
  'desktop.chooseFolder': true,
  'desktop.chooseFiles': true,
  'desktop.saveText': true,
  'desktop.openLink': true,
  'desktop.setBrowsers': true,
  'desktop.renewToken': true,
  'desktop.updates': true,
  'desktop.setUpdates': true,
  'desktop.checkForUpdates': true,
};
/** As in DESKTOP_COMMANDS, for the preload script, which has no use for what checks their input. */
export const DESKTOP_COMMAND_NAMES = Object.keys(desktopCommands);

/** What the preload script gives to the page, as `window.satchel`, and all that it gives. */
export interface Bridge {
  call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Answer<CommandAnswer<N>>>;
  call<N extends DesktopCommandName>(command: N, input: DesktopInput<N>): Promise<Answer<DesktopAnswer<N>>>;
  /** Gives a function that ends it. */
  listen<C extends Channel>(channel: C, listener: (payload: ChannelPayloads[C]) => void): () => void;
  /** Where a dropped or chosen file lies, absolute; empty for one that is on no disk. */
  pathOf(file: File): string;
}
