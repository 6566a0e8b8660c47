import type { CrashReporter } from 'electron';
import { host } from './host.ts';
import { offered } from './offered.ts';

/** Only notes that it was started: what writes the dumps is a part of Electron. */
export const crashReporter = offered('crashReporter', {
  start: ({ uploadToServer = true }: { uploadToServer?: boolean } = {}) =>
    host.note('crash-reporter', { uploadToServer }),
} satisfies Pick<CrashReporter, 'start'>);
