import { SatchelError } from '../../contract/errors.ts';
import type { Message } from '../../contract/events.ts';
import { systemClock } from '../../world/clock.ts';
import { jsonText } from '../sentences.ts';
import { stopOnSignals } from '../signals.ts';
import type { Wanted } from './board.ts';
import { follow, roomIn } from './live.ts';
import { connect } from './session.ts';
import { findTarget } from './target.ts';
import { tellLost, type View } from './view.ts';
import { LinesView } from './watch-lines.ts';
import { ScreenView } from './watch-screen.ts';

interface WatchOptions extends Wanted {
  readonly json: boolean;
}

/** `satchel ls --watch`. Gives the exit status. */
export async function watchTasks(options: WatchOptions, raw: unknown): Promise<number> {
  const stop = stopOnSignals();
  const { stdout } = process;
  // Whoever read it has gone (`| head`): there is nothing more to do, and that is no failure.
  const gone = new AbortController();
  stdout.on('error', () => gone.abort(new SatchelError('cancelled')));
  const view = viewFor(options, stdout);
  try {
    const { target } = await connect(raw);
    const again = () => (target.found ? findTarget(raw) : Promise.resolve(target));
    const signal = AbortSignal.any([stop.signal, gone.signal]);
    const { take, lost } = view;
    await follow(
      again,
      { take: take.bind(view), lost: lost.bind(view), room: () => roomIn(stdout) },
      { clock: systemClock, signal, random: Math.random },
    );
    return stop.status() ?? 0;
  } finally {
    view.close();
    stop.release();
  }
}

function viewFor(options: WatchOptions, out: NodeJS.WriteStream): View {
  if (options.json) return new JsonView(out);
  if (out.isTTY) return new ScreenView(options, { out, clock: systemClock, color: !process.env.NO_COLOR });
  return new LinesView(options, out, systemClock);
}

/** The messages as they are. */
class JsonView implements View {
  readonly #out: NodeJS.WritableStream;

  constructor(out: NodeJS.WritableStream) {
    this.#out = out;
  }

  take(_message: Message | null, raw: object): void {
    this.#out.write(`${jsonText(raw)}\n`);
  }

  lost = tellLost;

  close(): void {}
}
