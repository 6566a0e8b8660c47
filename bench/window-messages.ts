import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';

/** What the page was told, a second. */
export interface Told {
  readonly messages: number;
  /** Changed tasks in them. */
  readonly rows: number;
  readonly kib: number;
}

interface Counted {
  messages: number;
  rows: number;
  bytes: number;
}

/** Counts for so long: of a browser the frames of its WebSocket, of the desktop what comes over IPC. */
export async function messagesPerSecond(page: Page, session: CDPSession, ms: number): Promise<Told> {
  const overIpc = await page.evaluate(() => 'satchel' in globalThis);
  const counted = overIpc ? await countIpc(page, ms) : await countFrames(session, ms);
  const seconds = ms / 1000;
  const { messages, rows, bytes } = counted;
  return { messages: messages / seconds, rows: rows / seconds, kib: bytes / 1024 / seconds };
}

async function countFrames(session: CDPSession, ms: number): Promise<Counted> {
  const counted: Counted = { messages: 0, rows: 0, bytes: 0 };
  await session.send('Network.enable');
  session.on('Network.webSocketFrameReceived', ({ response: { payloadData } }) => {
    counted.messages += 1;
    counted.bytes += payloadData.length;
    counted.rows += payloadData.split('"taskId"').length - 1;
  });
  await sleep(ms);
  await session.send('Network.disable');
  return counted;
}

/** By a listener of our own; its cost is in what is measured. */
function countIpc(page: Page, ms: number): Promise<Counted> {
  return page.evaluate(async (until) => {
    const { satchel } = globalThis as unknown as {
      satchel: { listen(channel: string, listener: (message: { tasks?: unknown[] }) => void): () => void };
    };
    const counted = { messages: 0, rows: 0, bytes: 0 };
    const stop = satchel.listen('message', (message) => {
      counted.messages += 1;
      counted.rows += message.tasks?.length ?? 1;
      counted.bytes += JSON.stringify(message).length;
    });
    await new Promise((resolve) => setTimeout(resolve, until));
    stop();
    return counted;
  }, ms);
}
