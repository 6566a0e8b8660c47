import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { rightNode } from '../bin/right-node.mjs';
import { forwardSignals } from './run.mjs';
import { root } from './setup.mjs';

/**
 * Runs `vitest run ARGS`. Gives `{ code, passed, failed, skipped, tests }` as in counts.mjs; `code` is not 0 when anything
 * failed and when no test ran at all.
 */
export async function runVitest(args, { reporter = 'default', env = {}, quiet = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'satchel-counts-'));
  const file = join(folder, 'counts.json');
  try {
    const exit = await finish(
      [
        join(root, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        `--reporter=${reporter}`,
        `--reporter=${join(root, 'scripts', 'counts.mjs')}`,
        ...args,
      ],
      { ...process.env, ...env, SATCHEL_COUNTS: file, PATH: pathWithTools() },
      quiet,
    );
    const counts = read(file);
    const sound = counts.failed === 0 && counts.passed > 0;
    return { ...counts, code: exit === 0 && !sound ? 1 : exit };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function finish(args, env, quiet) {
  return new Promise((resolve, reject) => {
    const stdio = quiet ? 'ignore' : 'inherit';
    const child = spawn(rightNode(root), args, { cwd: root, env, stdio });
    const stopForwarding = forwardSignals(child);
    child.on('error', reject);
    child.on('exit', (code) => {
      stopForwarding();
      resolve(code ?? 1);
    });
  });
}

/** Tests that start `node` are to get the one npm scripts get. */
function pathWithTools() {
  const tools = join(root, 'node_modules', '.bin');
  const path = process.env.PATH ?? '';
  return path.split(delimiter).includes(tools) ? path : `${tools}${delimiter}${path}`;
}

/** A run that died before its end left no file; its exit status says so. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, tests: [] };
  }
}
