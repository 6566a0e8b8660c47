import { ensureChromium } from './chromium.ts';

/** Before any test of the window: there must be a browser. */
export async function setup(): Promise<void> {
  await ensureChromium();
}
