import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Whether this machine lacks a program; `args` make it end well at once. */
async function isMissing(program: string, ...args: readonly string[]): Promise<boolean> {
  return promisify(execFile)(program, args).then(
    () => false,
    () => true,
  );
}

/** Programs that tests let read ZIPs: those that are not here. */
export const MISSING = {
  unzip: await isMissing('unzip', '-v'),
  bsdtar: await isMissing('bsdtar', '--version'),
  python: await isMissing('python3', '--version'),
} as const;
