import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import { asSatchelError } from './contract/errors.ts';
import { addClientCommands } from './doors/client/commands.ts';
import { addGetCommand } from './doors/get.ts';
import { addListCommand } from './doors/list.ts';
import { addNativeHostCommand } from './doors/native-host.ts';
import { openApp } from './doors/open.ts';
import { addOpenPartialCommand } from './doors/open-partial.ts';
import { addPackCommand } from './doors/pack.ts';
import { failureLine } from './doors/sentences.ts';
import { addServeCommand } from './doors/serve.ts';
import { addVerifyCommand } from './doors/verify.ts';
import { keepHeapSmall } from './world/heap.ts';

const WRONG_USAGE = 2;
const FAILED = 1;

/** Writes what is left to both outputs, then ends: process.exit alone may cut a pipe short. */
function exit(status: number): void {
  process.exitCode = status;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(status)));
}

function fail(thrown: unknown): void {
  if (thrown instanceof CommanderError) {
    // Help and version are no failures; commander has printed whatever there is to say.
    exit(thrown.exitCode === 0 ? 0 : WRONG_USAGE);
    return;
  }
  const report = asSatchelError(thrown).report();
  const { code } = report;
  process.stderr.write(`${failureLine('satchel', report)}\n`);
  exit(code === 'bad-input' || code === 'bad-url' ? WRONG_USAGE : FAILED);
}

/** What follows a mistyped option may be its password. */
function withoutValue(text: string): string {
  return text.replace(/(unknown option '[^'=]*=).*'/s, "$1…'");
}

keepHeapSmall();

const program = new Command('satchel')
  .description('A download manager that never writes a wrong byte and never loses one.')
  .version(version, '--version')
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(`satchel: bad-input: ${withoutValue(text.replace(/^error: /, ''))}`),
  })
  .showHelpAfterError('See: satchel --help');

addGetCommand(program, exit);
addPackCommand(program, exit);
addListCommand(program, exit);
addVerifyCommand(program, exit);
addOpenPartialCommand(program, exit);
addServeCommand(program, version, exit);
addClientCommands(program, exit);
addNativeHostCommand(program, exit);
for (const command of program.commands) command.copyInheritedSettings(program);

try {
  if (process.argv.length <= 2) exit(await openApp(version));
  // Said, since commander takes Electron's arguments for others.
  else await program.parseAsync(process.argv.slice(2), { from: 'user' });
} catch (thrown) {
  fail(thrown);
}
