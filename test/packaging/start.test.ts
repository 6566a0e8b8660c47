import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Satchel, serveFiles } from '../desktop/running/kit.ts';
import { Content, differsAt } from '../kit/content.ts';
import { DesktopDesk } from '../kit/desktop.ts';
import { PACKED, unpacked } from './kit/unpacked.ts';

test('what is packed starts, shows its list, and downloads', async () => {
  const { main, folder } = await unpacked();
  const server = await serveFiles();
  const content = new Content(7, 300_000);
  server.serve('/packed.bin', { content });
  const satchel = await Satchel.open(folder, { main, env: PACKED });
  const { page } = satchel.desk;
  await page.getByRole('button', { name: 'Add', exact: true }).waitFor();
  expect(await satchel.desk.log('protocol-client')).toEqual([{ kind: 'protocol-client', scheme: 'satchel' }]);
  const { id } = await satchel.add(server.url('/packed.bin'));
  await satchel.until(id, 'done');
  await page.getByRole('grid').getByRole('row').filter({ hasText: 'packed.bin' }).first().waitFor();
  expect(await differsAt(content, join(satchel.downloads, 'packed.bin'))).toBeNull();
  expect(await satchel.desk.quit()).toBe(0);
});

test('what is packed is the command line too', async () => {
  const { main, folder } = await unpacked();
  const server = await serveFiles();
  const content = new Content(8, 300_000);
  server.serve('/packed.bin', { content });
  const args = ['--disable-gpu', 'get', '--dir', folder, '--proxy', 'none', server.url('/packed.bin')];
  const { code } = await DesktopDesk.run({ main, env: PACKED, home: join(folder, 'home'), args });
  expect(code).toBe(0);
  expect(await differsAt(content, join(folder, 'packed.bin'))).toBeNull();
});

test('an entry of the menu opens the window on what it is for', async () => {
  const { main, folder } = await unpacked();
  const satchel = await Satchel.open(folder, { main, env: PACKED, args: ['--add'] });
  await satchel.desk.page.getByRole('dialog', { name: 'Add downloads' }).waitFor();
});
