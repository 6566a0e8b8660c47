import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'vite';

const root = join(import.meta.dirname, '..', '..');

/** One rule of the program that can be switched off, and the test that must notice. */
export interface Switch {
  readonly rule: string;
  /** Path in the repository of the source that keeps the rule. */
  readonly file: string;
  /** Text that is in `file` exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Part of the full name of the test (or tests) that must fail without the rule. */
  readonly test: string;
}

export async function loadSwitches(): Promise<readonly Switch[]> {
  // Loaded by path and only on demand: no other run depends on the list.
  const { switches } = await import(pathToFileURL(join(import.meta.dirname, 'switches.ts')).href);
  return switches;
}

/** The switch named by SATCHEL_RULE_OFF; null without one. Throws when there is no such rule. */
export async function switchedOff(): Promise<Switch | null> {
  const name = process.env['SATCHEL_RULE_OFF'];
  if (!name) return null;
  const found = (await loadSwitches()).find((each) => each.rule === name);
  if (found === undefined) throw new Error(`There is no rule "${name}" in test/rules/switches.ts.`);
  return found;
}

/** True when `id` (a path or a file: URL, perhaps with a query) is the file of the switch. */
export function isFileOf(off: Switch, id: string): boolean {
  const path = id.startsWith('file:') ? fileURLToPath(id) : id;
  return path.split('?')[0] === join(root, off.file);
}

/** `source` with the rule switched off. Throws unless the text to be replaced is there exactly once. */
export function replaceOnce(source: string, off: Switch): string {
  const parts = source.split(off.find);
  if (parts.length === 2) return parts.join(off.replace);
  throw new Error(
    `The switch of "${off.rule}" finds its text ${parts.length - 1} times in ${off.file}, not once.`,
  );
}

/** Switches off the rule named by SATCHEL_RULE_OFF in all that vitest loads. */
export function switchOff(): Plugin | null {
  if (!process.env['SATCHEL_RULE_OFF']) return null;
  let off: Switch | null = null;
  return {
    name: 'satchel:switch-off',
    enforce: 'pre',
    async configResolved() {
      off = await switchedOff();
    },
    transform(source, id) {
      return off !== null && isFileOf(off, id) ? { code: replaceOnce(source, off), map: null } : null;
    },
  };
}

/** Environment with which the Node programs that tests start have the rule switched off as well. */
export function environmentOfChildren(): Record<string, string> {
  if (!process.env['SATCHEL_RULE_OFF']) return {};
  const hook = pathToFileURL(join(import.meta.dirname, 'switch-off-children.ts')).href;
  return { NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import=${hook}`.trim() };
}
