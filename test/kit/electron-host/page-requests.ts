import type { PageTarget } from './page-target.ts';
import { handlerOf } from './protocol.ts';
import { ownAddress, schemeOf, shownPolicy } from './scheme-urls.ts';

/** A request that Chromium holds until it is told what to do. */
interface HeldRequest {
  readonly requestId: string;
  readonly frameId: string;
  readonly resourceType: string;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly postData?: string;
  };
}

/** Whether the page, or a frame within it, may show this address now. */
export type MayNavigate = (address: string, isMainFrame: boolean) => boolean;

/** Answers what the page asks for of the app's own schemes, and asks before every navigation. */
export function answerRequests(page: PageTarget, mayNavigate: MayNavigate): void {
  page.session.on('Fetch.requestPaused', (held) => {
    const decided = decide(page, held as HeldRequest, mayNavigate);
    // A handler that throws is a failed request; a page that is gone needs no answer.
    decided.catch(() => refuse(page, held.requestId, 'Failed')).catch(() => {});
  });
}

async function decide(page: PageTarget, held: HeldRequest, mayNavigate: MayNavigate): Promise<unknown> {
  const { requestId, request, resourceType, frameId } = held;
  const address = ownAddress(request.url);
  if (resourceType === 'Document' && !mayNavigate(address, frameId === page.frameId)) {
    return refuse(page, requestId, 'Aborted');
  }
  if (address === request.url) return page.session.send('Fetch.continueRequest', { requestId });
  return respond(page, held, address);
}

async function respond(
  page: PageTarget,
  { requestId, request: { method, headers, postData } }: HeldRequest,
  address: string,
): Promise<unknown> {
  const handler = handlerOf(schemeOf(address));
  if (handler === null) return refuse(page, requestId, 'Failed');
  const response = await handler(new Request(address, { method, headers, body: postData ?? null }));
  const body = Buffer.from(await response.arrayBuffer());
  return page.session.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: response.status,
    responseHeaders: [...response.headers].map(([name, value]) => ({
      name,
      value: name === 'content-security-policy' ? shownPolicy(value) : value,
    })),
    body: body.toString('base64'),
  });
}

function refuse(page: PageTarget, requestId: string, errorReason: 'Aborted' | 'Failed'): Promise<unknown> {
  return page.session.send('Fetch.failRequest', { requestId, errorReason });
}
