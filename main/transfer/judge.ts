import { SatchelError } from '../contract/errors.ts';
import {
  contentEncodingsOf,
  contentLengthOf,
  type Headers,
  header,
  isHtml,
  isStrongEtag,
  mediaTypeOf,
  parseContentRange,
  parseRetryAfter,
  type Validators,
  validatorsOf,
} from '../source/headers.ts';
import type { SourceFacts } from './facts.ts';
import { statusError } from './retry.ts';

/** What was asked for: bytes [from, end), `end` null to the end of the file, or the whole file without a Range. */
export interface RangeAsk {
  readonly from: number;
  readonly end: number | null;
  readonly ranged: boolean;
  readonly ifRange: boolean;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: Headers;
}

export interface JudgeContext {
  /** Milliseconds since 1970, for a Retry-After that names a date. */
  readonly now: number;
  /** Null before the first answer. */
  readonly known: SourceFacts | null;
  /** Some of the file's bytes are already here. */
  readonly begun: boolean;
  /** By its name the file is certainly no web page. */
  readonly neverHtml: boolean;
  /** By its name the file itself is in this encoding (`x.tar.gz`), so such an answer is kept as sent. */
  readonly ownEncoding: string | null;
}

export type Verdict =
  /** Bytes [from, end) of the file follow; `end` null: unknown. `encodings` are to be undone, last first. */
  | {
      readonly kind: 'body';
      readonly from: number;
      readonly end: number | null;
      readonly facts: SourceFacts;
      readonly encodings: readonly string[];
    }
  /** There is nothing behind what we have: the file is whole. */
  | { readonly kind: 'complete' }
  /** The first range was refused: the file may be empty. */
  | { readonly kind: 'ask-without-range' }
  /** A whole file where a part was asked for. */
  | { readonly kind: 'range-ignored'; readonly error: SatchelError }
  /** Not what was asked for; worth one more try, then `next`. */
  | { readonly kind: 'broken'; readonly next: 'from-zero' | 'changed'; readonly error: SatchelError }
  /** Another file. `oddNode`: or one node of many that makes its own ETags. */
  | { readonly kind: 'changed'; readonly oddNode: boolean; readonly error: SatchelError }
  | { readonly kind: 'refused'; readonly error: SatchelError };

/** What an answer must be before one byte of it is used. Pure. */
export function judge(ask: RangeAsk, head: AnswerHead, context: JudgeContext): Verdict {
  if (head.status === 416) return judgeUnsatisfied(ask, head, context);
  if (head.status !== 200 && head.status !== 203 && head.status !== 206) {
    return { kind: 'refused', error: statusError(head.status, retryAfterOf(head, context.now)) };
  }
  const page = webPageInstead(head, context);
  if (page) return page;
  return head.status === 206 ? judgePart(ask, head, context) : judgeWhole(ask, head, context);
}

function retryAfterOf(head: AnswerHead, now: number): number | null {
  return parseRetryAfter(header(head.headers, 'retry-after'), now);
}

function broken(next: 'from-zero' | 'changed', detail: string): Verdict {
  const code = next === 'changed' ? 'source-changed' : 'range-ignored';
  return { kind: 'broken', next, error: new SatchelError(code, detail) };
}

function changed(detail: string, oddNode = false): Verdict {
  return { kind: 'changed', oddNode, error: new SatchelError('source-changed', detail) };
}

function webPageInstead(head: AnswerHead, { known, neverHtml }: JudgeContext): Verdict | null {
  if (!isHtml(mediaTypeOf(head.headers))) return null;
  const expected = known ? isHtml(known.mediaType) : !neverHtml;
  if (expected) return null;
  return { kind: 'refused', error: new SatchelError('auth-required', 'a web page came instead of the file') };
}

function judgePart(ask: RangeAsk, head: AnswerHead, context: JudgeContext): Verdict {
  const range = parseContentRange(header(head.headers, 'content-range'));
  const asked = `${ask.from}-${ask.end === null ? '' : ask.end - 1}`;
  if (!ask.ranged || range?.kind !== 'range')
    return broken('from-zero', `asked for ${asked}, got no such range`);
  if (range.start !== ask.from || (ask.end !== null && range.end > ask.end)) {
    return broken('from-zero', `asked for ${asked}, got ${range.start}-${range.end - 1}`);
  }
  const validators = validatorsOf(head.headers);
  const difference = differenceTo(context.known, validators, range.total);
  if (difference) return difference;
  const encodings = encodingsToUndo(head.headers, context.ownEncoding);
  const facts = mergedFacts(context.known, head, validators, {
    total: encodings.length > 0 ? null : range.total,
    resumable: encodings.length === 0,
    encoded: encodings.length > 0,
  });
  if (encodings.length === 0) {
    return { kind: 'body', from: range.start, end: range.end, facts: markIfRange(facts, ask), encodings };
  }
  const whole = range.start === 0 && range.end === range.total && !context.begun;
  if (!whole) return broken('from-zero', 'a part of an encoded file');
  return { kind: 'body', from: 0, end: null, facts, encodings };
}

