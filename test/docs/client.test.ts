import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addClientCommands } from '../../main/doors/client/commands.ts';
import { codes, read, section, table } from './markdown.ts';

const text = section(read('docs/cli.md'), '## Client commands');
const program = new Command();
addClientCommands(program, () => {});

const flagsIn = (head: string) => table(text, head).flatMap(([cell = '']) => codes(cell));
const common = flagsIn('option of all of them');
const HEADS: Readonly<Record<string, string>> = {
  add: 'option of `add`',
  ls: 'option of `ls`',
  pause: 'option of `pause` and `resume`',
  resume: 'option of `pause` and `resume`',
  retry: 'option of `retry` and `restart`',
  restart: 'option of `retry` and `restart`',
  rm: 'option of `rm`',
};

describe('docs/cli.md: client commands', () => {
  test('are all there', () => {
    expect(program.commands.map((command) => command.name()).toSorted()).toEqual(
      Object.keys(HEADS).toSorted(),
    );
    expect(common.length).toBeGreaterThan(0);
  });

  test.each(program.commands.map((command) => [command.name(), command] as const))(
    '%s has the options it says, in their order',
    (name, command) => {
      const options = command.options.map(({ flags }) => flags);
      expect(options).toEqual([...flagsIn(HEADS[name] ?? ''), ...common]);
    },
  );

  test('says in the help that a token on the command line can be seen', () => {
    for (const command of program.commands) expect(command.helpInformation()).toMatch(/can\s+see\s+it/);
  });
});
