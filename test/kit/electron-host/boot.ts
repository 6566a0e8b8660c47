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
 * While it is held its opener stands still with it, for good if it is closed then: first it goes on, to nowhere. That
 * it leads nowhere is waited for, or it could be faster; the rest is not: it may move to another process, and then there
 * is no answer.
 */
async function closePopup(page: CdpSession, targetId: string): Promise<void> {
  const { root } = browser();
  await page.send('Fetch.enable');
  await Promise.all([
    page.send('Runtime.runIfWaitingForDebugger'),
    root.send('Target.closeTarget', { targetId }),
  ]);
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
