import { assertNever, type ErrorReport, SatchelError } from '../contract/errors.ts';
import type { TaskPhase } from '../contract/task.ts';

/** Where a task stands. `run` counts its runs, so that what an earlier one still reports can be told apart. */
export type Standing = { readonly run: number } & (
  | { readonly state: 'waiting' }
  | {
      readonly state: 'running';
      readonly phase: TaskPhase;
      /** While it waits for a retry or a held host, ms since 1970, and why. */
      readonly retryAt: number | null;
      readonly error: ErrorReport | null;
    }
  /** With an error it was not the user who paused it, and it goes on by itself. */
  | { readonly state: 'paused'; readonly error: ErrorReport | null }
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly error: ErrorReport }
);

/** What a run tells of itself. */
export type RunEvent =
  | { readonly type: 'phase'; readonly phase: TaskPhase }
  | { readonly type: 'wait'; readonly retryAt: number | null; readonly error: ErrorReport | null }
  | { readonly type: 'deliver' }
  | { readonly type: 'complete' }
  | { readonly type: 'fail'; readonly error: ErrorReport }
  | { readonly type: 'no-room'; readonly error: ErrorReport };

export type TaskEvent =
  /** The user's. */
  | { readonly type: 'pause' | 'resume' | 'retry' | 'restart' | 'remove' }
  /** A slot is free. */
  | { readonly type: 'start' }
  /** The process died; seen at the next start. */
  | { readonly type: 'recover' }
  /** The disk has room again. */
  | { readonly type: 'room' }
  | (RunEvent & { readonly run: number });

export type Verdict =
  | { readonly kind: 'moved'; readonly to: Standing }
  | { readonly kind: 'gone' }
  /** It came from a run that is over: nothing changes, and nobody is told. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'refused'; readonly error: SatchelError };

/** A new task. */
export function added(paused: boolean): Standing {
  return paused ? { state: 'paused', run: 0, error: null } : { state: 'waiting', run: 0 };
}

/** The one place where a task's state changes: the next standing for an event, or why there is none. Pure. */
export function next(from: Standing, event: TaskEvent): Verdict {
  if ('run' in event) return reported(from, event);
  const { run, state } = from;
  switch (event.type) {
    case 'start':
      return state === 'waiting' ? moved(startOf(run + 1)) : refused(from, event);
    case 'pause':
      return state === 'waiting' || state === 'running'
        ? moved({ state: 'paused', run, error: null })
        : refused(from, event);
    case 'resume':
      return state === 'paused' ? moved({ state: 'waiting', run }) : refused(from, event);
    case 'retry':
      return state === 'failed' ? moved({ state: 'waiting', run }) : refused(from, event);
    case 'restart':
      return state === 'done' || state === 'failed' || state === 'paused'
        ? moved({ state: 'waiting', run })
        : refused(from, event);
    case 'room':
      return state === 'paused' && from.error?.code === 'disk-full'
        ? moved({ state: 'waiting', run })
        : refused(from, event);
    case 'recover':
      return moved(state === 'running' ? { state: 'waiting', run } : from);
    case 'remove':
      return { kind: 'gone' };
    default:
      return assertNever(event);
  }
}

function startOf(run: number): Standing {
  return { state: 'running', run, phase: 'probing', retryAt: null, error: null };
}

function reported(from: Standing, event: RunEvent & { readonly run: number }): Verdict {
  if (from.state !== 'running' || from.run !== event.run) return { kind: 'stale' };
  const { run } = from;
  switch (event.type) {
    case 'phase':
      return moved({ ...from, phase: event.phase });
    case 'wait':
      return moved({ ...from, retryAt: event.retryAt, error: event.error ?? from.error });
    case 'deliver':
      return moved({ ...from, retryAt: null, error: null });
    case 'complete':
      return moved({ state: 'done', run });
    case 'fail':
      return moved({ state: 'failed', run, error: event.error });
    case 'no-room':
      return moved({ state: 'paused', run, error: event.error });
    default:
      return assertNever(event);
  }
}

function moved(to: Standing): Verdict {
  return { kind: 'moved', to };
}

function refused({ state }: Standing, { type }: TaskEvent): Verdict {
  return { kind: 'refused', error: new SatchelError('bad-transition', `${type} while ${state}`) };
}
