import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { HAND_OVER_BYTES, type HandedLink, HandOver, type HandOverAnswer } from '../contract/hand-over.ts';
import type { NewTask } from '../contract/new-task.ts';
import type { Engine } from '../engine.ts';
import { Disk } from '../world/disk.ts';
import { listenLocally, socketPath } from '../world/local-socket.ts';

export interface HandOverOptions {
  readonly engine: Engine;
  readonly version: string;
  /** Links for the package tray, as an input file of aria2. */
  readonly offer: (text: string) => void;
}

/**
 * Takes what browsers of this machine's user hand over, as long as it is open. Where that cannot be, downloads stay in
 * the browsers: no reason not to be there for everybody else.
 */
export async function openHandOver(options: HandOverOptions): Promise<{ close(): Promise<void> }> {
  const path = socketPath(options.engine.dataFolder.path);
  try {
    return await listenLocally(new Disk(), path, HAND_OVER_BYTES, ({ send }) => ({
      line: (line) => void answerLine(line, options).then((answer) => send(JSON.stringify(answer))),
      closed: () => {},
    }));
  } catch (thrown) {
    process.stderr.write(`satchel: ${asSatchelError(thrown).detail ?? ''}\n`);
    return { close: async () => {} };
  }
}

/** Never rejects. */
async function answerLine(line: string, options: HandOverOptions): Promise<HandOverAnswer> {
  let asked: unknown;
  try {
    asked = JSON.parse(line);
  } catch {
    asked = null;
  }
  return answerHandOver(asked, options);
}

/** Does what an extension asks. Never rejects. */
export async function answerHandOver(
  asked: unknown,
  { engine, version, offer }: HandOverOptions,
): Promise<HandOverAnswer> {
  const id = idOf(asked);
  try {
    const { data } = HandOver.safeParse(asked);
    if (data === undefined) throw new SatchelError('bad-input', 'not what an extension asks');
    if (data.ask === 'download') {
      const answer = await engine.call('tasks.addAll', { tasks: data.links.map(taskOf) });
      if (!answer.ok) return { id, ok: false, code: answer.error.code, message: answer.error.message };
    }
    if (data.ask === 'package') offer(data.links.map(inputLines).join(''));
    return { id, ok: true, version };
  } catch (thrown) {
    const { code, message } = asSatchelError(thrown);
    return { id, ok: false, code, message };
  }
}

function idOf(asked: unknown): number | null {
  const id = (asked as { id?: unknown } | null)?.id;
  return typeof id === 'number' ? id : null;
}

type Given = Partial<NewTask> & { url: string };

function taskOf({ url, name, referer, userAgent, cookies }: HandedLink): Given {
  return {
    url,
    ...(name !== undefined && { name }),
    ...(referer !== undefined && { referer }),
    ...(userAgent !== undefined && { userAgent }),
    ...(cookies !== undefined && { headers: { cookie: cookies } }),
  };
}

/** As aria2 reads it. */
function inputLines({ url, name, referer, userAgent, cookies }: HandedLink): string {
  const options = { out: name, referer, 'user-agent': userAgent };
  const lines = Object.entries(options).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
  const all = [...lines, ...(cookies === undefined ? [] : [`header=Cookie: ${cookies}`])];
  return [oneLine(url), ...all.map((line) => ` ${oneLine(line)}`), ''].join('\n');
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ');
}
