import type { WebContents } from 'electron';
import { app } from './app.ts';
import { browser, startBrowser } from './browser.ts';
import type { CdpSession } from './cdp.ts';
import { newEvent } from './event.ts';
import { sealSchemes } from './protocol.ts';
import { ownAddress } from './scheme-urls.ts';
import { defaultSession } from './session.ts';
import { contentsOfFrame } from './web-contents.ts';

/** Starts the browser, tells the app that it is ready, and keeps the two together from then on. */
export async function boot(): Promise<void> {
  const started = await startBrowser();
  process.once('exit', () => started.kill());
  started.onExit(() => app.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // An app that listens itself decides.
      if (process.listenerCount(signal) === 1) app.quit();
    });
  }
  await Promise.all([holdPopups(), refuseDownloads()]);
  sealSchemes();
  app.emit('will-finish-launching');
  app.emit('ready', newEvent(), {});
}

/** A page that a page opens is held before it has run anything, and closed. */
async function holdPopups(): Promise<void> {
  const { root } = browser();
  root.on('Target.attachedToTarget', ({ sessionId, targetInfo, waitingForDebugger }) => {
    const { targetId, openerId } = targetInfo;
    const page = browser().session(sessionId);
    if (openerId !== undefined) closePopup(page, targetId).catch(() => {});
    else if (waitingForDebugger) page.send('Runtime.runIfWaitingForDebugger').catch(() => {});
  });
  await root.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
    filter: [{ type: 'page' }],
  });
}

/**
 * While it is held its opener stands still with it, for good if it is closed then: first it goes on, to nowhere. What it
 * asks for is failed and not only held, for what is held goes on when its page is closed. Whether it asks for anything
 * is not known before; whether it goes on is not always answered: it may move to another process.
 */
async function closePopup(page: CdpSession, targetId: string): Promise<void> {
  const failed = new Promise<void>((resolve) => {
    page.on('Fetch.requestPaused', ({ requestId }) => {
      page
        .send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
        .then(() => resolve(), resolve);
    });
  });
  await page.send('Fetch.enable');
  // By the second answer its opener has gone on, and has asked for what the popup is to show.
  const goneOn = page
    .send('Runtime.runIfWaitingForDebugger')
    .then(() => page.send('Runtime.evaluate', { expression: '0' }));
  await Promise.race([failed, goneOn]);
  await browser().root.send('Target.closeTarget', { targetId });
}

/** Pages save nothing; the app is asked, as it would be. */
async function refuseDownloads(): Promise<void> {
  const { root } = browser();
  root.on('Browser.downloadWillBegin', ({ frameId, url, suggestedFilename }) => {
    const contents = contentsOfFrame(frameId);
    if (contents === null) return;
    defaultSession.willDownload(ownAddress(url), suggestedFilename, contents as unknown as WebContents);
  });
  await root.send('Browser.setDownloadBehavior', { behavior: 'deny', eventsEnabled: true });
}
