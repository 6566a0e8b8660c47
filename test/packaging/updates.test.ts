import { createHash } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually, Satchel } from '../desktop/running/kit.ts';
import type { Source } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { isLeftOut } from './kit/archives.ts';
import { PACKED, unpacked } from './kit/unpacked.ts';

/** It only says that it was started to be installed. */
const NEWER = Buffer.from(
  '#!/bin/sh\necho "$APPIMAGE_SILENT_INSTALL $APPIMAGE_EXIT_AFTER_INSTALL" > "$0.started"\n',
);
const NAME = 'Satchel-9.9.9-linux-x86_64.AppImage';
const AGREED = { response: 0, checkboxChecked: false };

function source(bytes: Buffer): Source {
  return { size: bytes.length, id: 'newer', slice: (start, end) => bytes.subarray(start, end) };
}

/** What electron-builder writes beside the archives, with this digest. */
async function updateServer(digest = createHash('sha512').update(NEWER).digest('base64')) {
  const server = await FaultServer.start();
  onTestFinished(() => server.close());
  const list = [
    'version: 9.9.9',
    `files:\n  - url: ${NAME}\n    sha512: ${digest}\n    size: ${NEWER.length}`,
    `path: ${NAME}\nsha512: ${digest}\nreleaseDate: '2026-11-23T12:00:00.000Z'\n`,
  ].join('\n');
  server.serve('/latest-linux.yml', { content: source(Buffer.from(list)) });
  server.serve(`/${NAME}`, { content: source(NEWER) });
  return server;
}

/** The app out of its archive, run as an AppImage or as what a package has installed. */
async function installed(as: 'AppImage' | 'package') {
  const { main, folder } = await unpacked();
  const image = join(folder, 'Satchel.AppImage');
  await writeFile(image, '#!/bin/sh\nexit 1\n');
  await chmod(image, 0o755);
  const env = as === 'AppImage' ? { ...PACKED, APPIMAGE: image } : PACKED;
  return { image, satchel: await Satchel.open(folder, { main, env }) };
}

async function stateOf(satchel: Satchel) {
  const answer = await satchel.call('desktop.updates', {});
  return answer.ok ? answer.value.state : answer.error;
}

const paths = (server: FaultServer) => server.requests.map(({ path }) => path.split('?')[0]);

describe.skipIf(isLeftOut('AppImage'))('an AppImage', () => {
  test('fetches a newer one when the user has agreed, and becomes it when it quits', async () => {
    const [server, { satchel, image }] = [await updateServer(), await installed('AppImage')];
    await satchel.call('desktop.setUpdates', { address: server.url('/') });
    expect(await stateOf(satchel)).toBe('idle');
    expect(server.requests).toEqual([]);
    await satchel.desk.answer('message', AGREED);
    await satchel.call('desktop.checkForUpdates', {});
    await eventually(() => stateOf(satchel)).toBe('ready');
    expect(paths(server)).toEqual(['/latest-linux.yml', `/${NAME}`]);
    // Nothing tells this user from others.
    expect(server.requests[0]?.headers['x-user-staging-id'] ?? '').toBe('');
    const [box] = await satchel.desk.log('dialog');
    expect(JSON.stringify(box)).toContain('9.9.9');
    expect(await readFile(image, 'utf8')).toContain('exit 1');
    expect(await satchel.desk.quit()).toBe(0);
    expect((await readFile(image)).equals(NEWER)).toBe(true);
    expect(await readFile(`${image}.started`, 'utf8')).toBe('true true\n');
  });

  test('stays what it is without consent, and when what comes is not what was announced', async () => {
    const [server, { satchel, image }] = [await updateServer(), await installed('AppImage')];
    await satchel.call('desktop.setUpdates', { address: server.url('/') });
    await satchel.desk.answer('message', { ...AGREED, response: 1 });
    await satchel.call('desktop.checkForUpdates', {});
    await satchel.desk.untilLogged('dialog', 1);
    const wrong = await updateServer(createHash('sha512').update('another').digest('base64'));
    await satchel.call('desktop.setUpdates', { address: wrong.url('/') });
    await satchel.desk.answer('message', AGREED);
    await satchel.call('desktop.checkForUpdates', {});
    await eventually(() => stateOf(satchel)).toBe('failed');
    expect(paths(server)).toEqual(['/latest-linux.yml']);
    expect(paths(wrong)).toEqual(['/latest-linux.yml', `/${NAME}`]);
    expect(await satchel.desk.quit()).toBe(0);
    expect(await readFile(image, 'utf8')).toContain('exit 1');
  });
});

test('what a package has installed only tells of a newer one, and keeps the address', async () => {
  const [server, { satchel }] = [await updateServer(), await installed('package')];
  await satchel.call('desktop.setUpdates', { address: server.url('/') });
  await satchel.desk.answer('message', AGREED);
  await satchel.call('desktop.checkForUpdates', {});
  const [box] = await satchel.desk.untilLogged('dialog', 1);
  expect(JSON.stringify(box)).toContain('Get it where you got this one');
  expect(await stateOf(satchel)).toBe('found');
  expect(paths(server)).toEqual(['/latest-linux.yml']);
  const menu = await satchel.desk.evaluate(
    ({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('checkForUpdates')?.label,
  );
  expect(menu).toBe('Check for updates…');
  const kept = await readFile(join(satchel.folder, 'data', 'updates.json'), 'utf8');
  expect(JSON.parse(kept)).toEqual({ address: server.url('/') });
  // Anybody on the way could answer for the one, and anybody with the token could set the other.
  const plain = { address: 'http://updates.example/' };
  expect(await satchel.refusal('desktop.setUpdates', plain)).toBe('bad-input');
  expect(await satchel.refusal('settings.update', { updates: server.url('/') })).toBe('bad-input');
});
