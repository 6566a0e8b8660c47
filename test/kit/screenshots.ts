// `node test/kit/screenshots.ts [FOLDER]`: the pictures of the README, from the app as it is built, with downloads that
// really run: their names and hosts are made up, and come from a proxy on this machine.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TaskState } from '../../main/contract/task.ts';
import { dragThrough, dropOn } from './drag.ts';
import { PictureSource } from './picture-source.ts';
import { closeBrowser, Window } from './window.ts';

const MB = 1_000_000;

export const PICTURES = ['light', 'dark', 'zh-CN', 'details', 'package-tray', 'drop-targets'] as const;

const RECORDINGS = [
  'intro',
  'harbour-dawn',
  'market',
  'forest-rain',
  'river',
  'night-train',
  'bells',
  'credits',
];
const AUDIO = 'http://archive.example.org/field-recordings';

interface Shown {
  readonly url: string;
  readonly size: number;
  /** How it is to be shown, and how far along. */
  readonly as: TaskState;
  readonly share: number;
  /** Bytes a second while it runs. */
  readonly rate?: number;
}

const FILES: readonly Shown[] = [
  {
    ...file('cdimage.example.org/debian-13.2.0-amd64-netinst.iso', 663),
    as: 'running',
    share: 0.55,
    rate: 3 * MB,
  },
  {
    ...file('media.example.edu/lecture-07-back-pressure.mp4', 189),
    as: 'running',
    share: 0.24,
    rate: 0.3 * MB,
  },
  { ...file('files.example.com/annual-report.pdf', 14.2), as: 'done', share: 1 },
  { ...file('tiles.example.net/survey-tiles-4k.tar', 132), as: 'paused', share: 0.41, rate: MB },
  { ...file('data.example.org/dataset-v3.parquet', 206), as: 'failed', share: 0.58, rate: MB },
  { ...file('files.example.com/cover-photo.jpg', 3.4), as: 'done', share: 1 },
  { ...file('media.example.edu/interview-raw-a.mov', 981), as: 'waiting', share: 0 },
  { ...file('media.example.edu/interview-raw-b.mov', 1140), as: 'waiting', share: 0 },
];

function file(place: string, size: number) {
  return { url: `http://${place}`, size: size * MB };
}

/** Makes them all in a folder. Gives the paths. */
export async function makePictures(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const home = resolve(folder, '.making');
  const source = await PictureSource.start();
  const window = await Window.open({ carrier: 'desktop', folder: home });
  try {
    await window.page.setViewportSize({ width: 1280, height: 800 });
    await fill(window, source);
    return await takeAll(window, folder, home);
  } finally {
    await window.kill();
    await source.close();
    await closeBrowser();
    await rm(home, { recursive: true, force: true });
  }
}

/** Downloads in every state, each as far as it is to be. */
async function fill(window: Window, source: PictureSource): Promise<void> {
  for (const { url, size, share, rate = 0 } of FILES) {
    source.serve(url, { size, ...(share < 1 && { fastUntil: size * share, rate }) });
  }
  for (const [index, name] of RECORDINGS.entries()) {
    const size = (12 + index * 7) * MB;
    const isThere = index < 3;
    source.serve(`${AUDIO}/${name}.flac`, {
      size,
      ...(isThere ? {} : { fastUntil: size * 0.4, rate: 0.4 * MB }),
    });
  }
  await window.call('settings.update', { proxy: source.address, jobs: 3, perHost: 12, theme: 'light' });
  const items = RECORDINGS.map((name) => ({ url: `${AUDIO}/${name}.flac` }));
  const { tasks } = await window.call('tasks.addAll', {
    tasks: [
      { kind: 'package', name: 'field-recordings-2026.zip', items, compress: 'store', paused: true },
      ...FILES.map(({ url }) => ({ url, paused: true })),
    ],
  });
  const idOf = (index: number) => tasks[index + 1]?.id ?? '';
  const begin = (id: string) => window.call('tasks.resume', { id });
  const stateOf = async (id: string) => (await window.call('tasks.get', { id })).task;
  const until = async (id: string, isSo: (task: Awaited<ReturnType<typeof stateOf>>) => boolean) => {
    while (!isSo(await stateOf(id))) await new Promise((again) => setTimeout(again, 50));
  };
  for (const [index, { as, url, size, share }] of FILES.entries()) {
    if (as === 'running' || as === 'waiting') continue;
    const id = idOf(index);
    await begin(id);
    if (as === 'done') await until(id, ({ state }) => state === 'done');
    else await until(id, ({ received }) => received >= size * share * 0.98);
    if (as === 'paused') await window.call('tasks.pause', { id });
    if (as === 'failed') {
      source.change(url);
      await until(id, ({ state }) => state === 'failed');
    }
  }
  await begin(tasks[0]?.id ?? '');
  for (const [index, { as }] of FILES.entries())
    if (as === 'running' || as === 'waiting') await begin(idOf(index));
  await until(
    tasks[0]?.id ?? '',
    ({ items: all }) => all.filter(({ state }) => state === 'done').length >= 3,
  );
  await until(idOf(0), ({ received, total }) => received >= (total ?? 0) * 0.56);
}

async function takeAll(window: Window, folder: string, home: string): Promise<readonly string[]> {
  const { page } = window;
  const paths: string[] = [];
  const take = async (name: (typeof PICTURES)[number]) => {
    await page.evaluate(() =>
      Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {}))),
    );
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    paths.push(path);
  };
  const put = async (theme: 'light' | 'dark', language: 'en' | 'zh-CN') => {
    await window.call('settings.update', { theme, language });
    await page.reload();
    await page.locator(`html[data-theme=${theme}][lang=${language}]`).waitFor({ state: 'attached' });
    await window.choose('field-recordings-2026.zip');
    await page.locator('[role=tab][data-key=items]').click();
    // The line of the speed has begun to say something.
    await page.waitForTimeout(4000);
  };
  await put('light', 'en');
  await take('light');
  await put('dark', 'zh-CN');
  await take('zh-CN');
  await put('dark', 'en');
  await take('dark');
  await window.choose('debian-13.2.0-amd64-netinst.iso');
  await page.locator('[role=tab][data-key=connections]').click();
  await page.waitForTimeout(1500);
  await take('details');
  await put('light', 'en');
  const local = await localFiles(home);
  await dropOn(window, 'Pack into a ZIP', { links: FILES.slice(0, 3).map(({ url }) => url) });
  await dropOn(window, 'Add to the package', { files: local });
  await page.getByRole('button', { name: 'Pack 7 files' }).waitFor();
  await take('package-tray');
  await page.getByRole('button', { name: 'Fold the package away' }).click();
  await put('dark', 'en');
  await dragThrough(window, { files: local }, () => take('drop-targets'));
  return paths;
}

async function localFiles(home: string): Promise<readonly string[]> {
  const folder = join(home, 'mine');
  const photos = join(folder, 'photos');
  await mkdir(photos, { recursive: true });
  const sizes = {
    'itinerary.pdf': 0.4,
    'photos/IMG_2041.jpg': 3.1,
    'photos/IMG_2042.jpg': 2.8,
    'photos/IMG_2047.jpg': 3.6,
  };
  for (const [name, size] of Object.entries(sizes))
    await writeFile(join(folder, name), Buffer.alloc(size * MB));
  return [join(folder, 'itinerary.pdf'), photos];
}

if (process.argv[1] === import.meta.filename) {
  for (const path of await makePictures(process.argv[2] ?? 'docs/pictures')) console.log(path);
}
