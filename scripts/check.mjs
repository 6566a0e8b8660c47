// What `npm test` runs: everything that can be known without running the program, then the tests. Arguments go to vitest,
// and then only vitest runs.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rightNode } from '../bin/right-node.mjs';
import { build } from './build.mjs';
import { run, toolEnvironment } from './run.mjs';
import { ifStarted, root } from './setup.mjs';
import { runVitest } from './vitest.mjs';

const SOURCES = ['bin', 'scripts', 'main', 'preload', 'renderer', 'test', 'bench'];

const checks = {
  types: () => tool('typescript/bin/tsc', ['-p', '.', '--pretty', 'false']),
  lint: () => tool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings']),
  walls: () =>
    tool('dependency-cruiser/bin/dependency-cruiser.mjs', ['--output-type', 'err-long', ...sources()]),
  unused: () => tool('knip/bin/knip.js', []),
  build: () => build().then(() => ({ code: 0, output: '' })),
};
// Two at a time, for two cores: the types take as long as all the others together.
const LANES = [['types'], ['lint', 'walls', 'unused', 'build']];

await ifStarted(import.meta.url, async () => {
  const args = process.argv.slice(2);
  process.exitCode = (args.length === 0 && (await checkAll())) || (await test(args));
});

/** Prints the checks in the order of `checks`; gives the exit status of the first that fails, else 0. */
async function checkAll() {
  const stop = new AbortController();
  const running = startLanes(stop.signal);
  for (const name of Object.keys(checks)) {
    const { code, output, seconds } = await running[name];
    if (output.trim() !== '' && code !== 0) process.stdout.write(`${output.trimEnd()}\n`);
    process.stdout.write(`${code === 0 ? '✓' : '✗'} ${name} ${seconds.toFixed(1)} s\n`);
    if (code === 0) continue;
    stop.abort();
    await Promise.allSettled(Object.values(running));
    return code;
  }
  return 0;
}

function startLanes(signal) {
  const running = {};
  for (const lane of LANES) {
    let before = Promise.resolve();
    for (const name of lane) {
      running[name] = before.then(() =>
        signal.aborted ? { code: 1, output: '', seconds: 0 } : timed(checks[name]),
      );
      before = running[name];
    }
  }
  return running;
}

async function timed(check) {
  const start = performance.now();
  const { code, output } = await check().catch((error) => ({ code: 1, output: error.message }));
  return { code: code ?? 1, output, seconds: (performance.now() - start) / 1000 };
}

function tool(path, args) {
  const script = join(root, 'node_modules', ...path.split('/'));
  return run(rightNode(root), [script, ...args], { cwd: root, env: toolEnvironment() });
}

function sources() {
  return SOURCES.filter((folder) => existsSync(join(root, folder)));
}

async function test(args) {
  const guard = args.length === 0 ? ['--allowOnly=false'] : [];
  const { code, passed, failed, skipped, tests } = await runVitest([...guard, ...args]);
  for (const { name, file, state, tries } of tests) {
    if (state === 'passed' && tries > 1)
      process.stdout.write(`passed at try ${tries} only: ${relative(root, file)} > ${name}\n`);
  }
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return code;
}
