import { isWebAddress, linkOf } from './links.js';
import { ask } from './satchel.js';
import { isLeftAlone, settings } from './settings.js';

/** Addresses that were sent something lately: asked for again, they would answer something else. */
const posted = new Set();
const MOST_POSTED = 200;

/** Downloads that the browser begins go to Satchel, as soon as it has said that it takes them. */
export function takeOverDownloads() {
  // Of navigations only: what scripts ask for becomes no download, and would keep this awake all the time.
  const types = ['main_frame', 'sub_frame'];
  chrome.webRequest.onBeforeRequest.addListener(notePosted, { urls: ['http://*/*', 'https://*/*'], types });
  const { onDeterminingFilename, onCreated } = chrome.downloads;
  if (onDeterminingFilename === undefined) {
    onCreated.addListener((item) => void takeOver(item));
    return;
  }
  onDeterminingFilename.addListener((item, suggest) => {
    // The browser waits with it until we know; whatever happens, it is told to go on.
    void takeOver(item).finally(() => suggest());
    return true;
  });
}

function notePosted({ url, method }) {
  if (method === 'GET' || method === 'HEAD') {
    posted.delete(url);
    return;
  }
  posted.add(url);
  for (const oldest of posted) {
    if (posted.size <= MOST_POSTED) break;
    posted.delete(oldest);
  }
}

async function takeOver(item) {
  if (!(await isWanted(item))) return;
  const url = item.finalUrl || item.url;
  const name = item.filename.split(/[/\\]/).at(-1) ?? '';
  const answer = await ask('download', [await linkOf(url, { referrer: item.referrer, name })]);
  // Only now: until it is taken, it is the browser's.
  if (answer.ok) await forget(item.id);
}

async function isWanted(item) {
  const { takesOver, smallest, leftAlone } = await settings();
  const url = item.finalUrl || item.url;
  if (!takesOver || item.incognito || item.byExtensionId !== undefined || !isWebAddress(url)) return false;
  if (posted.has(url) || posted.has(item.url)) return false;
  if (item.fileSize >= 0 && item.fileSize < smallest) return false;
  return !isLeftAlone(new URL(url).hostname, leftAlone);
}

/** Nothing of it is left, in the browser's list or on its disk; one that is there already stays the user's. */
async function forget(id) {
  await chrome.downloads.cancel(id).catch(() => {});
  const [item] = await chrome.downloads.search({ id });
  if (item?.state !== 'complete') await chrome.downloads.erase({ id });
}
