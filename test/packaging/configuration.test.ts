import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../kit/temp-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(ROOT, 'electron-builder.yml');

interface Configuration {
  readonly electronVersion: string;
  readonly linux: Platform;
  readonly win: Platform;
  readonly mac: Platform;
}
interface Platform {
  readonly target: readonly { readonly target: string; readonly arch: readonly string[] }[];
}

/** electron-builder's own, which it does not offer to others. */
const require = createRequire(
  createRequire(join(ROOT, 'package.json')).resolve('electron-builder/package.json'),
);
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as {
  getConfig(folder: string, file: string, options: null): Promise<Configuration>;
  validateConfiguration(configuration: Configuration, log: object): Promise<void>;
};
const { DebugLogger } = require('builder-util') as { DebugLogger: new (isOn: boolean) => object };

async function check(file: string): Promise<Configuration> {
  const configuration = await getConfig(ROOT, file, null);
  await validateConfiguration(configuration, new DebugLogger(false));
  return configuration;
}

describe('electron-builder.yml', () => {
  test('is what electron-builder takes', async () => {
    await expect(check(FILE)).resolves.toMatchObject({ appId: 'dev.satchel.app' });
  });

  test('with a misspelt key is refused', async () => {
    const file = join(await tempFolder(), 'electron-builder.yml');
    const text = await readFile(FILE, 'utf8');
    expect(text).toContain('\nelectronFuses:');
    await writeFile(file, text.replace('\nelectronFuses:', '\nelectronFuse:'));
    await expect(check(file)).rejects.toThrow(/unknown property 'electronFuse'/);
  });

  test('is for the Electron that the app is built and tested with', async () => {
    const { electronVersion } = await check(FILE);
    const installed = await readFile(join(ROOT, 'node_modules', 'electron', 'package.json'), 'utf8');
    expect(electronVersion).toBe((JSON.parse(installed) as { version: string }).version);
  });

  test('makes what there is to be for each system', async () => {
    const { linux, win, mac } = await check(FILE);
    const both = ['x64', 'arm64'];
    expect(linux.target).toEqual(
      ['AppImage', 'deb', 'rpm', 'tar.gz'].map((target) => ({ target, arch: both })),
    );
    expect(win.target).toEqual([
      { target: 'nsis', arch: both },
      { target: 'portable', arch: ['x64'] },
    ]);
    expect(mac.target).toEqual(['dmg', 'zip'].map((target) => ({ target, arch: both })));
  });

  test('says no secret: what signs comes from the environment', async () => {
    const text = await readFile(FILE, 'utf8');
    expect(text).not.toMatch(
      /cscLink|cscKeyPassword|certificateFile|certificatePassword|appleId|teamId|token/i,
    );
  });
});

describe('the icons', () => {
  const icon = (name: string) => readFile(join(ROOT, 'packaging', 'icons', name));

  test('for Linux have the sizes that their names say', async () => {
    for (const size of [16, 24, 32, 48, 64, 128, 256, 512]) {
      const png = await icon(join('linux', `${size}x${size}.png`));
      expect(png.toString('latin1', 1, 4)).toBe('PNG');
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
    }
  });

  test('for Windows are one file of all sizes, which holds together', async () => {
    const ico = await icon('icon.ico');
    const count = ico.readUInt16LE(4);
    const entries = Array.from({ length: count }, (_, index) =>
      ico.subarray(6 + 16 * index, 22 + 16 * index),
    );
    expect(entries.map((entry) => entry.readUInt8(0) || 256)).toEqual([16, 24, 32, 48, 64, 128, 256]);
    const [last] = entries.slice(-1);
    expect((last?.readUInt32LE(8) ?? 0) + (last?.readUInt32LE(12) ?? 0)).toBe(ico.length);
  });

  test('for macOS are one file of all sizes, up to 1024 pixels, which holds together', async () => {
    const icns = await icon('icon.icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    const types: string[] = [];
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
      types.push(icns.toString('latin1', at, at + 4));
      expect(icns.toString('latin1', at + 9, at + 12)).toBe('PNG');
    }
    expect(types.toSorted()).toEqual(['ic07', 'ic08', 'ic09', 'ic10', 'ic11', 'ic12', 'ic13', 'ic14']);
  });
});
