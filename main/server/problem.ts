import type { FastifyError, FastifyReply } from 'fastify';
import { asSatchelError, ERRORS, SatchelError } from '../contract/errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Errors of Fastify and Node that are the caller's, whatever they are called there. */
const FRAMEWORK_STATUS = { 413: 'bad-input', 415: 'bad-input', 414: 'bad-input', 408: 'timeout' } as const;

/** An error as RFC 9457 §3 has it, with its `code` besides. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  /** What can be done about it. */
  readonly next: string;
  /** Of the request, as in the log. */
  readonly instance: string;
}

/** What is thrown, in the engine's terms; `status` where it is another than the code's own. */
export function problemOf(thrown: unknown, requestId: string): Problem {
  const framework = frameworkProblem(thrown);
  const error = framework?.error ?? asSatchelError(thrown);
  const { sentence, next, httpStatus } = ERRORS[error.code];
  // What went wrong inside is in the log, and nobody else's business.
  const detail = error.code === 'internal' ? undefined : error.detail;
  return {
    type: `urn:satchel:error:${error.code}`,
    title: sentence,
    status: framework?.status ?? httpStatus,
    code: error.code,
    ...(detail === undefined ? {} : { detail }),
    next,
    instance: `urn:satchel:request:${requestId}`,
  };
}

function frameworkProblem(thrown: unknown): { error: SatchelError; status: number } | null {
  if (!(thrown instanceof Error) || thrown instanceof SatchelError) return null;
  const { statusCode, code, message } = thrown as FastifyError;
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return null;
  const known = FRAMEWORK_STATUS[statusCode as keyof typeof FRAMEWORK_STATUS];
  // Its sentences say what is wrong with the request's form, and repeat nothing of it.
  const detail = code?.startsWith('FST_') ? message : 'the request cannot be read';
  return { error: new SatchelError(known ?? 'bad-input', detail), status: statusCode };
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}
