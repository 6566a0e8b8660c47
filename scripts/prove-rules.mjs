// Proves that each rule listed in test/rules/switches.ts is held by a test: with the rule switched off, its test fails.
// `npm run prove-rules [RULE …]`
import { readFileSync } from 'node:fs';
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
  const missing = names.filter((name) => !switches.some(({ rule }) => rule === name));
  if (missing.length > 0)
    throw new Error(`There is no rule ${missing.join(', ')} in test/rules/switches.ts.`);
  const chosen = switches.filter(({ rule }) => names.length === 0 || names.includes(rule));
  if (chosen.length === 0) throw new Error('There is no rule to prove.');
  // Before any run: a switch that cannot be thrown would make every test fail, which is no proof.
  for (const each of chosen) replaceOnce(readFileSync(join(root, each.file), 'utf8'), each);
  process.exitCode = (await prove(chosen)) ? 0 : 1;
});

async function prove(switches) {
  const { code, tests } = await runVitest(['-t', switches.map(({ test }) => escaped(test)).join('|')], {
    env: { SATCHEL_RULE_OFF: '' },
  });
  if (code !== 0) throw new Error('With every rule on, the tests must pass; they did not.');
  let proved = true;
  for (const each of switches) {
    const verdict = await judge(each, tests);
    proved &&= verdict.proved;
    process.stdout.write(
      `${verdict.proved ? '✓' : '✗'} ${each.rule.padEnd(width(switches))}  ${verdict.words}\n`,
    );
  }
  return proved;
}

/** Runs only the files in which the test was seen to pass with the rule on. */
async function judge(off, tests) {
  const passed = tests.filter(({ name, state }) => state === 'passed' && name.includes(off.test));
  if (passed.length === 0) return { proved: false, words: `no test is named "${off.test}"` };
  const files = [...new Set(passed.map(({ file }) => file))];
  const result = await runVitest(['-t', escaped(off.test), ...files], {
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
