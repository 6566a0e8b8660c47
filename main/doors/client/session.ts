import { systemClock } from '../../world/clock.ts';
import { Connection } from './connection.ts';
import { findTarget, type Target, warningOf } from './target.ts';

/** What every client command begins with: whom it talks to, and what there is to say about that. */
export async function connect(
  raw: unknown,
  signal?: AbortSignal,
): Promise<{ target: Target; connection: Connection }> {
  const target = await findTarget(raw);
  const warning = warningOf(target);
  if (warning !== null) process.stderr.write(`satchel: ${warning}\n`);
  // A reader that went away (`| head`) is no error of ours.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return { target, connection: new Connection(target, systemClock, signal) };
}
