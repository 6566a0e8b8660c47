import type { Command } from 'commander';
import type { SatchelError } from '../contract/errors.ts';
import type { Message } from '../contract/events.ts';
import { type PackOptions, parsePackOptions } from '../contract/pack.ts';
import { packFiles } from '../engine.ts';
import { systemClock } from '../world/clock.ts';
import { collect } from './options.ts';
import { failureLine } from './sentences.ts';
import { stopOnSignals } from './signals.ts';
import { chooseMode, Terminal } from './terminal.ts';

/** Adds `satchel pack` to the program; `exit` is given its exit status. */
export function addPackCommand(program: Command, exit: (status: number) => void): void {
  program
    .command('pack')
    .description('pack files and folders into one ZIP; the same command run again goes on where it was')
    .argument('<PATH...>', 'files and folders')
    .requiredOption('-o, --output <FILE.zip>', 'the ZIP')
    .option('--compress <HOW>', 'auto, store, or a level from 1 (fast) to 9 (small) (default: auto)')
    .option(
      '--exclude <PATTERN>',
      'leave out what matches, such as *.tmp, node_modules/ or src/**/*.o',
      collect,
    )
    .option('--symlinks <WHAT>', 'follow links, or skip them (default: follow)')
    .option(
      '--on-conflict <WHAT>',
      'when the name is taken: resume, rename, overwrite, skip or fail (default: rename)',
    )
    .option('--json', 'one JSON event a line on standard output')
    .option('-q, --quiet', 'print failures only')
    .action(async (paths: string[], raw: unknown) => exit(await pack(paths, parsePackOptions(raw))));
}

async function pack(paths: readonly string[], options: PackOptions): Promise<number> {
  const isTTY = process.stdout.isTTY === true;
  const terminal = new Terminal({
    mode: chooseMode({ json: options.json, quiet: options.quiet, isTTY }),
    out: process.stdout,
    err: process.stderr,
    color: isTTY && !process.env.NO_COLOR,
    clock: systemClock,
  });
  const stop = stopOnSignals();
  const send = (message: Message) => terminal.accept(message);
  const onProblem = (path: string, error: SatchelError) => terminal.fault(failureLine(path, error.report()));
  try {
    const well = await packFiles(paths, options, { signal: stop.signal, send, onProblem });
    return stop.status() ?? (well ? 0 : 1);
  } finally {
    terminal.close();
    stop.release();
  }
}
