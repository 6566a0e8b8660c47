import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { en } from '../../renderer/words/en/index.ts';
import { zhCN } from '../../renderer/words/zh-CN/index.ts';

const RENDERER = join(import.meta.dirname, '../../renderer');
const PLURAL = /_(zero|one|two|few|many|other)$/;

type Words = { readonly [key: string]: string | Words };

/** Every word by its path, `list.empty.title`. */
function flat(words: Words, path = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : flat(value, `${path}${key}.`),
  );
}

function sources(): string[] {
  return readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.tsx?$/.test(path) && !path.startsWith('words/en/') && !path.startsWith('words/zh-CN/'),
  );
}

const english = flat(en);
const chinese = flat(zhCN);

describe('the two languages', () => {
  test('have the same words', () => {
    const names = (list: [string, string][]) => new Set(list.map(([path]) => path.replace(PLURAL, '')));
    expect([...names(chinese)].sort()).toEqual([...names(english)].sort());
    expect(english.length).toBeGreaterThan(200);
  });

  test('have every plural form that they need, and no other', () => {
    for (const [list, language] of [
      [english, 'en'],
      [chinese, 'zh-CN'],
    ] as const) {
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.sort();
      const forms = new Map<string, string[]>();
      for (const [path] of list) {
        const form = PLURAL.exec(path)?.[1];
        if (form === undefined) continue;
        const base = path.replace(PLURAL, '');
        forms.set(base, [...(forms.get(base) ?? []), form]);
      }
      for (const [base, has] of forms) expect({ base, has: has.sort() }).toEqual({ base, has: needed });
      expect(forms.size).toBeGreaterThan(5);
    }
  });

  test('say the same things in the same places', () => {
    const places = (text: string) => new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name));
    const translated = new Map(chinese);
    for (const [path, text] of english) {
      // A form for one may do without the number.
      if (path.endsWith('_one')) continue;
      expect({ path, places: places(translated.get(path) ?? '') }).toEqual({ path, places: places(text) });
    }
  });

  test('are not the same words twice', () => {
    const hanzi = /\p{Script=Han}/u;
    const translated = chinese.filter(([, text]) => hanzi.test(text));
    // Units, names and patterns are the same in both.
    expect(translated.length / chinese.length).toBeGreaterThan(0.9);
    expect(english.filter(([, text]) => hanzi.test(text)).map(([path]) => path)).toEqual([
      'settings.look.languages.zh-CN',
    ]);
  });

  test('have no word that nobody says', () => {
    const code = sources()
      .map((path) => readFileSync(join(RENDERER, path), 'utf8'))
      .join('\n');
    const unsaid = english
      .map(([path]) => path.replace(PLURAL, ''))
      .filter(
        (path) => !code.includes(`'${path}'`) && !beginnings(path).some((start) => code.includes(start)),
      );
    expect(unsaid).toEqual([]);
  });
});

/** How a path that is put together at run time may begin in the code: `` `list.empty.${ ``. */
function beginnings(path: string): string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_, index) => `\`${parts.slice(0, index + 1).join('.')}.\${`);
}

describe('the code', () => {
  /** What is read out or shown; other attributes are for machines. */
  const SPOKEN = new Set([
    'label',
    'title',
    'placeholder',
    'alt',
    'aria-label',
    'aria-description',
    'hint',
    'text',
  ]);
  const LETTERS = /\p{L}{2}/u;

  test.each(sources().filter((path) => path.endsWith('.tsx')))('%s has no words of its own', (path) => {
    const text = readFileSync(join(RENDERER, path), 'utf8');
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isJsxText(node) && LETTERS.test(node.text)) found.push(node.text.trim());
      if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText())) {
        const value = node.initializer;
        if (value && ts.isStringLiteral(value) && LETTERS.test(value.text)) found.push(value.text);
      }
      if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteral(node.expression)) {
        const isAttribute = ts.isJsxAttribute(node.parent);
        if (!isAttribute && LETTERS.test(node.expression.text)) found.push(node.expression.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    expect(found).toEqual([]);
  });
});
