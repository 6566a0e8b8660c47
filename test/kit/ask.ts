import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  readonly ca?: string;
}

/**
 * `failure` is the error's code (ECONNRESET) or null; `status` is 0 when no head came. The body is what did
 * arrive.
 */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly failure: string | null;
}

const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;

/** The plainest client there is: no redirect, no decoding, no check, and never a rejection. */
export function ask(url: string, { method = 'GET', headers = {}, agent, ca }: Asked = {}): Promise<Reply> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? tlsRequest : request;
    let answered = false;
    const outgoing = send(
      url,
      { method, headers, ...(agent && { agent }), ...(ca && { ca }) },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        const end = (failure: string | null): void =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
            failure,
          });
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => end(null));
        response.on('error', (error) => end(codeOf(error)));
      },
    );
    outgoing.on('error', (error) => {
      // A reset in the middle of a body is told to the request first, and to the response with what came
      // before it.
      if (!answered) resolve({ status: 0, headers: {}, body: Buffer.alloc(0), failure: codeOf(error) });
    });
    outgoing.end();
  });
}
