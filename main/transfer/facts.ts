import { z } from 'zod';
import { type Headers, header } from '../source/headers.ts';

/**
 * What the first answer told about a source. Every later answer is compared with it, and it is kept in the journal
 * so that the next run can.
 */
export const SourceFacts = z.object({
  /** Bytes, or null while nobody has said. */
  total: z.number().int().nonnegative().nullable(),
  /** As sent, `W/` included. */
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** At least 60 s older than the answer's Date (RFC 9110 §8.8.2.2). */
  lastModifiedStrong: z.boolean(),
  mediaType: z.string().nullable(),
  /** Proved by a 206, disproved by a 200 to a range. */
  resumable: z.boolean().nullable(),
  /** It comes in a content-encoding that we undo, so offsets in our copy mean nothing to the server. */
  encoded: z.boolean(),
  /** What the host makes of If-Range: some CDNs answer 200 to any. */
  ifRange: z.enum(['works', 'ignored']).nullable(),
});
export type SourceFacts = z.infer<typeof SourceFacts>;

/** The answer carries the whole file, so that a digest of its content is one of the file. */
export function isWholeAnswer({ total }: SourceFacts, headers: Headers): boolean {
  const range = header(headers, 'content-range');
  return range === null || range === `bytes 0-${(total ?? 0) - 1}/${total}`;
}
