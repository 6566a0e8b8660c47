import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractAll } from '@electron/asar';
import { tempFolder } from '../../kit/temp-folder.ts';
import { isLeftOut, made, said } from './archives.ts';

/** As the installed program is started: it is told nothing but its arguments. */
export const PACKED = { ELECTRON_HOST_PACKAGED: '1' };

/** The app as it lies in the AppImage, in a folder of its own: the stand-in for Electron reads no asar. */
export async function unpacked(): Promise<{ main: string; folder: string }> {
  const folder = await tempFolder();
  const resources = isLeftOut('AppImage') ? made('linux-unpacked', 'resources') : await taken(folder);
  const app = join(folder, 'app');
  extractAll(join(resources, 'app.asar'), app);
  // Where the stand-in has what lies beside the asar.
  await cp(resources, join(app, 'resources'), { recursive: true });
  return { main: join(app, 'out', 'main', 'index.js'), folder };
}

async function taken(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  const to = join(folder, 'image');
  const image = made(`Satchel-${version}-linux-x86_64.AppImage`);
  await said('unsquashfs', '-o', '4096', '-d', to, image, 'resources');
  return join(to, 'resources');
}
