import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addListCommand } from '../../main/doors/list.ts';
import { addVerifyCommand } from '../../main/doors/verify.ts';
import { PROBLEMS } from '../../main/engine.ts';
import { codes, read, section, table } from './markdown.ts';

const text = read('docs/cli.md');
const firstCodes = (rows: readonly string[][]) => rows.flatMap(([cell = '']) => codes(cell));

describe.each([
  ['list', addListCommand],
  ['verify', addVerifyCommand],
] as const)('docs/cli.md: %s', (name, add) => {
  test('has the options of the command, in its order', () => {
    const program = new Command();
    add(program, () => {});
    const options = program.commands[0]?.options.map(({ flags }) => flags) ?? [];
    expect(options.length).toBeGreaterThan(0);
    const rows = table(section(text, `## ${name}`), `option of \`${name}\``);
    expect(firstCodes(rows)).toEqual(options);
  });
});

test('docs/cli.md has every problem, with its severity and sentence', () => {
  const wanted = Object.entries(PROBLEMS).map(([code, { severity, sentence }]) => [
    `\`${code}\``,
    severity,
    sentence,
  ]);
  expect(table(section(text, '## verify'), 'problem')).toEqual(wanted);
});
