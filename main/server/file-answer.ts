import type { FastifyReply, FastifyRequest } from 'fastify';
import { SatchelError } from '../contract/errors.ts';
import type { DiskFile, OpenFileFacts } from '../world/disk.ts';
import { type FileBody, type OpenedFile, partOf, partsOf } from './file-body.ts';
import { httpDate, precondition, rangeCounts, type Validators } from './preconditions.ts';
import { problemOf, sendProblem } from './problem.ts';
import { rangesOf } from './ranges.ts';

export interface FileAnswer {
  readonly file: DiskFile;
  readonly contentType: string;
  /** Besides those that say what and which the file is. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Answers a GET or HEAD with an open file, as its headers want it, and closes it. */
export async function answerFile(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: FileAnswer,
): Promise<FastifyReply> {
  const { file } = answer;
  try {
    const facts = await file.facts();
    const body = bodyOf(request, reply, { file, facts }, answer);
    if (body instanceof SatchelError) {
      await file.close();
      return sendProblem(reply, { ...problemOf(body, request.id), status: reply.statusCode });
    }
    if (body !== null) {
      reply.headers({ 'content-type': body.contentType, 'content-length': String(body.length) });
      if (request.method !== 'HEAD') return reply.send(body.stream());
    }
    await file.close();
    return reply.send();
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** Sets status and headers. Null: there is none, and that is no error. */
function bodyOf(
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
  opened: OpenedFile,
  { contentType, headers: more, now }: FileAnswer,
): FileBody | SatchelError | null {
  const validators = validatorsOf(opened.facts, now);
  const verdict = precondition(headers, validators, now / 1000);
  reply.header('accept-ranges', 'bytes');
  if (verdict === 412) {
    reply.code(412);
    return new SatchelError('source-changed', 'it is not the one that the request is for');
  }
  const { size } = opened.facts;
  const ranges =
    verdict === null && method === 'GET' ? rangesWanted(headers, validators, { size, now }) : 'whole';
  if (ranges === 'none') {
    reply.code(416).header('content-range', `bytes */${size}`);
    return new SatchelError('bad-input', 'range: nothing of it is there');
  }
  reply.headers({ ...more, etag: validators.etag, 'last-modified': httpDate(validators.lastModified) });
  if (verdict === 304) {
    reply.code(304);
    return null;
  }
  if (ranges === 'whole') return partOf(opened, null, contentType);
  reply.code(206);
  const [first, ...others] = ranges;
  if (first === undefined || others.length > 0) return partsOf(opened, ranges, contentType);
  reply.header('content-range', `bytes ${first.start}-${first.end}/${size}`);
  return partOf(opened, first, contentType);
}

/** A `Range` has a meaning for GET only (RFC 9110 §14.2). */
function rangesWanted(
  headers: FastifyRequest['headers'],
  validators: Validators,
  { size, now }: { readonly size: number; readonly now: number },
): ReturnType<typeof rangesOf> {
  const { range, 'if-range': ifRange } = headers;
  if (range === undefined) return 'whole';
  const condition = Array.isArray(ifRange) ? ifRange[0] : ifRange;
  return rangeCounts(condition, validators, now / 1000) ? rangesOf(range, size) : 'whole';
}

function validatorsOf({ id, size, modifiedNs, changedNs }: OpenFileFacts, now: number): Validators {
  // Strong: any change to a file sets the time of that, which nobody can set back as they can the one that is shown; and
  // another file in its place has another inode. Not the device: that may be another one after a restart.
  const inode = BigInt(id.replace(/^.*:/, ''));
  const etag = `"${[BigInt(size), changedNs, inode].map((part) => part.toString(36)).join('-')}"`;
  // A file can be of the future, its Last-Modified not (RFC 9110 §8.8.2.1).
  const lastModified = Math.min(Number(modifiedNs / 1_000_000_000n), Math.floor(now / 1000));
  return { etag, lastModified };
}
