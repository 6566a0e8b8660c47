import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';

afterAll(closeBrowser);

describe.each(CARRIERS)('settings over %s', (carrier) => {
  let window: Window;

  afterEach(() => window.close());

  test('language and theme change at once, and are kept', { timeout: 60_000 }, async () => {
    const folder = await tempFolder();
    window = await Window.open({ carrier, folder });
    const { page } = window;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await page.getByRole('button', { name: /^Language|As the system Language/ }).click();
    await page.getByRole('option', { name: '简体中文' }).click();
    await page.getByRole('button', { name: '设置' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
    await window.close();

    window = await Window.open({ carrier, folder });
    await window.page.getByRole('button', { name: '设置' }).waitFor();
    const theme = () => window.page.evaluate(() => document.documentElement.dataset['theme']);
    await expect.poll(theme).toBe('dark');
  });

  test('what is refused is explained and not kept', { timeout: 40_000 }, async () => {
    window = await Window.open({ carrier, folder: await tempFolder() });
    const { page } = window;
    const before = (await window.call('settings.get', {})).settings.jobs;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('tab', { name: 'Downloads' }).click();
    const field = page.getByRole('textbox', { name: /at once/i }).first();
    await field.fill('0');
    await field.press('Enter');
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    expect((await window.call('settings.get', {})).settings.jobs).toBe(before);
    await field.fill('7');
    await field.press('Enter');
    await expect.poll(async () => (await window.call('settings.get', {})).settings.jobs).toBe(7);
  });
});
