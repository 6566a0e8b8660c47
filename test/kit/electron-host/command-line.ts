import type { CommandLine } from 'electron';
import { argument } from './environment.ts';
import { offered } from './offered.ts';

const switches = new Map<string, string>();

/** Switches are kept and can be asked for; the Chromium of the host is started with its own. */
export const commandLine = offered('app.commandLine', {
  appendSwitch: (name: string, value = '') => void switches.set(name, value),
  hasSwitch: (name: string) => switches.has(name) || isArgument(name),
  getSwitchValue: (name: string) => switches.get(name) ?? argument(name) ?? '',
  removeSwitch: (name: string) => void switches.delete(name),
} satisfies Pick<CommandLine, 'appendSwitch' | 'hasSwitch' | 'getSwitchValue' | 'removeSwitch'>);

function isArgument(name: string): boolean {
  return process.argv.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
}
