import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { buildFirst } from '../../cli/kit.ts';
import { expectAccessible } from '../../kit/axe.ts';
import { eventually, open, type Satchel } from './kit.ts';

buildFirst();

/** A folder without updates, and how often it was asked. */
async function emptyFolder(): Promise<{ address: string; asked: () => number }> {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/`, asked: () => asked };
}

function menuEntry(satchel: Satchel): Promise<string | null> {
  return satchel.desk.evaluate(
    ({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('checkForUpdates')?.label ?? null,
  );
}

test('updates are off until an address is set, by the keyboard alone', async () => {
  const folder = await emptyFolder();
  const satchel = await open();
  const { page } = satchel.desk;
  expect(await menuEntry(satchel)).toBeNull();
  await page.keyboard.press('Control+,');
  await page.getByText('About', { exact: true }).first().focus();
  await page.getByText('About', { exact: true }).first().press('Enter');
  const field = page.getByRole('textbox', { name: 'Where newer versions are looked for' });
  await field.focus();
  await page.keyboard.type('http://updates.example/');
  await page.keyboard.press('Enter');
  await page.getByText('An address begins with https://').waitFor();
  await field.fill(folder.address);
  await page.keyboard.press('Enter');
  const status = page.getByRole('status').filter({ hasText: 'Looked for once a day' });
  await status.waitFor();
  expect(await menuEntry(satchel)).toBe('Check for updates…');
  expect(folder.asked()).toBe(0);
  await page.keyboard.press('Tab');
  const button = page.getByRole('button', { name: 'Check now' });
  await page.keyboard.press('Enter');
  await page.getByRole('status').filter({ hasText: 'It could not be found out' }).waitFor();
  expect(folder.asked()).toBeGreaterThan(0);
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  await satchel.desk.untilLogged('dialog', 1);
  await expectAccessible(page, 'updates');
  await field.fill('');
  await page.keyboard.press('Enter');
  await button.waitFor({ state: 'detached' });
  await eventually(() => menuEntry(satchel)).toBeNull();
});
