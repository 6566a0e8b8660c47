import { type Answer, type Ask, type Ending, instead, type Resource, soundAnswer } from './answer.ts';
import { joined, repeated } from './content.ts';
import type { ArmedFault, Fault, FaultName, FaultOf, Hit, Seen } from './faults.ts';

/**
 * True when the fault shows in the head of the answer; 'later' when the body settles the hit; false: does not
 * apply.
 */
type Outcome = boolean | 'later';

type AskName =
  | 'ignore-range'
  | 'ignore-if-range'
  | 'unheeded-if-range'
  | 'changed-etag'
  | 'changed-last-modified'
  | 'no-validators'
  | 'weak-etag';
type InsteadName =
  | 'head-refused'
  | 'status'
  | 'html'
  | 'redirect'
  | 'redirect-loop'
  | 'expire-after'
  | 'one-at-a-time'
  | 'no-answer';
/** What is left changes the answer; a new fault that nobody gives effect to does not compile. */
type ChangeName = Exclude<FaultName, AskName | InsteadName | 'reset-on-connect'>;

interface Moment {
  readonly seen: Seen;
  readonly path: string;
  /** Requests for the path that are being answered, without this one. */
  readonly inFlight: number;
}

const ASKS: { [Name in AskName]: (ask: Ask, fault: FaultOf<Name>) => Outcome } = {
  'ignore-range': (ask) => {
    const asked = ask.range !== null;
    ask.range = null;
    return asked;
  },
  'ignore-if-range': (ask) => {
    const asked = ask.range !== null && ask.ifRange !== null;
    if (asked) ask.range = null;
    return asked;
  },
  'unheeded-if-range': (ask) => {
    const asked = ask.range !== null && ask.ifRange !== null;
    ask.ifRange = null;
    return asked;
  },
  'changed-etag': (ask, { etag = '"another"' }) => {
    ask.etag = etag;
    return true;
  },
  'changed-last-modified': (ask, { to = 'Sun, 01 Jun 2025 00:00:00 GMT' }) => {
    ask.lastModified = to;
    return true;
  },
  'no-validators': (ask) => {
    ask.etag = null;
    ask.lastModified = null;
    return true;
  },
  'weak-etag': (ask) => {
    if (ask.etag === null) return false;
    ask.etag = `W/${ask.etag}`;
    return true;
  },
};

const LOGIN_PAGE = '<!doctype html><title>Sign in</title><form method="post"><input name="user"></form>\n';

/** The page alone, or repeated to the length of the range and labelled with it. */
function loginPage(answer: Answer, { status = 200, body = LOGIN_PAGE }: FaultOf<'html'>): Answer | null {
  const headers = { ...Object.fromEntries(answer.headers), 'content-type': 'text/html; charset=utf-8' };
  if (status === 200) return instead(200, body, headers);
  if (!answer.contentRange?.span) return null;
  const page = repeated(Buffer.from(body), answer.end - answer.start);
  return { ...instead(206, page, headers), contentRange: answer.contentRange };
}

const INSTEADS: {
  [Name in InsteadName]: (answer: Answer, fault: FaultOf<Name>, moment: Moment) => Answer | null;
} = {
  'head-refused': (_, __, { seen }) => (seen.method === 'HEAD' ? instead(405, '', { allow: 'GET' }) : null),
  status: (_, { status, headers = {}, body = `${status}\n` }) =>
    instead(status, status === 204 || status === 205 || status === 304 ? '' : body, headers),
  html: loginPage,
  redirect: (_, { to, status = 302 }) => instead(status, '', { location: to }),
  'redirect-loop': (_, __, { seen, path }) => instead(302, '', { location: `${path}?hop=${seen.n}` }),
  'expire-after': (_, { requests, status = 410 }, { seen }) =>
    seen.n > requests ? instead(status, `${status}\n`) : null,
  'one-at-a-time': (_, { limit = 1, status = 503, retryAfter }, { inFlight }) =>
    inFlight < limit ? null : instead(status, `${status}\n`, retryAfter ? { 'retry-after': retryAfter } : {}),
  'no-answer': (answer) => ({ ...answer, silent: true, isFile: false }),
};

/**
 * Of several endings the earliest comes about; the other's hit is settled as missed when the answer is over.
 */
function endAt(
  answer: Answer,
  after: number,
  how: Ending['how'],
  hit: Hit,
  last = answer.end - answer.start - 1,
): Outcome {
  if (answer.encoding === null && (after < 0 || after > last)) return false;
  if (!answer.ending || after < answer.ending.after) answer.ending = { after, how, hit };
  return 'later';
}

/**
 * Moves the span of the body and of `Content-Range` alike; false when nothing would be left or the file ends
 * first.
 */
function moveSpan(answer: Answer, start: number, end: number): Outcome {
  const range = answer.contentRange;
  if (!range?.span || start < 0 || start >= end || end > answer.source.size) return false;
  if (start === answer.start && end === answer.end) return false;
  answer.start = start;
  answer.end = end;
  answer.contentRange = { ...range, span: { start, end } };
  return true;
}

