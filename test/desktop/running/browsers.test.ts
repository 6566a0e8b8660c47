import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FrameReader, frameOf } from '../../../main/doors/native-frames.ts';
import { buildFirst } from '../../cli/kit.ts';
import { Content, differsAt } from '../../kit/content.ts';
import { open, serveFiles } from './kit.ts';

buildFirst();

vi.setConfig({ testTimeout: 60_000 });

const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'out', 'main', 'cli.js');

/** The program that a browser starts, for the Satchel of a data folder. */
function startHost(dataDir: string) {
  const env = { ...process.env, SATCHEL_DATA_DIR: dataDir };
  const child = spawn(process.execPath, [PROGRAM, 'native-host', 'chrome-extension://x/'], { env });
  onTestFinished(() => void child.kill());
  const reader = new FrameReader(1_000_000, true);
  return async (question: object): Promise<unknown> => {
    child.stdin.write(frameOf(JSON.stringify(question), true));
    for (;;) {
      const [bytes] = (await once(child.stdout, 'data')) as [Buffer];
      const [answer] = reader.read(bytes) ?? [];
      if (answer !== undefined) return JSON.parse(answer);
    }
  };
}

test('what a browser hands over is downloaded, and what is for a package lands in the tray of the window', async () => {
  const content = new Content(3, 300_000);
  const source = await serveFiles();
  source.serve('/report.pdf', { content });
  const satchel = await open();
  const ask = startHost(join(satchel.folder, 'data'));
  const link = { url: source.url('/report.pdf'), cookies: 'a=b', referer: 'https://a.example/' };
  expect(await ask({ id: 1, ask: 'download', links: [link] })).toMatchObject({ id: 1, ok: true });
  const { tasks } = await satchel.ask('tasks.list', {});
  await satchel.until(tasks[0]?.id ?? '', 'done');
  expect(await differsAt(content, join(satchel.downloads, 'report.pdf'))).toBeNull();
  for (const { headers } of source.requests) {
    expect(headers).toMatchObject({ cookie: 'a=b', referer: 'https://a.example/' });
  }

  expect(await ask({ id: 2, ask: 'package', links: [{ ...link, name: 'for the ZIP.pdf' }] })).toMatchObject({
    ok: true,
  });
  const tray = satchel.desk.page.getByRole('complementary', { name: 'New package' });
  await tray.getByRole('row').filter({ hasText: 'for the ZIP.pdf' }).waitFor();
  expect((await satchel.ask('tasks.list', {})).tasks).toHaveLength(1);
});
