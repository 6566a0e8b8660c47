// `npm run bench [-- SECTION …]`: the tables of docs/benchmarks.md, peers beside us in the same run. Without sections, all.
import { spawn, spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** By name, what is run for it. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  downloads: ['downloads.ts'],
  'small-files': ['many.ts', 'small-files'],
  delay: ['many.ts', 'delay'],
  packages: ['packages.ts'],
  packing: ['many.ts', 'packing'],
  stream: ['stream.ts'],
  limits: ['limits.ts'],
  tasks: ['tasks.ts'],
  history: ['history.ts'],
  'fan-out': ['fan-out.ts'],
  'list-load': ['list-load.ts'],
  kills: ['queue-kills.ts'],
};

/** Beside which we are measured: what prints its version, and Debian's package. */
const PEERS = {
  aria2c: ['--version', 'aria2'],
  curl: ['--version', 'curl'],
  wget2: ['--version', 'wget2'],
  zip: ['-v', 'zip'],
  '7z': ['i', 'p7zip-full'],
  nginx: ['-v', 'nginx-light'],
} as const;

function aboutMachine(): string {
  const [cpu] = cpus();
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`;
  return `${cpus().length} × ${cpu?.model.trim()}, ${memory}, ${process.platform} ${release()}, Node ${process.version}`;
}

function aboutPeers(): string {
  const path = `${process.env['PATH']}:/usr/sbin:/sbin`;
  const missing: string[] = [];
  const there = Object.entries(PEERS).flatMap(([name, [argument, debian]]) => {
    const { stdout, stderr, error } = spawnSync(name, [argument], {
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
    });
    if (error === undefined) return [`${name} ${/\d+\.\d+(\.\d+)?/.exec(stdout + stderr)?.[0] ?? '?'}`];
    missing.push(debian);
    return [];
  });
  const hint =
    missing.length === 0 ? '' : `\nNot measured, not installed: apt-get install ${missing.join(' ')}`;
  return `${there.join(', ')}${hint}`;
}

function run(file: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  console.error(`No section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}
console.log(`${aboutMachine()}\n${aboutPeers()}`);
for (const [name, [file = '', ...args]] of Object.entries(SECTIONS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n## ${name}`);
  const code = await run(file, args);
  if (code !== 0) process.exitCode = code;
}
