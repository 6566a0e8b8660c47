import { z } from 'zod';
import { Compress } from './compress.ts';
import { NewItem } from './new-task.ts';

const { name, headers } = NewItem.shape;

/** One entry of a ZIP that is streamed: an address that is fetched on the way, or the file of a finished task. */
export const ZipItem = z
  .strictObject({
    url: z.string().optional(),
    /** An id. */
    task: z.string().optional(),
    /** In the ZIP, folders in front of it perhaps; made safe. Left out: what the source calls it. */
    name,
    headers,
    /** Bytes that the address must turn out to have. */
    size: z.number().int().nonnegative().optional(),
  })
  .refine(({ url, task }) => (url === undefined) !== (task === undefined), { error: 'wants a url or a task' })
  .refine(({ task, headers, size }) => task === undefined || (headers === undefined && size === undefined), {
    error: 'headers and size are for addresses',
  });
export type ZipItem = z.infer<typeof ZipItem>;

/** What a ZIP that is streamed is made of, in this order. */
export const ZipRequest = z.strictObject({
  name,
  /** Left out: `store` where all sizes are known before, else `auto`. */
  compress: Compress.optional(),
  items: z.array(ZipItem).min(1, { error: 'wants at least one item' }),
});
export type ZipRequest = z.infer<typeof ZipRequest>;
