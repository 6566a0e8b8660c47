import { spawn } from 'node:child_process';

/** Says one line to the user; stdout belongs to the program. */
export function say(line) {
  process.stderr.write(`satchel: ${line}\n`);
}

/**
 * Runs a program and keeps what it says. Gives `{ code, signal, output }`, or rejects when it cannot be started. A signal
 * that ends this process ends the program first, so that it is not left working on its own.
 */
export function run(command, args, { cwd, env = process.env, shell = false, started = () => {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const stopForwarding = forwardSignals(child);
    child.on('spawn', () => started(child.pid));
    child.on('error', (error) => {
      stopForwarding();
      reject(error);
    });
    child.on('close', (code, signal) => {
      stopForwarding();
      resolve({ code, signal, output });
    });
  });
}

/** Passes signals to `child` until the returned function is called, which then lets a signal that came take its course. */
export function forwardSignals(child) {
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => onSignal(signal)]);
  let received = null;
  function onSignal(signal) {
    received = signal;
    child.kill(signal);
  }
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
    if (received !== null) process.kill(process.pid, received);
  };
}

/** Environment for a tool: without what a test run or another Node left in it that would change what the tool does. */
export function toolEnvironment(extra = {}) {
  const { NODE_ENV: _mode, NODE_OPTIONS: _options, NODE_CHANNEL_FD: _fd, ...rest } = process.env;
  return { ...rest, ...extra };
}
