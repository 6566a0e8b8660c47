import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Switch } from './switch-off.ts';

const root = join(import.meta.dirname, '..', '..');

/** Where the rules are told. */
export const RULES_DOC = join(root, 'docs', 'rules.md');

const begin = (rule: number) => `<!-- proofs of rule ${rule} -->`;
const END = '<!-- end of proofs -->';

/** The document with its tables made anew from the switches and the tests. */
export function withProofs(text: string, switches: readonly Switch[]): string {
  const files = guardingFiles();
  return text.replace(/<!-- proofs of rule (\d+) -->[\s\S]*?<!-- end of proofs -->/g, (_, digits: string) => {
    const rule = Number(digits);
    const own = switches.filter((each) => Number.parseInt(each.rule, 10) === rule);
    return `${begin(rule)}\n${proofs(own, files.get(rule) ?? [])}\n${END}`;
  });
}

function proofs(own: readonly Switch[], files: readonly string[]): string {
  const tests = files.map((file) => `[${file}](../${file})`).join(', ');
  const head = `Tests: ${tests}\n\n| Promise | Switched off by | Noticed by |\n| --- | --- | --- |`;
  return [head, ...own.map(row)].join('\n');
}

function row({ rule, file, find, replace, test }: Switch): string {
  const promise = rule.replace(/^\d+: /, '');
  const change = replace === '' ? 'taken out' : `→ ${code(replace)}`;
  return `| ${promise} | ${file}: ${code(find)} ${change} | ${test.replaceAll('|', '\\|').trim()} |`;
}

/** A piece of source on one line, for a table. */
function code(source: string): string {
  const line = source.replace(/\s+/g, ' ').trim().replaceAll('|', '\\|');
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** Rule → the test files that have a test or a group named after it. */
function guardingFiles(): Map<number, string[]> {
  const found = new Map<number, string[]>();
  const paths = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
  for (const path of paths.filter((each) => each.endsWith('.test.ts')).sort()) {
    const file = `test/${path.replaceAll('\\', '/')}`;
    const named = readFileSync(join(root, file), 'utf8').matchAll(/'rule (\d+): /g);
    for (const rule of new Set([...named].map(([, digits]) => Number(digits))))
      found.set(rule, [...(found.get(rule) ?? []), file]);
  }
  return found;
}
