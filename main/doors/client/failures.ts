import { asSatchelError, type SatchelError } from '../../contract/errors.ts';
import { printable } from '../format.ts';
import { failureLine } from '../sentences.ts';

/** When these happen there is no use in asking for the next task. */
const HOPELESS = new Set(['not-running', 'unauthorized', 'network', 'timeout', 'dns', 'tls', 'cancelled']);

/** Does `work` for each of `all`, and says of each failure whose it is. Gives whether there was none. */
export async function forEachOf<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  work: (one: T) => Promise<void>,
): Promise<boolean> {
  let well = true;
  for (const one of all) {
    try {
      await work(one);
    } catch (thrown) {
      const error = asSatchelError(thrown);
      if (HOPELESS.has(error.code)) throw error;
      well = false;
      process.stderr.write(`✗ ${taskFailure(printable(nameOf(one)), error)}\n`);
    }
  }
  return well;
}

/** The table of codes speaks of files on servers; here it is a task that is not there. */
function taskFailure(name: string, error: SatchelError): string {
  if (error.code === 'not-found') return `${name}: There is no such task (not-found). See: satchel ls.`;
  return failureLine(name, error.report());
}