function relabel(answer: Answer, change: { unit?: string; total?: number }): Outcome {
  if (!answer.contentRange) return false;
  answer.contentRange = { ...answer.contentRange, ...change };
  return true;
}

function lengthen(answer: Answer, { extra = 1000, withLength = true }: FaultOf<'long-body'>): Outcome {
  if (answer.status !== 206) return false;
  answer.source = joined(answer.source, repeated(Buffer.from('surplus '), extra));
  answer.end += extra;
  if (!withLength) answer.framing = 'chunked';
  return true;
}

function encode(answer: Answer, fault: FaultOf<'content-encoding'>): Outcome {
  if (!answer.isFile || answer.status === 416) return false;
  answer.headers.set('content-encoding', fault.label ?? fault.encoding);
  if (fault.asIs) return true;
  answer.encoding = fault.encoding;
  answer.framing = 'chunked';
  if (!fault.partial)
    Object.assign(answer, { status: 200, contentRange: null, start: 0, end: answer.source.size });
  return true;
}

const CHANGES: { [Name in ChangeName]: (answer: Answer, fault: FaultOf<Name>, hit: Hit) => Outcome } = {
  'wrong-content-range-start': (answer, { by = 1 }) => moveSpan(answer, answer.start + by, answer.end),
  'wrong-content-range-total': (answer, { by = 1 }) =>
    relabel(answer, { total: (answer.contentRange?.total ?? 0) + by }),
  'content-range-beyond': (answer, { extra = 1000 }) =>
    moveSpan(answer, answer.start, Math.min(answer.end + extra, answer.source.size)),
  'shorter-range': (answer, { length }) =>
    moveSpan(answer, answer.start, Math.min(answer.start + length, answer.end)),
  'missing-content-range': (answer) => {
    if (answer.status !== 206) return false;
    answer.contentRange = null;
    return true;
  },
  'bad-unit': (answer) => answer.status === 206 && relabel(answer, { unit: 'items' }),
  'no-416-total': (answer) => {
    if (answer.status !== 416) return false;
    answer.contentRange = null;
    return true;
  },
  'long-body': lengthen,
  truncate: (answer, { after }, hit) => endAt(answer, after, 'reset', hit),
  'truncate-clean': (answer, { after }, hit) => endAt(answer, after, 'fin', hit),
  stall: (answer, { after }, hit) => endAt(answer, after, 'stall', hit),
  'die-at': (answer, { offset }, hit) =>
    answer.isFile && answer.encoding === null && endAt(answer, offset - answer.start, 'reset', hit),
  chunked: (answer) => {
    answer.framing = 'chunked';
    return true;
  },
  'chunked-cut': (answer, { after }, hit) => {
    const outcome = endAt(answer, after, 'fin', hit, answer.end - answer.start);
    if (outcome) answer.framing = 'chunked';
    return outcome;
  },
  'close-delimited': (answer) => {
    answer.framing = 'close';
    return true;
  },
  'content-encoding': encode,
  'corrupt-byte': (answer, { at }, hit) => {
    if (!answer.isFile || at < answer.start || at >= answer.end) return false;
    answer.flips.push({ at, hit });
    return 'later';
  },
  slow: (answer, { bytesPerSecond }) => {
    answer.bytesPerSecond = bytesPerSecond;
    return true;
  },
};

/** A table's entry for a fault of any name; the tables' own types have paired each name with its fault. */
const entry = <Effect>(table: object, fault: Fault): Effect | undefined =>
  (table as Partial<Record<FaultName, Effect>>)[fault.name];

/**
 * The answer with every fault that applies, and the hits: `now` are settled by the head, `later` by the body.
 */
export function faultyAnswer(resource: Resource, ask: Ask, armed: readonly ArmedFault[], moment: Moment) {
  const now: Hit[] = [];
  const later: Hit[] = [];
  const settle = (hit: Hit, outcome: Outcome): void => {
    if (outcome) (outcome === 'later' ? later : now).push(hit);
    else hit.missed();
  };
  function each<Effect>(table: object, apply: (effect: Effect, fault: Fault, hit: Hit) => Outcome): void {
    for (const one of armed) {
      const effect = entry<Effect>(table, one.fault);
      const hit = effect && one.take(moment.seen);
      if (effect && hit) settle(hit, apply(effect, one.fault, hit));
    }
  }
  each<(ask: Ask, fault: Fault) => Outcome>(ASKS, (effect, fault) => effect(ask, fault));
  let answer = soundAnswer(resource, ask);
  let replaced = false;
  each<(answer: Answer, fault: Fault, moment: Moment) => Answer | null>(INSTEADS, (effect, fault) => {
    const other = replaced ? null : effect(answer, fault, moment);
    if (!other) return false;
    replaced = true;
    answer = other;
    // Falsified ranges and validators of a file that is not sent have not been seen by anyone.
    for (const hit of now.splice(0)) hit.missed();
    return true;
  });
  each<(answer: Answer, fault: Fault, hit: Hit) => Outcome>(CHANGES, (effect, fault, hit) =>
    answer.silent ? false : effect(answer, fault, hit),
  );
  return { answer, now, later };
}

export const notFound = (path: string): Answer => instead(404, `nothing at ${path}\n`);
