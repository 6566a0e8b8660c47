import type { Command } from 'commander';
import { parseServeOptions, type ServeOptions } from '../contract/serve.ts';
import { collect } from './options.ts';
import { stopInTime, stopOnSignals } from './signals.ts';

/** Adds `satchel serve` to the program; `exit` is given its exit status. */
export function addServeCommand(program: Command, version: string, exit: (status: number) => void): void {
  program
    .command('serve')
    .description('run without a window: HTTP API, live progress, streamed ZIPs')
    .option('--host <HOST>', 'name or address to listen on (default: 127.0.0.1)')
    .option('--port <N>', 'port to listen on; 0 for any that is free (default: 7878)')
    .option('--data-dir <DIR>', 'where tasks and settings are kept (default: the place of the system)')
    .option('--downloads <DIR>', 'where downloads go, and nowhere else (default: ~/Downloads/Satchel)')
    .option(
      '--token <TOKEN>',
      'what callers must know; others can see it among the processes of this machine',
    )
    .option('--token-file <FILE>', 'the same, in a file; made where there is none')
    .option('--rate <N>', 'requests a second, for each token (default: 50)')
    .option('--burst <N>', 'requests at once after a rest (default: 100)')
    .option('--allow-private', 'fetch from loopback, link-local and private addresses too')
    .option('--allow-origin <ORIGIN>', 'let pages of this origin call; * for any', collect)
    .option('--allow-host <NAME>', 'be called by this name too', collect)
    .option('--log-level <LEVEL>', 'fatal, error, warn, info, debug, trace or silent (default: info)')
    .action(async (raw: unknown) => exit(await serve(parseServeOptions(raw), version)));
}

async function serve(options: ServeOptions, version: string): Promise<number> {
  const stop = stopOnSignals();
  // Only now: what it is made of takes longer to load than all the rest.
  const { startServer } = await import('../server/server.ts');
  const serving = await startServer(options, { version, log: process.stderr });
  const { address, token } = serving;
  process.stdout.write(`Satchel serves at ${address}/\n`);
  if (token.isNew) process.stdout.write(`Token, shown only now and kept in ${token.file}: ${token.text}\n`);
  await stop.aborted;
  await stopInTime(() => serving.close());
  stop.release();
  return 0;
}
