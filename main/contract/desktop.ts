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

/** Where newer versions are looked for; null: nowhere. What comes from there is installed: nobody may be in between. */
export const UpdatesAddress = z
  .string()
  .max(2048)
  .refine(
    (text) => {
      const url = URL.parse(text);
      if (url === null || url.username !== '' || url.password !== '') return false;
      const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
      return url.protocol === 'https:' || (url.protocol === 'http:' && isHere);
    },
    { error: 'must be an https address' },
  )
  .nullable();

/** What is known of newer versions of this program. */
export const Updates = z.object({
  address: UpdatesAddress,
  /** `waiting`: the user has agreed, and downloads run; `ready`: it is installed when Satchel quits. */
  state: z.enum(['off', 'idle', 'checking', 'current', 'found', 'waiting', 'fetching', 'ready', 'failed']),
  version: z.string().nullable(),
  /** Of it, how much has been fetched, from 0 to 1. */
  share: z.number().nullable(),
  problem: z.string().nullable(),
});
export type Updates = z.infer<typeof Updates>;

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
  /** What is being dragged becomes the files of these finished tasks, for other programs. */
  'desktop.startDrag': { input: z.strictObject({ ids: z.array(z.string()).min(1).max(1000) }), answer: Done },
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
  /** Tells the browsers of this user which program their extension speaks to, or takes that back. Gives which browsers. */
  'desktop.setBrowsers': {
    input: z.strictObject({ connect: z.boolean() }),
    answer: z.object({ browsers: z.array(z.string()) }),
  },
  /** Another token; whoever used the old one must sign in again. */
  'desktop.renewToken': { input: Nothing, answer: z.object({ remote: RemoteAccess }) },
  'desktop.updates': { input: Nothing, answer: Updates },
  'desktop.setUpdates': { input: z.strictObject({ address: UpdatesAddress }), answer: Updates },
  /** Answered when it is known; what can be done about it the user is asked in a box of the system. */
  'desktop.checkForUpdates': { input: Nothing, answer: Updates },
} as const satisfies Record<string, { input: z.ZodType; answer: z.ZodType }>;

export type DesktopCommands = typeof DESKTOP_COMMANDS;
export type DesktopCommandName = keyof DesktopCommands;
export type DesktopInput<N extends DesktopCommandName> = z.input<DesktopCommands[N]['input']>;
/** What a handler is given. */
export type DesktopChecked<N extends DesktopCommandName> = z.output<DesktopCommands[N]['input']>;
export type DesktopAnswer<N extends DesktopCommandName> = z.output<DesktopCommands[N]['answer']>;

/** Something that came from outside and lands in the Add box or the package tray; nothing of it begins by itself. */
export interface Offer {
  readonly text: string;
  /** Of files of this machine, absolute. */
  readonly paths: readonly string[];
  /** `clipboard` is only mentioned, it takes no focus. */
  readonly from: 'link' | 'file' | 'clipboard' | 'browser';
  /** It is for the package tray. */
  readonly pack: boolean;
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
