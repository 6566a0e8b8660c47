import { SatchelError } from '../contract/errors.ts';
import { Access } from '../transfer/access.ts';
import { openRemote } from '../transfer/remote-file.ts';
import { Source } from '../transfer/source.ts';
import { Limiter } from '../transfer/throttle.ts';
import type { RunSurroundings } from './file-job.ts';

/** Whoever waits for a preview waits no longer … */
const PATIENCE_MS = 2000;
/** … and a text with a thousand addresses is no reason to ask a thousand times. */
const MOST_ASKED = 20;

/**
 * How large the files at these addresses are, in bytes, as far as their servers say so in time. Nothing is kept of
 * them, and nobody is asked twice.
 */
export async function sizesOf(
  urls: readonly string[],
  around: RunSurroundings,
): Promise<ReadonlyMap<string, number>> {
  const stop = new AbortController();
  const late = around.clock.after(PATIENCE_MS, () => stop.abort(new SatchelError('timeout')));
  const sizes = new Map<string, number>();
  const asked = [...new Set(urls)].slice(0, MOST_ASKED).map(async (url) => {
    const total = await sizeOf(url, around, stop.signal).catch(() => null);
    if (total !== null) sizes.set(url, total);
  });
  await Promise.all(asked);
  late.stop();
  return sizes;
}

async function sizeOf(url: string, around: RunSurroundings, signal: AbortSignal): Promise<number | null> {
  const { http, clock, hosts, random, bucket } = around;
  const access = new Access({ url, headers: {}, cookies: [], netrc: [] });
  const source = new Source(
    { http, clock, url, access, connectMs: PATIENCE_MS, firstByteMs: PATIENCE_MS, trustUser: false },
    null,
  );
  const remote = await openRemote({
    ...{ clock, hosts, random, source, signal },
    limiter: new Limiter(clock, null, bucket),
    retries: 0,
    stallMs: PATIENCE_MS,
    listener: { onWaiting: () => {}, onDelivering: () => {} },
  });
  remote.close();
  return remote.first.facts.total;
}
