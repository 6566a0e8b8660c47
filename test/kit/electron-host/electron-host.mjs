#!/usr/bin/env node
// The program that stands for Electron's: `electron-host.mjs [switches] <folder or main script> [arguments]`. Playwright's
// `_electron.launch({ executablePath })` and electron-vite (ELECTRON_EXEC_PATH) take it as they take the real one.
import { readFileSync, statSync } from 'node:fs';
import inspector from 'node:inspector';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { becomeMainProcess, ELECTRON_VERSION, isPackaged } from './environment.ts';

const given = process.argv.slice(2);
if (given.includes('--version') || given.includes('-v')) {
  process.stdout.write(`v${ELECTRON_VERSION}\n`);
} else {
  await start();
}

async function start() {
  if (given.some((arg) => arg.startsWith('--inspect'))) inspector.open(0, '127.0.0.1', false);
  const at = given.findIndex((arg) => !arg.startsWith('-'));
  const target = at < 0 ? '.' : (given[at] ?? '.');
  const script = mainScript(resolve(target));
  // What is meant for Chromium and Node is not the app's.
  const switches = given.slice(0, Math.max(at, 0)).filter((arg) => arg.startsWith('--user-data-dir='));
  // A packed app is not told where it lies: it is the program.
  const named = isPackaged() ? [] : [target];
  process.argv = [process.argv[1] ?? '', ...named, ...switches, ...given.slice(at + 1)];
  becomeMainProcess(script);
  const { registerHost } = await import('./register.ts');
  registerHost();
  const { listenToTests } = await import('./test-channel.ts');
  const { boot } = await import('./boot.ts');
  try {
    await import(pathToFileURL(script).href);
    await boot();
  } catch (thrown) {
    console.error(thrown);
    process.exit(1);
  }
  listenToTests();
}

function mainScript(path) {
  if (!statSync(path).isDirectory()) return path;
  const { main = 'index.js' } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  return join(path, main);
}
