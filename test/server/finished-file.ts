import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Task } from '../../main/contract/task.ts';
import { Content } from '../kit/content.ts';
import { type Ask, ServerDesk } from '../kit/server.ts';

export const SIZE = 300_000;

export interface Finished {
  readonly desk: ServerDesk;
  readonly task: Task;
  readonly bytes: Buffer;
  /** Where its content is. */
  readonly path: string;
  get(headers?: Record<string, string>, ask?: Ask): Promise<Response>;
}

/** A server with a task that is done. */
export async function finished({
  size = SIZE,
  name,
}: {
  size?: number;
  name?: string;
} = {}): Promise<Finished> {
  const desk = await ServerDesk.open();
  desk.source.serve('/a.bin', { content: new Content(5, size) });
  const { id } = await desk.add('/a.bin', name === undefined ? {} : { name });
  let task = await desk.task(id);
  while (task.state !== 'done') task = await desk.task(id);
  const path = `/api/v1/tasks/${id}/content`;
  return {
    ...{ desk, task, path },
    bytes: await readFile(task.path),
    get: (headers = {}, ask = {}) => desk.fetch(path, { ...ask, headers }),
  };
}

export const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
export const shaOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
