import { z } from 'zod';

const Nothing = z.strictObject({});
const Done = z.object({});
const Id = z.strictObject({ id: z.string() });

/** Whether this Satchel can be reached by others, and how. */
export const RemoteAccess = z.object({
  /** `http://…`, or null where it does not listen. */
  address: z.string().nullable(),
  /** What callers must know; null where it does not listen. */
  token: z.string().nullable(),
  /** Why it does not listen although it should, in a plain sentence. */
  problem: z.string().nullable(),
});
export type RemoteAccess = z.infer<typeof RemoteAccess>;

/**
 * What only the desktop can do, beside the commands of the engine. Renderer and main process are both made from this
 * map; a command without a handler does not compile.
 */
export const DESKTOP_COMMANDS = {
  /** This window is told what happens from now on, a snapshot first. Asking again begins again. */
  'desktop.watch': { input: Nothing, answer: Done },
  'desktop.about': {
    input: Nothing,
    answer: z.object({
      version: z.string(),
      electron: z.string(),
      platform: z.enum(['linux', 'darwin', 'win32']),
      remote: RemoteAccess,
      /** False where the system has no keyring: then what seals passwords lies in the data folder. */
      keepsSecrets: z.boolean(),
    }),
  },
  /** The finished file, with the program of the system; a program asks first. */
  'desktop.open': { input: Id, answer: Done },
  'desktop.showInFolder': { input: Id, answer: Done },
  /** To the clipboard. */
  'desktop.copy': { input: z.strictObject({ text: z.string().max(10_000_000) }), answer: Done },
  /** Null: the user has chosen none. */
  'desktop.chooseFolder': {
    input: z.strictObject({ from: z.string().nullable() }),
    answer: z.object({ path: z.string().nullable() }),
  },
  'desktop.chooseFiles': { input: Nothing, answer: z.object({ paths: z.array(z.string()) }) },
  /** A text into a file that the user names; null: none. */
  'desktop.saveText': {
    input: z.strictObject({ name: z.string().min(1).max(255), text: z.string().max(100_000_000) }),
    answer: z.object({ path: z.string().nullable() }),
  },
  /** In the browser of the system; https only. */
  'desktop.openLink': { input: z.strictObject({ url: z.string().max(8192) }), answer: Done },
  /** Another token; whoever used the old one must sign in again. */
  'desktop.renewToken': { input: Nothing, answer: z.object({ remote: RemoteAccess }) },
} as const satisfies Record<string, { input: z.ZodType; answer: z.ZodType }>;

export type DesktopCommands = typeof DESKTOP_COMMANDS;
export type DesktopCommandName = keyof DesktopCommands;
export type DesktopInput<N extends DesktopCommandName> = z.input<DesktopCommands[N]['input']>;
/** What a handler is given. */
export type DesktopChecked<N extends DesktopCommandName> = z.output<DesktopCommands[N]['input']>;
export type DesktopAnswer<N extends DesktopCommandName> = z.output<DesktopCommands[N]['answer']>;

/** Something that came from outside and lands in the Add box; nothing of it begins by itself. */
export interface Offer {
  readonly text: string;
  /** Of files of this machine, absolute. */
  readonly paths: readonly string[];
  /** `clipboard` is only mentioned, it takes no focus. */
  readonly from: 'link' | 'file' | 'clipboard';
}

/** What a menu, the tray or a shortcut of the system asks of the window. */
export type WindowAction =
  | 'add'
  | 'newPackage'
  | 'settings'
  | 'history'
  | 'search'
  | 'pauseAll'
  | 'resumeAll'
  | 'toggleDetails'
  | 'importList'
  | 'exportList'
  | 'shortcuts';
