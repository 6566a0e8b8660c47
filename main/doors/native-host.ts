import { endianness } from 'node:os';
import type { Command } from 'commander';
import { HAND_OVER_BYTES, type HandOverAnswer } from '../contract/hand-over.ts';
import { connectToRunning, setBrowserHosts } from '../engine.ts';
import { FrameReader, frameOf } from './native-frames.ts';

type Running = Exclude<Awaited<ReturnType<typeof connectToRunning>>, null>;

/** Adds `satchel native-host`, which browsers start; `exit` is given its exit status. */
export function addNativeHostCommand(program: Command, exit: (status: number) => void): void {
  program
    .command('native-host')
    .description('what browsers start to speak to a running Satchel, and how they learn of it')
    .argument('[caller...]', 'who asks, as browsers say it')
    .option('--install', 'tell the browsers of this user which program their extension speaks to')
    .option('--uninstall', 'take that back')
    .allowUnknownOption()
    .action(async (_callers: unknown, { install, uninstall }: { install?: true; uninstall?: true }) => {
      if (!install && !uninstall) exit(await runNativeHost(process.stdin, process.stdout));
      else await setHosts(install === true).then(() => exit(0));
    });
}

async function setHosts(connect: boolean): Promise<void> {
  const browsers = (await setBrowserHosts(connect, packedProgram())).join(', ');
  process.stdout.write(`${connect ? 'Set up for' : 'Taken back from'} ${browsers}.\n`);
}

/** The packed app; null: a checkout, or Node with the program beside it. */
export function packedProgram(): string | null {
  const isPacked = process.versions['electron'] !== undefined && !('defaultApp' in process);
  return isPacked ? (process.env['APPIMAGE'] ?? process.execPath) : null;
}

/**
 * Passes on what a browser's extension asks, and what is answered: messages with their length before them (Chrome's
 * native messaging) to lines and back. Ends when the browser does; a message that is too long ends it with status 1.
 */
export async function runNativeHost(
  input: AsyncIterable<Buffer>,
  output: { write(bytes: Buffer): unknown },
): Promise<number> {
  const isLittle = endianness() === 'LE';
  const reader = new FrameReader(HAND_OVER_BYTES, isLittle);
  const answer = (text: string) => void output.write(frameOf(text, isLittle));
  let running: Running | null = null;
  const lost = () => {
    running = null;
  };
  for await (const bytes of input) {
    const messages = reader.read(bytes);
    if (messages === null) return 1;
    for (const message of messages) {
      // As it was asked for each time anew: Satchel may have been started, or ended, in between.
      running ??= await connectToRunning(answer, lost);
      if (running === null) answer(JSON.stringify(notRunning(message)));
      // A line of its own, whatever white space the browser has put into it.
      else running.send(JSON.stringify(parsed(message)));
    }
  }
  running?.close();
  return 0;
}

function notRunning(message: string): HandOverAnswer {
  const id = (parsed(message) as { id?: unknown } | null)?.id;
  return {
    id: typeof id === 'number' ? id : null,
    ok: false,
    code: 'not-running',
    message: 'Satchel is not running',
  };
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return null;
  }
}
