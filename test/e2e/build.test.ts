import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';

const BUILT = join(import.meta.dirname, '..', '..', 'out');

afterAll(closeBrowser);

describe.each(CARRIERS)('over %s', (carrier) => {
  test('what runs is what was built', { timeout: 60_000 }, async () => {
    const window = await Window.open({ carrier, folder: await tempFolder() });
    const { page } = window;
    const loaded = await page.evaluate(() => {
      const parts = document.querySelectorAll<HTMLScriptElement | HTMLLinkElement>(
        'script, link[rel=stylesheet], link[rel=modulepreload]',
      );
      return [...parts].map((part) => ('src' in part ? part.src : part.href));
    });
    expect(loaded.filter((url) => url.endsWith('.js')).length).toBeGreaterThan(0);
    expect(loaded.filter((url) => url.endsWith('.css')).length).toBeGreaterThan(0);
    for (const url of [page.url(), ...loaded]) {
      const { pathname } = new URL(url);
      const file = pathname === '/' ? 'index.html' : pathname;
      const built = await readFile(join(BUILT, 'renderer', file), 'utf8');
      expect(await page.evaluate(async (from) => (await fetch(from)).text(), url)).toBe(built);
    }
    if (window.desk !== null) {
      const main = await window.desk.evaluate(() => process.argv[1] ?? '');
      expect(main).toBe(join(BUILT, 'main', 'index.js'));
    }
    await window.close();
  });
});
