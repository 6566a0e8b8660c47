import type { Command } from 'commander';
import { collect } from '../options.ts';

type Exit = (status: number) => void;

/** What is done to tasks that are named, in words. */
const ACTS = [
  ['pause', 'stop tasks; every byte is kept', 'every task that runs or waits'],
  ['resume', 'let paused tasks go on', 'every task that is paused'],
  ['retry', 'let failed tasks try again; every good byte is kept', null],
  ['restart', 'let ended or paused tasks begin from zero', null],
] as const;

const IDS = 'ids as `ls` shows them, or four letters or more of their beginning or end';

/**
 * Adds the commands that drive a Satchel that is running, over its API; `exit` is given their exit status. What they
 * are made of is loaded when one of them is called.
 */
export function addClientCommands(program: Command, exit: Exit): void {
  addAdd(program, exit);
  addLs(program, exit);
  for (const [act, what, all] of ACTS) {
    const command = program.command(act).description(what).argument('[ID...]', IDS);
    if (all !== null) command.option('--all', all);
    withServer(command.option('--json', 'one task a line, as JSON')).action(async (ids: string[], raw) => {
      const { act: run } = await import('./acts.ts');
      exit(await run(act, ids, raw));
    });
  }
  const rm = program
    .command('rm')
    .description('take tasks off the list; what is unfinished of them is deleted')
    .argument('[ID...]', IDS)
    .option('--files <WHAT>', 'finished files: keep, or delete (default: keep)')
    .option('--done', 'every task that is done')
    .option('--json', 'one task a line, as JSON');
  withServer(rm).action(async (ids: string[], raw) => {
    const { remove } = await import('./acts.ts');
    exit(await remove(ids, raw));
  });
}

function addAdd(program: Command, exit: Exit): void {
  const add = program
    .command('add')
    .description('let a running Satchel download files')
    .argument('[URL...]', 'addresses, http or https')
    .option('-d, --dir <DIR>', "folder to download into; a relative one lies below the server's downloads")
    .option('-o, --output <NAME>', 'name of the file (one address only)')
    .option('-i, --input-file <FILE>', 'read addresses from a file, one a line; - is standard input')
    .option('--zip <NAME.zip>', 'everything into one ZIP')
    .option('--compress <HOW>', 'of --zip: auto, store, or a level from 1 (fast) to 9 (small)')
    .option('-x, --connections <N>', 'connections per file, 1 to 32')
    .option('--limit-rate <RATE>', 'bytes per second for each task, such as 500K or 2M')
    .option('--checksum <ALGO:HEX>', 'what the file must have: md5, sha1, sha256, sha512 or crc32')
    .option('-H, --header <LINE>', 'send this header, "Name: value", to the hosts of the addresses', collect)
    .option('--user <USER:PASSWORD>', 'sign in with these at the hosts of the addresses')
    .option('--referer <URL>', 'say that the addresses were found there')
    .option('--user-agent <TEXT>', 'what to call itself')
    .option('--priority <N>', 'from -1000 to 1000; higher runs first (default: 0)')
    .option('--paused', 'do not begin before it is resumed')
    .option('--wait', 'stay until all have ended; the exit status is 1 when one has failed')
    .option('--json', 'one task a line, as JSON; with --wait one event a line');
  withServer(add).action(async (urls: string[], raw) => {
    const { add: run } = await import('./add.ts');
    exit(await run(urls, raw));
  });
}

function addLs(program: Command, exit: Exit): void {
  const ls = program
    .command('ls')
    .description('list the tasks of a running Satchel')
    .argument('[WORDS...]', 'only tasks with all of these in their name or address')
    .option('--state <STATE>', 'only waiting, running, paused, done or failed ones')
    .option('--watch', 'stay, and show what happens as it happens')
    .option('--json', 'one task a line, as JSON; with --watch one event a line');
  withServer(ls).action(async (words: string[], raw) => {
    const { ls: run } = await import('./ls.ts');
    exit(await run(words, raw));
  });
}

/** Where to. */
function withServer(command: Command): Command {
  return command
    .option(
      '--server <URL>',
      'the server (default: SATCHEL_SERVER, else the Satchel running on this machine)',
    )
    .option(
      '--token <TOKEN>',
      'its token (default: SATCHEL_TOKEN); other users of this machine can see it while the command runs',
    )
    .option('--token-file <FILE>', 'the same, in a file')
    .option(
      '--data-dir <DIR>',
      'the Satchel that runs on this data folder (default: the place of the system)',
    );
}
