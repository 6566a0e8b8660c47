import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { SatchelError } from '../contract/errors.ts';
import type { Message } from '../contract/events.ts';
import { type GetOptions, parseGetOptions } from '../contract/get.ts';
import { createGetter, type Getter } from '../engine.ts';
import type { PlannedGet } from '../task/jobs.ts';
import { systemClock } from '../world/clock.ts';
import { collect } from './options.ts';
import { failureIn } from './sentences.ts';
import { stopOnSignals } from './signals.ts';
import { chooseMode, Terminal } from './terminal.ts';

/** For an input file and a ZIP alike: not a file, but what the program is given or gives. */
const STANDARD = '-';

/** Adds `satchel get` to the program; `exit` is given its exit status. */
export function addGetCommand(program: Command, exit: (status: number) => void): void {
  program
    .command('get')
    .description('download files; the same command run again goes on where it was')
    .argument('[URL...]', 'addresses, http or https')
    .option('-d, --dir <DIR>', 'folder to download into (default: the current folder)')
    .option('-o, --output <NAME>', 'name of the file (one address only)')
    .option('-i, --input-file <FILE>', 'read addresses from a file, one a line; - is standard input')
    .option('--zip <FILE>', 'everything into one ZIP; - is standard output')
    .option(
      '--compress <HOW>',
      'of --zip: auto, store, or a level from 1 (fast) to 9 (small) (default: auto)',
    )
    .option('--finish-without', 'of --zip FILE: leave out what fails, and say so in the ZIP')
    .option('-x, --connections <N>', 'connections per file, 1 to 32 (default: 8)')
    .option('-j, --jobs <N>', 'files at once (default: 5)')
    .option('--per-host <N>', 'connections per host, over all files (default: 8)')
    .option('-k, --min-split <SIZE>', 'make no part smaller than this (default: 1M)')
    .option('--limit-rate <RATE>', 'bytes per second for the whole command, such as 500K or 2M')
    .option('--checksum <ALGO:HEX>', 'what the file must have: md5, sha1, sha256, sha512 or crc32')
    .option('-H, --header <LINE>', 'send this header, "Name: value", to the hosts of the addresses', collect)
    .option('--user <USER:PASSWORD>', 'sign in with these at the hosts of the addresses')
    .option('--cookies <FILE>', 'send the cookies of this file, in the format of Netscape')
    .option('--referer <URL>', 'say that the addresses were found there')
    .option('--user-agent <TEXT>', 'what to call itself')
    .option('--proxy <URL>', 'go through this proxy: http, https or socks5; none for no proxy')
    .option('--ca <FILE>', 'trust these certificates (PEM) besides the usual ones')
    .option('--insecure', 'check no certificates')
    .option('--no-netrc', 'do not look for logins in the netrc file')
    .option('--retries <N>', 'tries after a failure that brought nothing new (default: 8)')
    .option('--timeout <SECONDS>', 'give a connection up after so long without a byte (default: 30)')
    .option(
      '--on-conflict <WHAT>',
      'when the name is taken: resume, rename, overwrite, skip or fail (default: rename)',
    )
    .option(
      '--on-changed <WHAT>',
      'when the file on the server changed: stop, restart or continue (default: stop)',
    )
    .option('--resume-from <NAME.satchel>', 'go on with this download from a new address')
    .option('--json', 'one JSON event a line on standard output')
    .option('-q, --quiet', 'print failures only')
    .action(async (urls: string[], raw: unknown) => {
      exit(await get(urls, parseGetOptions(raw)));
    });
}

/** Said in every mode: no other option gives up so much. */
const INSECURE =
  'satchel: warning: --insecure: no certificate is checked, so anyone on the way can read and change what is fetched.\n';

async function get(urls: readonly string[], options: GetOptions): Promise<number> {
  if (options.insecure) process.stderr.write(INSECURE);
  const toStdout = options.zip === STANDARD;
  if (options.finishWithout && (toStdout || options.zip === undefined)) {
    throw new SatchelError('bad-input', '--finish-without is for --zip with a file');
  }
  if (toStdout && process.stdout.isTTY) {
    throw new SatchelError(
      'bad-input',
      '--zip - writes no ZIP to a terminal: send it to a file or a program',
    );
  }
  const getter = createGetter({ perHost: options.perHost, limitRate: options.limitRate ?? null });
  const inputText = options.inputFile === STANDARD ? await readStdin() : null;
  const { jobs, repeated, notes } = await getter.planGet({ urls, inputText, options });
  const terminal = terminalFor(options, toStdout);
  for (const note of notes) terminal.note(note);
  for (const url of repeated) terminal.note(`given twice, fetched once: ${url}`);
  const stop = stopOnSignals();
  try {
    const send = (message: Message) => terminal.accept(message);
    const told = { signal: stop.signal, send };
    const well = await (options.zip === undefined
      ? getter.runBatch(jobs, { jobs: options.jobs, ...told }).then(({ failed }) => failed === 0)
      : zip(getter, jobs, options, told));
    return stop.status() ?? (well ? 0 : 1);
  } finally {
    terminal.close();
    stop.release();
    getter.close();
  }
}

type Told = Parameters<Getter['streamZip']>[1];

/** Gives whether all went well. */
async function zip(
  getter: Getter,
  jobs: PlannedGet['jobs'],
  options: GetOptions,
  { signal, send }: Pick<Told, 'signal' | 'send'>,
): Promise<boolean> {
  const { zip, dir, compress, json } = options;
  if (zip !== STANDARD) {
    const { failed } = await getter.runPackage(jobs, options, { signal, send });
    return failed === 0;
  }
  const failure = await getter.streamZip(jobs, {
    ...{ folder: resolve(dir), compress, signal },
    // Whoever has stopped it knows that; what else a message says of being stopped is not true of a stream.
    send: (message) => {
      if (json || !isStopped(message)) send(message);
    },
  });
  return failure === null;
}

function isStopped(message: Message): boolean {
  if (message.type !== 'event' || message.event_type !== 'task.failed') return false;
  return failureIn(message.payload, 'error')?.code === 'cancelled';
}

/** All that is printed goes to standard error where the ZIP goes to standard output. */
function terminalFor({ json, quiet }: GetOptions, toStdout: boolean): Terminal {
  const out = toStdout ? process.stderr : process.stdout;
  const isTTY = out.isTTY === true;
  return new Terminal({
    mode: chooseMode({ json, quiet, isTTY }),
    out,
    // Its lines of JSON are not to have others between them.
    err: toStdout && json ? new Writable({ write: (_, __, done) => done() }) : process.stderr,
    color: isTTY && !process.env.NO_COLOR,
    clock: systemClock,
  });
}

export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
