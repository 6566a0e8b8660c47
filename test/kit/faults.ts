import type { IncomingHttpHeaders } from 'node:http';

/** What a fault may look at to decide whether this request is one for it. */
export interface Seen {
  /** Which request for this path it is, from 1; for 'reset-on-connect', which connection to the server. */
  readonly n: number;
  /** First byte asked for; null without a range. */
  readonly start: number | null;
  /** Another request for this path is being answered at this moment. */
  readonly isExtra: boolean;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

interface Common {
  /** How often it still happens; for ever when not given. */
  readonly times?: number;
  readonly when?: (request: Seen) => boolean;
}

export type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd';

/**
 * Every way in which the server can misbehave. `after` counts body bytes of one answer, `at` and `offset`
 * file bytes.
 */
type Named =
  /** 200 and the whole file, whatever range is asked. */
  | { readonly name: 'ignore-range' }
  /** 200 to any `If-Range`, even one that matches. */
  | { readonly name: 'ignore-if-range' }
  /** 206 to any `If-Range`, even one that does not match. */
  | { readonly name: 'unheeded-if-range' }
  /** Another strong ETag than the resource's. */
  | { readonly name: 'changed-etag'; readonly etag?: string }
  | { readonly name: 'changed-last-modified'; readonly to?: string }
  | { readonly name: 'no-validators' }
  | { readonly name: 'weak-etag' }
  /** 405 to HEAD. */
  | { readonly name: 'head-refused' }
  /** `Content-Range` and body begin `by` (default 1) bytes away from what was asked; may be negative. */
  | { readonly name: 'wrong-content-range-start'; readonly by?: number }
  /** `Content-Range` names a total `by` (default 1) away from the true one. */
  | { readonly name: 'wrong-content-range-total'; readonly by?: number }
  /**
   * `Content-Range` and body reach up to `extra` (default 1000) bytes beyond a range that ends inside the
   * file.
   */
  | { readonly name: 'content-range-beyond'; readonly extra?: number }
  /** 206 with a valid range of at most `length` bytes. */
  | { readonly name: 'shorter-range'; readonly length: number }
  | { readonly name: 'missing-content-range' }
  /** `Content-Range` in items instead of bytes. */
  | { readonly name: 'bad-unit' }
  /** 416 without `Content-Range`. */
  | { readonly name: 'no-416-total' }
  /**
   * 206 whose `Content-Range` is as asked, followed by `extra` (default 1000) bytes more. Without
   * `withLength` chunked.
   */
  | { readonly name: 'long-body'; readonly extra?: number; readonly withLength?: boolean }
  | {
      readonly name: 'status';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /**
   * A login page as text/html, with status 200, or 206 and the `Content-Range` and length that were asked
   * for.
   */
  | { readonly name: 'html'; readonly status?: 200 | 206; readonly body?: string }
  | { readonly name: 'redirect'; readonly to: string; readonly status?: number }
  /** Redirects for ever, each time to the same path with another query. */
  | { readonly name: 'redirect-loop' }
  /** `status` (default 410) to every request for the path after the first `requests`. */
  | { readonly name: 'expire-after'; readonly requests: number; readonly status?: number }
  /** `status` (default 503) while `limit` (default 1) requests for the path are being answered. */
  | {
      readonly name: 'one-at-a-time';
      readonly limit?: number;
      readonly status?: number;
      readonly retryAfter?: string;
    }
  /** Reads the request and never answers. */
  | { readonly name: 'no-answer' }
  /**
   * Connections to the server are reset as soon as they are accepted, before a path is known: it is
   * server-wide.
   */
  | { readonly name: 'reset-on-connect' }
  /** The connection is reset. What the client's kernel has not taken yet is lost with it. */
  | { readonly name: 'truncate'; readonly after: number }
  /** The connection ends in order although Content-Length promised more. */
  | { readonly name: 'truncate-clean'; readonly after: number }
  /** Nothing more is sent, the connection stays. */
  | { readonly name: 'stall'; readonly after: number }
  /** The connection is reset whenever this offset of the file would be sent. */
  | { readonly name: 'die-at'; readonly offset: number }
  /** No Content-Length. */
  | { readonly name: 'chunked' }
  /** Chunked, and closed in order without the final chunk. */
  | { readonly name: 'chunked-cut'; readonly after: number }
  /** No length and no chunks, as in HTTP/1.0: the body ends with the connection. */
  | { readonly name: 'close-delimited' }
  /**
   * Encodes in spite of `identity`: the whole file, 200, chunked; with `partial`, 206 with the encoded range.
   * With `asIs` the bytes, range and length stay as they are and only the label is put on. `label` is what
   * the header says.
   */
  | {
      readonly name: 'content-encoding';
      readonly encoding: Encoding;
      readonly label?: string;
      readonly asIs?: boolean;
      readonly partial?: boolean;
    }
  /** The byte at this offset of the file is inverted on its way. */
  | { readonly name: 'corrupt-byte'; readonly at: number }
  | { readonly name: 'slow'; readonly bytesPerSecond: number };

export type Fault = Named & Common;
export type FaultName = Fault['name'];
/** The faults of which the head of the answer shows nothing, or that let no head come. */
export type BodyFaultName = Extract<
  FaultName,
  | 'no-answer'
  | 'reset-on-connect'
  | 'truncate'
  | 'truncate-clean'
  | 'stall'
  | 'die-at'
  | 'chunked-cut'
  | 'close-delimited'
  | 'corrupt-byte'
  | 'slow'
>;
export type FaultOf<Name extends FaultName> = Extract<Fault, { readonly name: Name }>;

/**
 * One use of a fault, taken when a request is seen and settled when it is known whether the fault came about:
 * a body that the client left before byte `after` was not truncated, and the use is given back.
 */
export interface Hit {
  happened(): void;
  missed(): void;
}

/** A fault on duty, with what is left of its `times`. */
export class ArmedFault {
  readonly fault: Fault;
  readonly #count: (name: FaultName) => void;
  #left: number;

  constructor(fault: Fault, count: (name: FaultName) => void) {
    this.fault = fault;
    this.#count = count;
    this.#left = fault.times ?? Number.POSITIVE_INFINITY;
  }

  take(request: Seen): Hit | null {
    if (this.#left < 1 || this.fault.when?.(request) === false) return null;
    this.#left--;
    let settled = false;
    const settle = (then: () => void) => () => {
      if (!settled) then();
      settled = true;
    };
    return {
      happened: settle(() => this.#count(this.fault.name)),
      missed: settle(() => {
        this.#left++;
      }),
    };
  }
}
