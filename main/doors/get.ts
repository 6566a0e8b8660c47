import type { Command } from 'commander';
import { SatchelError } from '../contract/errors.ts';
import type { Message } from '../contract/events.ts';
import { type GetOptions, parseGetOptions } from '../contract/get.ts';
import { createGetter } from '../engine.ts';
import { systemClock } from '../world/clock.ts';
import { chooseMode, Terminal } from './terminal.ts';

/** Exit status of a program ended by a signal: 128 + its number. */
const SIGNAL_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type EndingSignal = keyof typeof SIGNAL_STATUS;

/** Adds `satchel get` to the program; `exit` is given its exit status. */
export function addGetCommand(program: Command, exit: (status: number) => void): void {
  program
    .command('get')
    .description('download files; the same command run again goes on where it was')
    .argument('[URL...]', 'addresses, http or https')
    .option('-d, --dir <DIR>', 'folder to download into (default: the current folder)')
    .option('-o, --output <NAME>', 'name of the file (one address only)')
    .option('-i, --input-file <FILE>', 'read addresses from a file, one a line; - is standard input')
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

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function get(urls: readonly string[], options: GetOptions): Promise<number> {
  if (options.insecure) process.stderr.write(INSECURE);
  const getter = createGetter({ perHost: options.perHost, limitRate: options.limitRate ?? null });
  const inputText = options.inputFile === '-' ? await readStdin() : null;
  const { jobs, repeated, notes } = await getter.planGet({ urls, inputText, options });
  const terminal = new Terminal({
    mode: chooseMode({ json: options.json, quiet: options.quiet, isTTY: process.stdout.isTTY === true }),
    out: process.stdout,
    err: process.stderr,
    color: process.stdout.isTTY === true && !process.env.NO_COLOR,
    clock: systemClock,
  });
  for (const note of notes) terminal.note(note);
  for (const url of repeated) terminal.note(`given twice, fetched once: ${url}`);
  const stop = new AbortController();
  let endedBy: EndingSignal | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    // npm and the launcher pass on what the terminal has sent us already: one signal may arrive twice.
    endedBy ??= signal as EndingSignal;
    stop.abort(new SatchelError('cancelled'));
  };
  for (const signal of Object.keys(SIGNAL_STATUS)) process.on(signal, onSignal);
  try {
    const send = (message: Message) => terminal.accept(message);
    const { failed } = await getter.runBatch(jobs, { jobs: options.jobs, signal: stop.signal, send });
    if (endedBy !== null) return SIGNAL_STATUS[endedBy as EndingSignal];
    return failed > 0 ? 1 : 0;
  } finally {
    terminal.close();
    getter.close();
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
