import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { dragThrough } from './drag.ts';
import type { FaultServer } from './fault-server.ts';
import type { Window } from './window.ts';

export interface Look {
  readonly theme: 'light' | 'dark';
  readonly language: 'en' | 'zh-CN';
}

/** Looks at every picture as it is taken; gives what is wrong with what is shown. */
export type Inspect = (page: Page) => Promise<readonly string[]>;

const WIDE = { width: 1280, height: 760 } as const;
const NARROW = { width: 760, height: 520 } as const;

/** Downloads in every state, so that there is something to be seen. `source` must outlive the pictures. */
export async function fillForPictures(window: Window, source: FaultServer): Promise<void> {
  const serve = (name: string, size: number) => source.serve(`/${name}`, { content: Buffer.alloc(size, 7) });
  for (const [name, size] of DONE) serve(name, size);
  for (const name of RUNNING) {
    serve(name, 24_000_000);
    source.gate(`/${name}`, 9_000_000);
  }
  const items = [...DONE.map(([name]) => name), 'cover-missing.jpg'].map((name) => ({
    url: source.url(`/${name}`),
  }));
  await window.call('settings.update', { connections: 1, jobs: 6, perHost: 12 });
  await window.call('tasks.addAll', {
    tasks: [
      ...RUNNING.map((name) => ({ url: source.url(`/${name}`) })),
      { kind: 'package' as const, name: 'Holiday photos 2026.zip', items },
      ...DONE.map(([name]) => ({ url: source.url(`/${name}`) })),
      { url: source.url('/missing-manual-second-edition.pdf') },
      {
        url: source.url('/a-rather-long-name-that-does-not-fit-into-its-column-at-all.tar.xz'),
        paused: true,
      },
      { url: source.url('/会议录像-第三部分.mkv'), paused: true },
    ],
  });
  const settled = window.grid.getByRole('row').filter({ hasText: /Done|File not found|完成|找不到/ });
  await settled.nth(DONE.length + 1).waitFor();
}

const DONE = [
  ['quarterly-report.pdf', 300_000],
  ['cover.jpg', 120_000],
  ['podcast-episode-12.mp3', 900_000],
] as const;
const RUNNING = ['debian-13.2.0-amd64-netinst.iso', 'lecture-07-operating-systems.mp4'] as const;

/**
 * Goes through every view in one look and writes PNGs into `folder`, which is made. Gives, by picture, what `inspect`
 * has found.
 */
export async function takePictures(
  window: Window,
  folder: string,
  look: Look,
  inspect: Inspect = async () => [],
): Promise<Record<string, readonly string[]>> {
  await mkdir(folder, { recursive: true });
  const camera = new Camera(window.page, folder, `${look.theme}-${look.language}`, inspect);
  await putOn(window, look);
  for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
    await window.page.setViewportSize(viewport);
    await ofList(window, camera, size);
    await ofTray(window, camera, size);
    await ofDialogs(window, camera, size);
    await ofPages(window, camera, size);
  }
  await window.page.setViewportSize(WIDE);
  return camera.found;
}

async function putOn(window: Window, { theme, language }: Look): Promise<void> {
  await window.call('settings.update', { theme, language });
  // A change that another program makes is seen when the window asks the next time.
  await window.page.reload();
  const html = window.page.locator(`html[data-theme=${theme}][lang=${language}]`);
  await html.waitFor({ state: 'attached' });
  await window.grid.waitFor();
}

/** Takes pictures, one after the other. */
class Camera {
  readonly found: Record<string, readonly string[]> = {};
  readonly #page: Page;
  readonly #folder: string;
  readonly #look: string;
  readonly #inspect: Inspect;
  #number = 0;

  constructor(page: Page, folder: string, look: string, inspect: Inspect) {
    this.#page = page;
    this.#folder = folder;
    this.#look = look;
    this.#inspect = inspect;
  }

  /** When all that moves has come to its end. */
  async take(what: string): Promise<void> {
    await this.#page.evaluate(() =>
      Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {}))),
    );
    this.#number += 1;
    const name = `${this.#look}-${String(this.#number).padStart(2, '0')}-${what}`;
    await this.#page.screenshot({ path: join(this.#folder, `${name}.png`) });
    const problems = await this.#inspect(this.#page);
    if (problems.length > 0) this.found[name] = problems;
  }
}

async function ofList({ page, grid }: Window, camera: Camera, size: string): Promise<void> {
  await setDetails(page, false);
  await camera.take(`${size}-list`);
  const rows = grid.locator('[data-task]');
  for (const row of DETAILS_OF) {
    await rows.nth(row).locator('bdi').first().click();
    await setDetails(page, true);
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await camera.take(`${size}-details-${row}-${await tab.getAttribute('data-key')}`);
    }
    await setDetails(page, false);
  }
  await grid.focus();
  await page.keyboard.press('Control+a');
  await setDetails(page, true);
  await camera.take(`${size}-all-chosen`);
  await setDetails(page, false);
  await page.keyboard.press('Control+f');
  await page.keyboard.type('no such name');
  await page.locator('[data-task]').first().waitFor({ state: 'detached' });
  await camera.take(`${size}-nothing-found`);
  await page.getByRole('searchbox').fill('');
  await grid.waitFor();
}

/** Rows: one that runs, the package, one that is done, one that failed. */
const DETAILS_OF = [0, 2, 3, 6] as const;

async function setDetails(page: Page, open: boolean): Promise<void> {
  const details = page.locator('aside[data-region="4"]');
  if ((await details.isVisible()) === open) return;
  await page.keyboard.press('Control+i');
  await details.waitFor({ state: open ? 'visible' : 'detached' });
}

