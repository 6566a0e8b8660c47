import type { Command } from 'commander';
import { openPartialZip } from '../engine.ts';
import { bytes, printable } from './format.ts';

/** Adds `satchel open-partial` to the program; `exit` is given its exit status. */
export function addOpenPartialCommand(program: Command, exit: (status: number) => void): void {
  program
    .command('open-partial')
    .description('write what is whole of an unfinished package out as a ZIP; the package is left as it is')
    .argument('<FILE.zip>', 'the package, by the name it is to have')
    .requiredOption('-o, --output <OUT.zip>', 'where to; must not exist')
    .action(async (path: string, { output }: { output: string }) => {
      const { entries, left, bytes: written } = await openPartialZip(path, output);
      const amount = `${entries} of ${entries + left} entries, ${bytes(written)}`;
      process.stdout.write(`${amount} → ${printable(output)}\n`);
      exit(0);
    });
}
