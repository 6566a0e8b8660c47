// Installs the packages when they are missing or stale. Plain Node, nothing from node_modules: it runs before there is one.
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { run, say } from './run.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const lockFile = join(root, '.setup.lock');
const stampFile = join(root, 'node_modules', '.satchel-stamp');
const NO_NETWORK =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** Runs `npm ci` unless what it would install is there. Throws one plain sentence when it cannot. */
export async function setUp() {
  const wanted = fingerprint();
  if (stampIs(wanted)) return;
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Error(`Setting up needs Node 20 or newer and this is Node ${process.versions.node}.`);
  }
  await withLock(lockFile, (alsoHeldBy) => install(wanted, alsoHeldBy), say);
}

/** Whoever waited for the lock finds the work done. */
async function install(wanted, alsoHeldBy) {
  if (stampIs(wanted)) return;
  rmSync(stampFile, { force: true });
  say('installing packages (once; about half a minute) …');
  const { command, args, shell } = npm();
  // A production setting in the user's environment would leave out the tools, or the Node in the optional packages.
  // No package here needs a script of its own to run.
  const options = ['--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { code, output } = await run(command, [...args, 'ci', ...options, '--loglevel=error'], {
    cwd: root,
    shell,
    started: alsoHeldBy,
  }).catch((error) => {
    throw new Error(`npm could not be started (${error.code}); install Node.js with npm and try again.`);
  });
  if (code !== 0) throw failure(output);
  writeFileSync(stampFile, wanted);
}

function failure(output) {
  process.stderr.write(output);
  return new Error(
    NO_NETWORK.test(output)
      ? 'The packages could not be installed because the npm registry was not reached; check the network and try again.'
      : 'The packages could not be installed; what npm said about it is above.',
  );
}

/** The npm that started us, else the one on PATH. yarn and pnpm set npm_execpath too, and have no `ci` that reads our lock. */
function npm() {
  const path = process.env.npm_execpath;
  if (path && /^np[mx]\b/.test(basename(path))) {
    // npm is to run on the Node it came with: ours may be one of the packages that it is about to replace.
    return { command: process.env.npm_node_execpath ?? process.execPath, args: [path], shell: false };
  }
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/** Everything an install depends on; other fields of package.json, such as scripts, may change freely. */
function fingerprint() {
  const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(JSON.stringify([dependencies, devDependencies, optionalDependencies, overrides]))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
}

function stampIs(wanted) {
  try {
    return readFileSync(stampFile, 'utf8') === wanted;
  } catch {
    return false;
  }
}

/** Runs `main` when the module at `url` is the program that was started; its error is one line, and exit status 1. */
export async function ifStarted(url, main) {
  if (process.argv[1] === undefined || realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  try {
    await main();
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}

await ifStarted(import.meta.url, setUp);