/** Empty, with links and files, and what is shown while something is dragged over the window. */
async function ofTray(window: Window, camera: Camera, size: string): Promise<void> {
  const { page } = window;
  const tray = page.locator('[data-tray]');
  await page.keyboard.press('Control+Shift+n');
  await tray.getByRole('heading').waitFor();
  await camera.take(`${size}-tray-empty`);
  await dragThrough(window, { links: [LINKS] }, () => camera.take(`${size}-drop-links`));
  await dragThrough(window, { files: [import.meta.filename] }, () => camera.take(`${size}-drop-files`));
  await window.call('tray.put', { text: TRAY });
  await page.reload();
  const rows = tray.locator('[role=row][aria-level]');
  await rows.first().waitFor();
  await camera.take(`${size}-tray`);
  await rows.nth(1).click();
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor();
  await camera.take(`${size}-tray-menu`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('F2');
  await tray.locator('[role=treegrid] input').waitFor();
  await camera.take(`${size}-tray-rename`);
  await page.keyboard.press('Escape');
  // The button that opened it folds it away; what was in it goes too.
  await window.call('tray.put', { text: null });
  await page.reload();
  await window.grid.waitFor();
  await tray.waitFor({ state: 'detached' });
}

const TRAY = JSON.stringify({
  isOpen: true,
  name: 'field-recordings-2026',
  compress: 'auto',
  entries: [
    'intro.flac',
    'takes/harbour-dawn.flac',
    'takes/a-name-that-is-far-too-long-for-this-column.flac',
    'notes.pdf',
  ].map((name, index) => ({
    ...{ key: name, name, sent: null, size: index === 3 ? null : 81_000_000 * (index + 1) },
    source:
      index === 0
        ? { kind: 'file', path: `/home/me/${name}` }
        : { kind: 'link', url: `https://a.example/${name}` },
  })),
});

const LINKS = [
  'https://example.invalid/photos/summer-[001-120].jpg',
  'https://example.invalid/a.zip',
  'https://example.invalid/b.zip',
].join('\n');

async function ofDialogs({ page, grid }: Window, camera: Camera, size: string): Promise<void> {
  const box = page.getByRole('dialog').or(page.getByRole('alertdialog'));
  const shown = async (what: string): Promise<void> => {
    await box.waitFor();
    await camera.take(`${size}-${what}`);
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'hidden' });
  };
  await page.keyboard.press('Control+n');
  await box.waitFor();
  await camera.take(`${size}-add-empty`);
  await page.getByRole('textbox').first().fill(LINKS);
  await page.getByRole('table').waitFor();
  await camera.take(`${size}-add-links`);
  // It stays as it was when the box was open the last time.
  const more = box.locator('button[aria-expanded][aria-controls]:not([aria-haspopup])').last();
  if ((await more.getAttribute('aria-expanded')) === 'false') await more.click();
  await shown('add-more');
  await page.keyboard.press('Control+n');
  await page.getByRole('textbox').first().fill('');
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'hidden' });
  for (const [key, what] of BOXES_BY_KEY) {
    await page.keyboard.press(key);
    await shown(what);
  }
  for (const entry of BOXES_BY_MENU) {
    const row = grid.locator('[data-task]').nth(entry === 'verify' ? 3 : 7);
    await row.locator('bdi').first().click();
    await page.keyboard.press('Shift+F10');
    const item = page.locator(`[role=menuitem][data-key=${entry}]`);
    await item.waitFor();
    if (entry === 'rename' || entry === 'verify') await camera.take(`${size}-menu-${entry}`);
    await item.click();
    await shown(entry);
  }
}

const BOXES_BY_KEY = [
  ['Control+o', 'import'],
  ['F1', 'shortcuts'],
] as const;
const BOXES_BY_MENU = ['rename', 'folder', 'newLink', 'limit', 'addToPackage', 'remove', 'verify'] as const;

async function ofPages({ page }: Window, camera: Camera, size: string): Promise<void> {
  await page.keyboard.press('Control+,');
  await page.getByRole('tabpanel').waitFor();
  for (let section = 0; await toSection(page, section); section += 1) {
    await page.getByRole('tabpanel').evaluate((panel) => panel.scrollTo(0, 0));
    await camera.take(`${size}-settings-${section}`);
    const isLonger = await page.getByRole('tabpanel').evaluate((panel) => {
      panel.scrollTo(0, panel.scrollHeight);
      return panel.scrollTop > 0;
    });
    if (isLonger) await camera.take(`${size}-settings-${section}-end`);
  }
  await page.keyboard.press('Control+y');
  await page.getByRole('tabpanel').waitFor({ state: 'detached' });
  await page.locator('main [role=row]').first().waitFor();
  await camera.take(`${size}-history`);
  await page.locator('[data-region="1"] nav button').first().click();
}

/** Narrow windows choose the section in a list that opens; false after the last one. */
async function toSection(page: Page, index: number): Promise<boolean> {
  const tabs = page.getByRole('tab');
  if ((await tabs.count()) > 0) {
    if (index >= (await tabs.count())) return false;
    await tabs.nth(index).click();
    return true;
  }
  await page.locator('main button[aria-haspopup=listbox]').first().click();
  const options = page.getByRole('option');
  await options.first().waitFor();
  const isThere = index < (await options.count());
  if (isThere) await options.nth(index).click();
  else await page.keyboard.press('Escape');
  await options.first().waitFor({ state: 'detached' });
  return isThere;
}
