#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isNewEnough, rightNode } from './right-node.mjs';

const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));
const program = join(root, 'out', 'main', 'cli.js');
// SIGBREAK is what a Windows console sends for Ctrl-Break; there is no SIGQUIT there.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', process.platform === 'win32' ? 'SIGBREAK' : 'SIGQUIT'];
// A stopping program is promised 5 s for its last checkpoint; twice that means it hangs, and nobody is left to see it.
const LAST_MS = 10_000;

try {
  if (isLaunched()) {
    endWithLauncher();
  } else {
    goToUsersFolder();
    await prepare();
    endWithNpm();
  }
  if (!existsSync(program)) {
    throw new Error(`Satchel is not complete: ${program} is missing; install it again.`);
  }
  if (!isNewEnough(process.versions.node)) await launch(rightNode(root));
} catch (error) {
  process.stderr.write(`satchel: ${error.message}\n`);
  process.exit(1);
}
// Outside the try: what the program throws is its own, with its own stack.
if (isNewEnough(process.versions.node)) {
  // Compiling takes a third of the time until the program is ready. Where nothing can be kept it does without.
  module.enableCompileCache?.(join(root, 'out', '.cache'));
  await import(pathToFileURL(program).href);
}

/** True in the process that `launch` started. The marker goes no further: what the program starts is on its own. */
function isLaunched() {
  const marked = process.env.SATCHEL_LAUNCHED !== undefined;
  delete process.env.SATCHEL_LAUNCHED;
  return marked && process.channel !== undefined;
}

/** Installs and builds what is missing. An installed tree has neither sources nor scripts, and is used as it is. */
async function prepare() {
  if (!existsSync(join(root, 'scripts', 'setup.mjs')) || !existsSync(join(root, 'main'))) return;
  const { setUp } = await import('../scripts/setup.mjs');
  await setUp();
  const { build } = await import('../scripts/build.mjs');
  await build();
}

/** npm runs scripts in the package's folder; `npm start -- get URL` is to download where the user is, as `satchel` does. */
function goToUsersFolder() {
  const { npm_lifecycle_event: event, npm_package_json: manifest, INIT_CWD: folder } = process.env;
  if (event === 'start' && manifest === join(root, 'package.json') && folder) process.chdir(folder);
}

/** Runs the program on another Node and never returns: the process ends as its child does. */
async function launch(node) {
  const { spawn } = await import('node:child_process');
  const child = spawn(node, [self, ...process.argv.slice(2)], {
    // The channel carries nothing. It closes when this process dies, however it dies, and that is how the child knows.
    stdio: [0, 1, 2, 'ipc'],
    env: { ...process.env, SATCHEL_LAUNCHED: '1' },
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (...end) => resolve(end));
  });
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Only a signal whose default is not to end a process gets here.
  await new Promise(() => setTimeout(() => process.exit(1), 1000));
}

function endWithLauncher() {
  process.once('disconnect', stop);
  // A listener for 'disconnect' keeps the program alive for as long as the channel is open.
  process.channel.unref();
}

/** npm killed with SIGKILL tells nobody, and its child goes on under another parent. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.env.npm_package_name !== 'satchel') return;
  const parents = parentsUpToNpm();
  const timer = setInterval(() => {
    if (parentsUpToNpm() === parents) return;
    clearInterval(timer);
    stop();
  }, 1000);
  timer.unref();
}

/** npm starts a script through `sh -c`. Some shells make way for the script, others stay between and outlive npm. */
function parentsUpToNpm() {
  const pids = [process.ppid];
  try {
    while (readFileSync(`/proc/${pids[0]}/cmdline`, 'latin1').split('\0')[1] === '-c') {
      const stat = readFileSync(`/proc/${pids[0]}/stat`, 'latin1');
      // proc(5): the parent is the second field after the name, which is in brackets.
      pids.unshift(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    }
  } catch {
    // No /proc, or none of it left: the direct parent is all there is to go by.
  }
  return pids.join(' ');
}

function stop() {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_MS).unref();
}
