import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { BrowserWindowConstructorOptions } from 'electron';
import { notOffered } from './offered.ts';
import { type WorldScripts, worldScripts } from './page/scripts.ts';

export type WebPreferences = NonNullable<BrowserWindowConstructorOptions['webPreferences']>;

/** What is run in every document of a window with these preferences; null: it has no preload script. */
export function scriptsOf(preferences: WebPreferences): WorldScripts | null {
  const { preload, additionalArguments = [] } = preferences;
  if (preload === undefined) return null;
  if (!isAbsolute(preload)) throw new Error('preload script must have absolute path');
  if (preload.endsWith('.mjs')) throw notOffered('a preload script that is a module, which no sandbox runs,');
  const { platform, arch, versions, execPath } = process;
  const about = { platform, arch, execPath, versions: { ...versions }, argv: additionalArguments };
  return worldScripts(readFileSync(preload, 'utf8'), about);
}