function markIfRange(facts: SourceFacts, ask: RangeAsk): SourceFacts {
  return ask.ifRange ? { ...facts, ifRange: 'works' } : facts;
}

function judgeWhole(ask: RangeAsk, head: AnswerHead, context: JudgeContext): Verdict {
  const encodings = encodingsToUndo(head.headers, context.ownEncoding);
  const length = encodings.length > 0 ? null : contentLengthOf(head.headers);
  const validators = validatorsOf(head.headers);
  const difference = differenceTo(context.known, validators, length);
  if (difference) return difference;
  if (ask.from > 0 || context.begun) {
    return { kind: 'range-ignored', error: new SatchelError('range-ignored', `${head.status} to a range`) };
  }
  const facts = mergedFacts(context.known, head, validators, {
    total: length,
    resumable: ask.ranged || encodings.length > 0 ? false : (context.known?.resumable ?? null),
    encoded: encodings.length > 0,
  });
  return { kind: 'body', from: 0, end: length, facts, encodings };
}

function judgeUnsatisfied(ask: RangeAsk, head: AnswerHead, { known, begun }: JudgeContext): Verdict {
  if (!ask.ranged) return { kind: 'refused', error: statusError(416) };
  const range = parseContentRange(header(head.headers, 'content-range'));
  const total = range?.kind === 'unsatisfied' ? range.total : null;
  if (!begun && ask.from === 0) return { kind: 'ask-without-range' };
  if (known && known.total !== null && total !== null && total !== known.total) {
    return changed(`its length was ${known.total}, now it is ${total}`);
  }
  // Nothing lies behind `from`, so a file that is here up to `from` is whole.
  // Without a total that is only known of a source which has shown that it can do ranges.
  const saidSo = total ?? known?.total ?? (known?.resumable === true ? ask.from : null);
  if (saidSo === ask.from) return { kind: 'complete' };
  return broken('from-zero', `416 to a range from ${ask.from}`);
}

/** Null when the answer may be of the file that `known` describes. */
function differenceTo(known: SourceFacts | null, now: Validators, total: number | null): Verdict | null {
  if (!known) return null;
  const sameLength = known.total === null || total === null || total === known.total;
  const lengths = `its length was ${known.total}, now it is ${total}`;
  if (isStrongEtag(known.etag) && isStrongEtag(now.etag)) {
    if (known.etag !== now.etag) {
      const sameDate =
        known.lastModifiedStrong && now.lastModifiedStrong && known.lastModified === now.lastModified;
      const oddNode = sameDate && total !== null && total === known.total;
      return changed(`its ETag was ${known.etag}, now it is ${now.etag}`, oddNode);
    }
    return sameLength ? null : broken('from-zero', lengths);
  }
  if (!sameLength) return changed(lengths);
  if (known.lastModified !== null && now.lastModified !== null) {
    if (known.lastModified === now.lastModified) return null;
    return changed(`it was modified ${known.lastModified}, now ${now.lastModified}`);
  }
  const hadValidator = isStrongEtag(known.etag) || known.lastModifiedStrong;
  if (hadValidator) return broken('changed', 'the answer carries nothing to tell the file by');
  const weakDiffers = known.etag !== null && now.etag !== null && known.etag !== now.etag;
  return weakDiffers ? changed(`its ETag was ${known.etag}, now it is ${now.etag}`) : null;
}

function mergedFacts(
  known: SourceFacts | null,
  head: AnswerHead,
  validators: Validators,
  seen: Pick<SourceFacts, 'total' | 'resumable' | 'encoded'>,
): SourceFacts {
  if (known) return { ...known, ...seen, total: known.total ?? seen.total };
  return { ...validators, ...seen, mediaType: mediaTypeOf(head.headers), ifRange: null };
}

function encodingsToUndo(headers: Headers, ownEncoding: string | null): readonly string[] {
  const encodings = contentEncodingsOf(headers);
  const mediaType = mediaTypeOf(headers);
  const asSent = (encoding: string) =>
    encoding === ownEncoding ||
    mediaType === `application/${encoding}` ||
    mediaType === `application/x-${encoding}`;
  return encodings.length === 1 && asSent(encodings[0] as string) ? [] : encodings;
}
