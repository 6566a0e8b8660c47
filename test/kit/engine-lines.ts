import { createInterface } from 'node:readline';
import type { CommandName } from '../../main/contract/commands.ts';
import type { Engine } from '../../main/engine.ts';

/** One JSON object a line, on standard output. */
export function say(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

/**
 * Carries an engine over standard input and output, until the input ends: `{n, command, input}` in, `{n, answer}` out;
 * `{ready, milliseconds}` at first, `{event, …}` for every event. What else comes in is given to `other`.
 */
export async function speakLines(
  engine: Engine,
  other: (line: Readonly<Record<string, unknown>>) => void = () => {},
): Promise<void> {
  engine.subscribe((message) => {
    if (message.type === 'event') say({ event: message.event_type, ...message.payload });
  });
  say({ ready: true, milliseconds: performance.now() });
  for await (const text of createInterface({ input: process.stdin })) {
    const line = JSON.parse(text) as { n?: number; command: CommandName; input: never };
    if (line.n === undefined) other(line);
    else void engine.call(line.command, line.input).then((answer) => say({ n: line.n, answer }));
  }
  await engine.close();
}
