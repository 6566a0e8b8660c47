// Makes the icons of the installers from their drawings in packaging/icons. They are committed: only who changes a drawing
// needs `npm run icons`, and a Chromium for it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNewEnough } from '../bin/right-node.mjs';
import { icns, ico } from './icon-files.mjs';
import { ifStarted, root } from './setup.mjs';

const folder = join(root, 'packaging', 'icons');
/** Up to this many pixels the drawing with fewer and thicker lines is used. */
const SMALL = 48;
const LINUX = [16, 24, 32, 48, 64, 128, 256, 512];
const WINDOWS = [16, 24, 32, 48, 64, 128, 256];
const MAC = [32, 64, 128, 256, 512, 1024];
/** Apple's grid: of 1024 pixels the icon has 824, and a margin around. */
const MAC_SHARE = 824 / 1024;

await ifStarted(import.meta.url, async () => {
  if (!isNewEnough(process.versions.node))
    throw new Error('Start it as `npm run icons`, which finds a newer Node.');
  const { chromium } = await import('playwright-core');
  const { CHROMIUM_ARGUMENTS, ensureChromium } = await import('../test/kit/chromium.ts');
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: [...CHROMIUM_ARGUMENTS],
  });
  try {
    await writeIcons(await browser.newPage());
  } finally {
    await browser.close();
  }
});

async function writeIcons(page) {
  mkdirSync(join(folder, 'linux'), { recursive: true });
  for (const size of LINUX) {
    const { png } = await draw(page, size);
    writeFileSync(join(folder, 'linux', `${size}x${size}.png`), png);
  }
  writeFileSync(join(folder, 'icon.ico'), ico(await drawAll(page, WINDOWS)));
  writeFileSync(join(folder, 'icon.icns'), icns(await drawAll(page, MAC, MAC_SHARE)));
}

async function drawAll(page, sizes, share = 1) {
  const images = [];
  for (const size of sizes) images.push(await draw(page, size, share));
  return images;
}

/** The drawing on `size` pixels, of which it has `share`: `{ size, png, rgba }`. */
async function draw(page, size, share = 1) {
  const file = join(folder, size <= SMALL ? 'icon-small.svg' : 'icon.svg');
  const drawing = `data:image/svg+xml;base64,${readFileSync(file).toString('base64')}`;
  const { png, rgba } = await page.evaluate(rasterise, { drawing, size, share });
  return { size, png: Buffer.from(png, 'base64'), rgba: Buffer.from(rgba, 'base64') };
}

/** Runs in the page, and knows only what it is given. */
async function rasterise({ drawing, size, share }) {
  const image = new Image();
  image.src = drawing;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size });
  const context = canvas.getContext('2d');
  const margin = (size * (1 - share)) / 2;
  context.drawImage(image, margin, margin, size * share, size * share);
  const { data } = context.getImageData(0, 0, size, size);
  return {
    png: canvas.toDataURL('image/png').split(',')[1],
    rgba: btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join('')),
  };
}
