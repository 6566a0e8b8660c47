import type { CDPSession, Locator, Page } from 'playwright-core';
import type { Window } from './window.ts';

/** What somebody drags into the window from another program. */
export interface DraggedIn {
  /** As browsers give links. */
  readonly links?: readonly string[];
  readonly text?: string;
  readonly html?: string;
  /** Real files and folders, absolute. */
  readonly files?: readonly string[];
}

/** Drags it over the window, and lets it go on the target with this title; real events over CDP, as a user makes them. */
export async function dropOn(window: Window, title: string, dragged: DraggedIn): Promise<void> {
  const { page, desk } = window;
  if (dragged.files !== undefined) await desk?.offerFiles(dragged.files);
  const session = await page.context().newCDPSession(page);
  const send = sender(session, dragged);
  await send('dragEnter', await centreOf(page.getByRole('main')));
  const target = page.locator('[data-drop-target]').filter({ hasText: title });
  await target.waitFor();
  const at = await centreOf(target);
  await send('dragOver', at);
  await send('drop', at);
  await session.detach();
}

/** Drags it over the window and out again; `meanwhile` looks at it. */
export async function dragThrough(
  window: Window,
  dragged: DraggedIn,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const { page } = window;
  const session = await page.context().newCDPSession(page);
  const send = sender(session, dragged);
  await send('dragEnter', await centreOf(page.getByRole('main')));
  await meanwhile();
  await send('dragCancel', { x: 0, y: 0 });
  await page.locator('[data-drop-target]').first().waitFor({ state: 'hidden' });
  await session.detach();
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export async function centreOf(locator: Locator): Promise<Point> {
  const box = await locator.boundingBox();
  if (box === null) throw new Error(`${locator} is not shown`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

type DragEventType = 'dragEnter' | 'dragOver' | 'drop' | 'dragCancel';

function sender(session: CDPSession, { links = [], text, html, files = [] }: DraggedIn) {
  const items = [
    ...(links.length === 0 ? [] : [{ mimeType: 'text/uri-list', data: links.join('\r\n') }]),
    ...(text === undefined ? [] : [{ mimeType: 'text/plain', data: text }]),
    ...(html === undefined ? [] : [{ mimeType: 'text/html', data: html }]),
  ];
  const data = { items, files: [...files], dragOperationsMask: 1 };
  return (type: DragEventType, at: Point) =>
    session.send('Input.dispatchDragEvent', { type, x: at.x, y: at.y, data });
}

/** Presses on it and moves away, over CDP: what it is dragged for gets no further. Gives what is dragged, by type. */
export async function interceptDrag(page: Page, from: Locator): Promise<ReadonlyMap<string, string>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Input.setInterceptDrags', { enabled: true });
  const intercepted = new Promise<ReadonlyMap<string, string>>((resolve) => {
    session.once('Input.dragIntercepted', ({ data }) =>
      resolve(new Map(data.items.map((item) => [item.mimeType, item.data]))),
    );
  });
  const end = await pressAndMove(session, await centreOf(from));
  const data = await intercepted;
  await end();
  await session.send('Input.setInterceptDrags', { enabled: false });
  await session.detach();
  return data;
}

/** Presses on it, moves away and lets go. */
export async function dragFrom(page: Page, from: Locator): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const end = await pressAndMove(session, await centreOf(from));
  await end();
  await session.detach();
}

async function pressAndMove(session: CDPSession, { x, y }: Point): Promise<() => Promise<void>> {
  const send = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', by: number, buttons: 0 | 1) =>
    session.send('Input.dispatchMouseEvent', {
      ...{ type, x: x + by, y, button: 'left', buttons, clickCount: 1 },
    });
  await send('mouseMoved', 0, 0);
  await send('mousePressed', 0, 1);
  await send('mouseMoved', 4, 1);
  await send('mouseMoved', 12, 1);
  return async () => {
    await send('mouseReleased', 12, 0);
    await send('mouseMoved', 0, 0);
  };
}
