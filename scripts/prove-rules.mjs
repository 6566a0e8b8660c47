// Proves that each rule listed in test/rules/switches.ts is held by a test: with the rule switched off, its test fails.
// `npm run prove-rules [RULE …]`; `npm run prove-rules -- --write-doc` only renews the tables of docs/rules.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNewEnough } from '../bin/right-node.mjs';
import { ifStarted, root } from './setup.mjs';
import { runVitest } from './vitest.mjs';

await ifStarted(import.meta.url, async () => {
  if (!isNewEnough(process.versions.node))
    throw new Error('Start it as `npm run prove-rules`, which finds a newer Node.');
  const { loadSwitches, replaceOnce } = await import('../test/rules/switch-off.ts');
  const names = process.argv.slice(2);
  const switches = await loadSwitches();
  if (names.includes('--write-doc')) return writeDoc(switches);
  const missing = names.filter((name) => !switches.some(({ rule }) => rule === name));
  if (missing.length > 0)
    throw new Error(`There is no rule ${missing.join(', ')} in test/rules/switches.ts.`);
  const chosen = switches.filter(({ rule }) => names.length === 0 || names.includes(rule));
  if (chosen.length === 0) throw new Error('There is no rule to prove.');
  // Before any run: a switch that cannot be thrown would make every test fail, which is no proof.
  for (const each of chosen) replaceOnce(readFileSync(join(root, each.file), 'utf8'), each);
  process.exitCode = (await prove(chosen)) ? 0 : 1;
});

async function writeDoc(switches) {
  const { RULES_DOC, withProofs } = await import('../test/rules/rules-doc.ts');
  writeFileSync(RULES_DOC, withProofs(readFileSync(RULES_DOC, 'utf8'), switches));
}

async function prove(switches) {
  const { code, tests } = await runVitest(['-t', switches.map(({ test }) => escaped(test)).join('|')], {
    env: { SATCHEL_RULE_OFF: '' },
  });
  if (code !== 0) throw new Error('With every rule on, the tests must pass; they did not.');
  const verdicts = judgeAll(switches, tests);
  let proved = true;
  for (const [at, each] of switches.entries()) {
    const verdict = await verdicts[at];
    proved &&= verdict.proved;
    process.stdout.write(
      `${verdict.proved ? '✓' : '✗'} ${each.rule.padEnd(width(switches))}  ${verdict.words}\n`,
    );
  }
  return proved;
}

/** Two at a time: most of each run is the start of a process and waiting. */
function judgeAll(switches, tests) {
  const verdicts = [];
  for (const [at, each] of switches.entries()) {
    const before = verdicts[at - 2] ?? Promise.resolve();
    verdicts.push(before.then(() => judge(each, tests)));
  }
  return verdicts;
}

/** Runs only the files in which the test was seen to pass with the rule on. */
async function judge(off, tests) {
  const passed = tests.filter(({ name, state }) => state === 'passed' && name.includes(off.test));
  if (passed.length === 0) return { proved: false, words: `no test is named "${off.test}"` };
  const files = [...new Set(passed.map(({ file }) => file))];
  // One failure is proof enough; what else fails says no more.
  const result = await runVitest(['--bail=1', '-t', escaped(off.test), ...files], {
    env: { SATCHEL_RULE_OFF: off.rule },
    quiet: true,
  });
  const failed = result.tests.filter(({ name, state }) => state === 'failed' && name.includes(off.test));
  if (failed.length > 0) return { proved: true, words: `noticed by "${failed[0].name}"` };
  const ran = result.tests.some(({ state }) => state === 'passed');
  return {
    proved: false,
    words: ran ? `"${off.test}" passes without it` : `"${off.test}" could not run without it`,
  };
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function width(switches) {
  return Math.max(...switches.map(({ rule }) => rule.length));
}
