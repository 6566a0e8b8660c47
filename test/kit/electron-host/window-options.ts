import type { BrowserWindowConstructorOptions } from 'electron';
import { notOffered } from './offered.ts';

type WebPreferences = NonNullable<BrowserWindowConstructorOptions['webPreferences']>;

/** What the host keeps to, and what only a real window shows. */
const OPTIONS: ReadonlySet<string> = new Set<keyof BrowserWindowConstructorOptions>([
  'autoHideMenuBar',
  'backgroundColor',
  'center',
  'height',
  'icon',
  'minHeight',
  'minWidth',
  'show',
  'title',
  'titleBarStyle',
  'webPreferences',
  'width',
  'x',
  'y',
]);

/** Preferences that may only have this value: the host has nothing else. */
const FIXED: Readonly<Partial<Record<keyof WebPreferences, boolean>>> = {
  allowRunningInsecureContent: false,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInSubFrames: false,
  nodeIntegrationInWorker: false,
  sandbox: true,
  webSecurity: true,
  webviewTag: false,
};

const FREE: ReadonlySet<string> = new Set<keyof WebPreferences>([
  'additionalArguments',
  'backgroundThrottling',
  'devTools',
  'navigateOnDragDrop',
  'preload',
  'spellcheck',
  'v8CacheOptions',
]);

/** Throws by its name at an option that the host would have to ignore. */
export function checkOptions(options: BrowserWindowConstructorOptions): void {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.has(name)) throw notOffered(`the option ${name} of BrowserWindow`);
  }
  for (const [name, value] of Object.entries(options.webPreferences ?? {})) {
    const only = FIXED[name as keyof WebPreferences];
    if (only === undefined ? !FREE.has(name) : value !== only) {
      throw notOffered(`webPreferences.${name}: ${value}`);
    }
  }
}
