import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Content } from '../kit/content.ts';
import { ServerDesk } from '../kit/server.ts';

const BROWSER = '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--no-proxy-server'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** An empty page of an origin of its own; gives that origin. */
async function otherOrigin(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>A front end for aria2</title>');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Call {
  readonly url: string;
  readonly type: string;
  readonly body: string;
}

/** What the page is told, or that its browser keeps it from asking. */
function fetched(page: Page, call: Call): Promise<unknown> {
  return page.evaluate(async ({ url, type, body }) => {
    try {
      const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': type }, body });
      return await answer.json();
    } catch (error) {
      return String(error);
    }
  }, call);
}

/** What a WebSocket of the page is told until it has heard of a download's end, or that it could not be opened. */
function heard(page: Page, url: string, body: string): Promise<unknown> {
  return page.evaluate(
    ({ url, body }) =>
      new Promise((resolve) => {
        const told: unknown[] = [];
        const socket = new WebSocket(url);
        socket.onopen = () => socket.send(body);
        socket.onclose = () => resolve('closed');
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(data);
          told.push(message.method ?? message);
          if (/Complete|Error/.test(message.method) || message.error) resolve(told);
        };
      }),
    { url, body },
  );
}

async function openPage(browser: Browser, origin: string): Promise<Page> {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(origin);
  return page;
}

describe.skipIf(!existsSync(BROWSER))('a page in a browser, from another origin', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS });
  });
  afterAll(() => browser.close());

  test('calls with fetch and over a WebSocket where its origin is allowed', async () => {
    const origin = await otherOrigin();
    const desk = await ServerDesk.open({ allowOrigin: [origin] });
    desk.source.serve('/a.bin', { content: new Content(1, 100_000) });
    const page = await openPage(browser, origin);
    const secret = `token:${desk.token}`;
    const body = JSON.stringify({ id: 'p', method: 'aria2.getVersion', params: [secret] });
    // The first two ask for leave beforehand; text/plain, as many front ends send it, does not.
    for (const type of ['application/json', 'application/json-rpc', 'text/plain']) {
      expect(await fetched(page, { url: desk.url('/jsonrpc'), type, body }), type).toMatchObject({
        id: 'p',
        result: { version: '1.37.0' },
      });
    }
    const wrong = JSON.stringify({ id: 'w', method: 'aria2.getVersion', params: [] });
    expect(await fetched(page, { url: desk.url('/jsonrpc'), type: 'text/plain', body: wrong })).toMatchObject(
      {
        id: 'w',
        error: { code: 1, message: 'Unauthorized' },
      },
    );
    const add = JSON.stringify({
      id: 1,
      method: 'aria2.addUri',
      params: [secret, [desk.source.url('/a.bin')]],
    });
    const told = await heard(page, desk.url('/jsonrpc').replace(/^http/, 'ws'), add);
    expect(told).toMatchObject([
      { id: 1, result: expect.stringMatching(/^[0-9a-f]{16}$/) },
      'aria2.onDownloadStart',
      'aria2.onDownloadComplete',
    ]);
  });

  test('is refused where its origin is not allowed, whatever it knows', async () => {
    const origin = await otherOrigin();
    const desk = await ServerDesk.open({ allowOrigin: ['http://elsewhere.example'] });
    desk.source.serve('/a.bin', { content: new Content(1, 100_000) });
    const page = await openPage(browser, origin);
    const params = [`token:${desk.token}`, [desk.source.url('/a.bin')]];
    const add = JSON.stringify({ id: 1, method: 'aria2.addUri', params });
    for (const type of ['application/json', 'text/plain']) {
      const answer = await fetched(page, { url: desk.url('/jsonrpc'), type, body: add });
      expect(answer, type).toMatch(/Failed to fetch/);
    }
    expect(await heard(page, desk.url('/jsonrpc').replace(/^http/, 'ws'), add)).toBe('closed');
    // Nor has anything come of it behind the page's back.
    expect(await desk.json('/api/v1/tasks')).toMatchObject({ tasks: [] });
    expect(desk.log.filter((line) => line.includes('"code":"forbidden"')).length).toBeGreaterThanOrEqual(3);
  });
});
