import { assertNever, type ErrorCode } from '../../../main/contract/errors.ts';
import type { TaskPhase } from '../../../main/contract/task.ts';
import type { TaskView } from '../../store/tasks.ts';

/** What is said of a task's state, before it is put into the words of a language. */
export interface Sentence {
  readonly picture: 'running' | 'waiting' | 'paused' | 'done' | 'failed' | 'lost' | 'asking' | 'working';
  readonly tone: 'acc' | 'dim' | 'ok' | 'warn' | 'bad';
  readonly title: Title;
  readonly more: More | null;
}

export type Title =
  | { readonly say: 'speed'; readonly bytesPerSecond: number }
  | { readonly say: 'error'; readonly code: ErrorCode }
  | { readonly say: 'words'; readonly word: TitleWord };

type TitleWord =
  | 'waiting'
  | 'paused'
  | 'asking'
  | 'done'
  | 'held'
  | 'trouble'
  | 'lost'
  | 'silent'
  | 'probing'
  | 'connecting'
  | 'packing'
  | 'verifying';

/** The second line. Times are ms since 1970. */
export type More =
  | { readonly say: 'words'; readonly word: 'byYou' | 'notBegun' | 'whenRoom' | 'askingMore' }
  | { readonly say: 'ahead'; readonly count: number }
  | { readonly say: 'left'; readonly seconds: number }
  | { readonly say: 'goingOn' | 'again'; readonly at: number }
  | { readonly say: 'since'; readonly at: number }
  | { readonly say: 'kept'; readonly bytes: number };

/** Longer than this is no promise but a sign that hardly anything comes. */
const LONGEST_LEFT_SECONDS = 30 * 86_400;

/** `ahead` is how many are to run before it, where it waits. */
export function sentenceOf(task: TaskView, ahead: number | null): Sentence {
  switch (task.state) {
    case 'waiting':
      return {
        ...{ picture: 'waiting', tone: 'dim', title: words('waiting') },
        more: ahead === null ? null : { say: 'ahead', count: ahead },
      };
    case 'running':
      return runningOf(task);
    case 'paused':
      return pausedOf(task);
    case 'done': {
      const at = task.finishedAt === null ? null : Date.parse(task.finishedAt);
      const more = at === null ? null : ({ say: 'since', at } as const);
      return { picture: 'done', tone: 'ok', title: words('done'), more };
    }
    case 'failed':
      return {
        ...{ picture: 'failed', tone: 'bad' },
        title: { say: 'error', code: task.error?.code ?? 'internal' },
        more: { say: 'kept', bytes: task.received },
      };
    default:
      return assertNever(task.state);
  }
}

function pausedOf(task: TaskView): Sentence {
  if (task.asking) {
    const more = { say: 'words', word: 'askingMore' } as const;
    return { picture: 'asking', tone: 'warn', title: words('asking'), more };
  }
  if (task.error !== null) {
    const title = { say: 'error', code: task.error.code } as const;
    return { picture: 'failed', tone: 'warn', title, more: { say: 'words', word: 'whenRoom' } };
  }
  const word = task.startedAt === null && task.received === 0 ? 'notBegun' : 'byYou';
  return { picture: 'paused', tone: 'dim', title: words('paused'), more: { say: 'words', word } };
}

function runningOf(task: TaskView): Sentence {
  const { error, speed, phase, etaSeconds } = task;
  const retryAt = task.retryAt ?? error?.retryAt ?? null;
  if (retryAt !== null && task.connections === 0) return heldUp(error, Date.parse(retryAt));
  if (speed > 0 && phase !== 'verifying') {
    const isStable = etaSeconds !== null && etaSeconds <= LONGEST_LEFT_SECONDS;
    return {
      ...{ picture: 'running', tone: 'acc', title: { say: 'speed', bytesPerSecond: speed } },
      more: isStable ? { say: 'left', seconds: etaSeconds } : null,
    };
  }
  if (error !== null) return heldUp(error, null);
  return { picture: 'working', tone: 'dim', title: words(wordOfPhase(phase)), more: null };
}

/** It waits to try again, or because its server is left alone for a while; `at` is null where nobody has said until when. */
function heldUp(error: TaskView['error'], at: number | null): Sentence {
  if (error === null || asksToWait(error)) {
    const more = at === null ? null : ({ say: 'goingOn', at } as const);
    return { picture: 'waiting', tone: 'warn', title: words('held'), more };
  }
  const more = at === null ? null : ({ say: 'again', at } as const);
  return { picture: 'lost', tone: 'warn', title: troubleOf(error.code), more };
}

/** 429 and 503 are how a server says that it has too much to do (RFC 6585 §4, RFC 9110 §15.6.4). */
function asksToWait({ code, detail }: NonNullable<TaskView['error']>): boolean {
  return code === 'rate-limited' || (code === 'http-status' && /\b(429|503)\b/.test(detail ?? ''));
}

function troubleOf(code: ErrorCode): Title {
  if (code === 'network') return words('lost');
  if (code === 'timeout') return words('silent');
  if (code === 'http-status') return words('trouble');
  return { say: 'error', code };
}

function wordOfPhase(phase: TaskPhase | null): TitleWord {
  return phase === null || phase === 'fetching' ? 'connecting' : phase;
}

function words(word: TitleWord): Title {
  return { say: 'words', word };
}
