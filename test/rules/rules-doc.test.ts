import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RULES_DOC, withProofs } from './rules-doc.ts';
import { replaceOnce } from './switch-off.ts';
import { switches } from './switches.ts';

const text = readFileSync(RULES_DOC, 'utf8');
const sections = text.split(/^## (?=\d+\. )/m).slice(1);
const RULES = Array.from({ length: 30 }, (_, i) => i + 1);

describe('docs/rules.md', () => {
  test('lists the rules 1 to 30, in order', () => {
    expect(sections.map((section) => Number.parseInt(section, 10))).toEqual(RULES);
  });

  test('has the switches and tests of today: `npm run prove-rules -- --write-doc` renews them', () => {
    expect(text).toBe(withProofs(text, switches));
  });

  test.each(RULES)('rule %i has its proofs', (rule) => {
    const section = sections[rule - 1] ?? '';
    const own = switches.filter((each) => each.rule.startsWith(`${rule}: `));
    expect(section).toContain(`<!-- proofs of rule ${rule} -->`);
    expect(section).toContain('Tests: [');
    expect(own.length).toBeGreaterThan(0);
  });

  test('every switch still finds its text', () => {
    for (const each of switches)
      expect(() => replaceOnce(readFileSync(each.file, 'utf8'), each), each.rule).not.toThrow();
  });

  test('every switch has a name of its own, of a rule and a promise', () => {
    const names = switches.map(({ rule }) => rule);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^\d+: \S/);
  });
});
