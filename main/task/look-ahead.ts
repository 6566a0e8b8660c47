import { SatchelError } from '../contract/errors.ts';
import { Access } from '../transfer/access.ts';
import { FromZero, Source } from '../transfer/source.ts';
import type { RunSurroundings } from './file-job.ts';
import type { HeldAnswers, Seen } from './held-answers.ts';

/** Whoever waits for a preview waits no longer … */
const PATIENCE_MS = 2000;
/** … a text with a thousand addresses is no reason to ask a thousand times … */
const MOST_ASKED = 20;
/** … nor to ask all at once. */
const AT_ONCE = 4;

type Surroundings = Pick<RunSurroundings, 'clock' | 'http' | 'hosts'> & { readonly held: HeldAnswers };

/** What the servers of these addresses say, as far as they say it in time. Nobody is asked twice. */
export async function lookAhead(
  urls: readonly string[],
  around: Surroundings,
): Promise<ReadonlyMap<string, Seen>> {
  const late = new AbortController();
  const timer = around.clock.after(PATIENCE_MS, () => late.abort(new SatchelError('timeout')));
  const seen = new Map<string, Seen>();
  // One iterator for all of them: each takes the next address that nobody has asked for.
  const left = [...new Set(urls)].slice(0, MOST_ASKED).values();
  const ask = async () => {
    for (const url of left) {
      if (late.signal.aborted) return;
      const said = around.held.seen(url) ?? (await look(url, around, late.signal).catch(() => null));
      if (said !== null) seen.set(url, said);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  timer.stop();
  return seen;
}

/** Asks as a task without anything of its own would, and keeps the answer for one. */
async function look(
  url: string,
  { clock, http, hosts, held }: Surroundings,
  late: AbortSignal,
): Promise<Seen> {
  const access = new Access({ url, headers: {}, cookies: [], netrc: [] });
  const limits = { connectMs: PATIENCE_MS, firstByteMs: PATIENCE_MS };
  const source = new Source({ http, clock, url, access, ...limits, trustUser: false }, null);
  const slot = hosts.tryAcquire(source.host) ?? (await hosts.acquire(source.host, late));
  if (slot === null) throw new SatchelError('timeout');
  const stop = new AbortController();
  const onLate = () => stop.abort(late.reason);
  late.addEventListener('abort', onLate);
  try {
    const granted = await firstOf(source, stop.signal);
    const { facts } = source;
    if (granted.kind !== 'body' || facts === null) throw new SatchelError('network', 'no file there');
    const seen = { total: facts.total, resumable: facts.resumable };
    const { answer, url: at } = granted;
    // One that was asked for without a range is not what a task would be answered.
    if (source.withoutRange) answer.close();
    else held.keep(url, { located: { answer, url: at }, access }, { seen, stop });
    return seen;
  } finally {
    late.removeEventListener('abort', onLate);
    slot.release();
  }
}

async function firstOf(source: Source, signal: AbortSignal) {
  const ask = () => source.ask({ from: 0, end: null }, { begun: false, extra: false }, signal);
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof FromZero)) throw thrown;
    source.withoutRange = true;
    return ask();
  }
}
