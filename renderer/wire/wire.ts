import type { Channel, ChannelPayloads } from '../../main/contract/bridge.ts';
import type { Answer, CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';
import type { DesktopAnswer, DesktopCommandName, DesktopInput } from '../../main/contract/desktop.ts';
import type { Message } from '../../main/contract/events.ts';

/** `signedOut`: nothing is answered until somebody has signed in. */
export type Connection = 'connecting' | 'open' | 'lost' | 'signedOut';

export interface WireListener {
  readonly message: (message: Message) => void;
  readonly connection: (state: Connection) => void;
}

/** The one way from the interface to the engine, whatever carries it. Nothing here ever rejects. */
export interface Wire {
  call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Answer<CommandAnswer<N>>>;
  /** A snapshot first, then what happens. Gives a function that ends it. */
  follow(listener: WireListener): () => void;
  /** What only the desktop can do; null in a browser. */
  readonly desktop: DesktopWire | null;
  /** What only a browser needs; null on the desktop. */
  readonly browser: BrowserWire | null;
}

export interface DesktopWire {
  call<N extends DesktopCommandName>(command: N, input: DesktopInput<N>): Promise<Answer<DesktopAnswer<N>>>;
  listen<C extends Exclude<Channel, 'message'>>(
    channel: C,
    listener: (payload: ChannelPayloads[C]) => void,
  ): () => void;
  /** Where a dropped or chosen file lies, absolute; empty for one that is on no disk. */
  pathOf(file: File): string;
}

export interface PairedBrowser {
  readonly id: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface BrowserWire {
  /** With the server's token, or the code of a sign-in link. */
  signIn(with_: { readonly token: string } | { readonly code: string }): Promise<Answer<object>>;
  signOut(): Promise<Answer<object>>;
  /**
   * Hands a file over to the engine, so that it can be packed: a browser does not say where it lies. `told` says how many
   * bytes have gone so far; gives where it lies now.
   */
  upload(
    file: File,
    told: (sent: number) => void,
    signal: AbortSignal,
  ): Promise<Answer<{ readonly path: string; readonly size: number }>>;
  /** A code with which an extension is paired: once, within ten minutes. */
  pairingCode(): Promise<Answer<{ readonly code: string }>>;
  /** The browsers that may hand downloads over. */
  pairings(): Promise<Answer<{ readonly pairings: readonly PairedBrowser[] }>>;
  unpair(id: string): Promise<Answer<object>>;
  /** Where the finished file of a task can be fetched from. */
  contentAddress(taskId: string): string;
}
