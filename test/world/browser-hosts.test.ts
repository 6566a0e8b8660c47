import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXTENSION_IDS, FIREFOX_EXTENSION_ID } from '../../main/contract/hand-over.ts';
import { connectBrowsers, disconnectBrowsers } from '../../main/world/browser-hosts.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

async function scene(platform: 'linux' | 'darwin') {
  const home = await tempFolder();
  const folder = join(home, 'data with space');
  const script = `process.stdout.write(process.argv.slice(1).join('|'))`;
  const command = [process.execPath, '-e', script, "it's"];
  return { home, folder, options: { disk: new Disk(), folder, command, platform, home } };
}

const LINUX = {
  '.config/chromium/NativeMessagingHosts': `chrome-extension://${EXTENSION_IDS[0]}/`,
  '.config/google-chrome/NativeMessagingHosts': `chrome-extension://${EXTENSION_IDS[0]}/`,
  '.mozilla/native-messaging-hosts': FIREFOX_EXTENSION_ID,
};

test('browsers are told of a program that starts with what it needs, and learn nothing of it afterwards', async () => {
  const { home, options } = await scene('linux');
  expect(await connectBrowsers(options)).toContain('Chromium');
  // Twice is as good as once.
  await connectBrowsers(options);
  const programs = new Set<string>();
  for (const [place, caller] of Object.entries(LINUX)) {
    const manifest = JSON.parse(await readFile(join(home, place, 'dev.satchel.host.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'dev.satchel.host', type: 'stdio' });
    expect(manifest.allowed_origins ?? manifest.allowed_extensions).toEqual([caller]);
    programs.add(manifest.path);
  }
  const [program = ''] = programs;
  expect(programs.size).toBe(1);
  const child = spawn(program, ['chrome-extension://x/']);
  const said: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
  await once(child, 'close');
  expect(Buffer.concat(said).toString()).toBe("it's|chrome-extension://x/");

  await disconnectBrowsers(options);
  for (const place of Object.keys(LINUX)) expect(await readdir(join(home, place))).toEqual([]);
});

test('macOS has other places', async () => {
  const { home, options } = await scene('darwin');
  await connectBrowsers(options);
  const support = join(home, 'Library', 'Application Support');
  for (const place of ['Google/Chrome', 'Microsoft Edge', 'Mozilla']) {
    expect(await readdir(join(support, place, 'NativeMessagingHosts'))).toEqual(['dev.satchel.host.json']);
  }
});

test('a program that needs nothing is named itself', async () => {
  const { home, options } = await scene('linux');
  await connectBrowsers({ ...options, command: ['/opt/Satchel/satchel'] });
  const manifest = await readFile(
    join(home, '.config/chromium/NativeMessagingHosts/dev.satchel.host.json'),
    'utf8',
  );
  expect(JSON.parse(manifest).path).toBe('/opt/Satchel/satchel');
});
