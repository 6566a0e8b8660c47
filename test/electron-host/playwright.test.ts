import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { _electron } from 'playwright-core';
import { expect, test } from 'vitest';
import { chromiumPath } from '../kit/chromium.ts';
import { ELECTRON_HOST } from '../kit/desktop-process.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CONTRACT } from './contract-app.ts';

test('says its version as the program of Electron does', async () => {
  const { stdout } = await promisify(execFile)(ELECTRON_HOST, ['--version']);
  expect(stdout).toMatch(/^v45\.\d+\.\d+\n$/);
});

test("Playwright's own launcher takes it for Electron", async () => {
  const home = await tempFolder();
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, CHROMIUM_PATH: chromiumPath() };
  const app = await _electron.launch({ executablePath: ELECTRON_HOST, args: [CONTRACT], env });
  const page = await app.firstWindow();
  await page.getByText('Ready').waitFor();
  const facts = await app.evaluate(({ app: main }) => [main.getName(), main.getVersion(), main.isPackaged]);
  expect(facts).toEqual(['contract-fixture', '1.2.3', false]);
  await app.evaluate(({ dialog }) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: ['/stubbed'] });
  });
  const chosen = await page.evaluate(() => window.fixture.invoke('folder'));
  expect(chosen).toEqual({ canceled: false, filePaths: ['/stubbed'] });
  const shown = await app.browserWindow(page);
  await expect.poll(() => shown.evaluate((each) => each.isVisible())).toBe(true);
  const child = app.process();
  await app.close();
  expect(child.exitCode).toBe(0);
});
