import { isWebAddress, linkOf } from './links.js';
import { ask } from './satchel.js';

/** What the menu is opened on. */
const ONE = ['link', 'image', 'video', 'audio'];
const MANY = ['page', 'selection'];
const MOST_LINKS = 1000;
/** Of the links in one message: three bytes each at most, so that it stays below Satchel's mebibyte. */
const MOST_CHARACTERS = 300_000;

/** *Download with Satchel* and *Add to package*, for a link, a picture, and all links of a page or a selection. */
export function addMenus() {
  chrome.runtime.onInstalled.addListener(makeMenus);
  chrome.contextMenus.onClicked.addListener((info, tab) => void clicked(info, tab));
}

function makeMenus() {
  const words = (key) => chrome.i18n.getMessage(key);
  chrome.contextMenus.removeAll(() => {
    chrome.contextMenus.create({ id: 'download', title: words('download'), contexts: ONE });
    chrome.contextMenus.create({ id: 'package', title: words('addToPackage'), contexts: ONE });
    chrome.contextMenus.create({ id: 'package-all', title: words('addAllToPackage'), contexts: MANY });
  });
}

/** Exported for tests: a menu of the browser cannot be clicked by them. */
export async function clicked(info, tab) {
  const urls = info.menuItemId === 'package-all' ? await linksIn(info, tab) : [info.linkUrl ?? info.srcUrl];
  const wanted = [...new Set(urls.filter(isWebAddress))].slice(0, MOST_LINKS);
  if (wanted.length === 0) return;
  const referrer = info.frameUrl ?? info.pageUrl ?? '';
  const links = await Promise.all(wanted.map((url) => linkOf(url, { referrer })));
  const what = info.menuItemId === 'download' ? 'download' : 'package';
  const left = [];
  for (const some of inMessages(links)) {
    const answer = await ask(what, some);
    if (!answer.ok) left.push(...some.map(({ url }) => url));
  }
  if (left.length > 0) await withoutSatchel(what, left, tab);
}

/** With long cookies, the links of one page are more than one message takes. */
function inMessages(links) {
  const messages = [];
  let room = 0;
  for (const link of links) {
    const { length } = JSON.stringify(link);
    if (length > room) {
      messages.push([]);
      room = MOST_CHARACTERS;
    }
    messages.at(-1).push(link);
    room -= length;
  }
  return messages;
}

/** A `satchel:` link starts Satchel where it is installed; a download begins in the browser all the same. */
async function withoutSatchel(what, urls, tab) {
  if (what === 'download') {
    await Promise.all(urls.map((url) => chrome.downloads.download({ url })));
    return;
  }
  const query = new URLSearchParams([...urls.map((url) => ['url', url]), ['pack', '1']]);
  if (tab?.id !== undefined) await chrome.tabs.update(tab.id, { url: `satchel://add?${query}` });
}

async function linksIn(info, tab) {
  const inSelection = Boolean(info.selectionText);
  const target = { tabId: tab.id, ...(info.frameId ? { frameIds: [info.frameId] } : {}) };
  const [{ result }] = await chrome.scripting.executeScript({
    target,
    func: linksOfPage,
    args: [inSelection],
  });
  return result ?? [];
}

/** Runs in the page. */
function linksOfPage(inSelection) {
  const selection = getSelection();
  const all = [...document.querySelectorAll('a[href]')];
  return all.filter((link) => !inSelection || selection?.containsNode(link, true)).map(({ href }) => href);
}
