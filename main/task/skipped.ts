import { asSatchelError } from '../contract/errors.ts';
import type { Disk } from '../world/disk.ts';
import type { FileResult } from './file-job.ts';

/** The name is taken and the user said to leave it at that. */
export class Skipped extends Error {
  readonly path: string;

  constructor(path: string) {
    super(`${path} is there already`);
    this.path = path;
  }
}

/** What a run gives, or what it has left alone, as its user said. Every other failure is a SatchelError. */
export async function orSkipped(disk: Disk, run: () => Promise<FileResult>): Promise<FileResult> {
  try {
    return await run();
  } catch (thrown) {
    if (!(thrown instanceof Skipped)) throw asSatchelError(thrown);
    const facts = await disk.facts(thrown.path);
    return { path: thrown.path, bytes: facts?.size ?? 0, already: true };
  }
}
