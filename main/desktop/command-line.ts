import type { WindowAction } from '../contract/desktop.ts';
import { FIREFOX_EXTENSION_ID } from '../contract/hand-over.ts';

/** A word: files that the system opens have a dot or a slash, links a colon. */
const COMMAND = /^[a-z]+(-[a-z]+)*$/;
const QUESTIONS: ReadonlySet<string> = new Set(['--help', '--version']);

/** What entries of the desktop's menu start the app with. */
const ACTIONS = new Map<string, WindowAction>([
  ['--add', 'add'],
  ['--new-package', 'newPackage'],
]);

/**
 * What a start of the packed app asks of the command line, with its arguments; null: it is to show its window. Switches
 * before it are Chromium's.
 */
export function commandOf(args: readonly string[]): readonly string[] | null {
  if (args.some(isExtension)) return ['native-host', ...args.filter((arg) => !arg.startsWith('-'))];
  const at = args.findIndex((arg) => !arg.startsWith('-') || QUESTIONS.has(arg));
  const first = args[at];
  if (first === undefined) return null;
  return COMMAND.test(first) || QUESTIONS.has(first) ? args.slice(at) : null;
}

/** Browsers can give the program that their extension speaks to no arguments but their own: who asks. */
function isExtension(arg: string): boolean {
  return arg.startsWith('chrome-extension://') || arg === FIREFOX_EXTENSION_ID;
}

/** What a start asks of the window; null: no more than that it is shown. */
export function actionOf(args: readonly string[]): WindowAction | null {
  for (const arg of args) {
    const action = ACTIONS.get(arg);
    if (action !== undefined) return action;
  }
  return null;
}
