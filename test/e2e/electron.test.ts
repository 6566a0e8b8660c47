import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { _electron } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Its own way to find it would fetch it where it is not. */
function electronPath(): string | null {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const named = join(folder, 'path.txt');
  const name = existsSync(named) ? readFileSync(named, 'utf8').trim() : 'electron';
  const path = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), name);
  return existsSync(path) ? path : null;
}

const executablePath = electronPath();
const suite = executablePath === null ? "on Electron (Electron's runtime is not here)" : 'on Electron';

describe.skipIf(executablePath === null)(suite, () => {
  test('a link that is pasted is downloaded, and is still there after a restart', {
    timeout: 90_000,
  }, async () => {
    const source = await FaultServer.start();
    const content = new Content(1, 300_000);
    source.serve('/file.bin', { content });
    const home = await tempFolder();
    await mkdir(join(home, 'Downloads'), { recursive: true });

    let { app, page } = await launch(home);
    expect(await app.evaluate(({ app: main }) => main.getAppPath())).toBe(ROOT);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const box = page.getByRole('dialog', { name: 'Add downloads' });
    await box.getByRole('textbox', { name: 'Links' }).fill(source.url('/file.bin'));
    await box.getByRole('button', { name: 'Download 1 file' }).click();
    const done = () =>
      page.getByRole('row').filter({ hasText: 'file.bin' }).filter({ hasText: 'Done' }).waitFor();
    await done();
    expect(await differsAt(content, join(home, 'Downloads', 'file.bin'))).toBeNull();
    await app.close();

    ({ app, page } = await launch(home));
    await done();
    await app.close();
    await source.close();
  });
});

async function launch(home: string) {
  const app = await _electron.launch({
    executablePath: executablePath ?? '',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ROOT],
    env: {
      ...(process.env as Record<string, string>),
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_DOWNLOAD_DIR: join(home, 'Downloads'),
      SATCHEL_DATA_DIR: join(home, 'data'),
      LANG: 'en_US.UTF-8',
    },
  });
  return { app, page: await app.firstWindow() };
}
