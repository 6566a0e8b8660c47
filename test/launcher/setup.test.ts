import { once } from 'node:events';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { killGroup, plantTree, start } from './tree.ts';

/** Stands in for npm: brings a build tool, and notes each of its runs. It waits for the test when given a port. */
const NPM = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
appendFileSync('npm.log', process.argv.slice(2, 5).join(' ') + '\\n');
console.log('npm says something');
if (process.env.FAKE_NPM_FAILS) {
  console.error(process.env.FAKE_NPM_FAILS);
  process.exit(1);
}
if (process.env.FAKE_NPM_PORT) {
  const socket = connect(Number(process.env.FAKE_NPM_PORT), '127.0.0.1').resume();
  await new Promise((resolve) => socket.on('end', resolve));
}
mkdirSync('node_modules/electron-vite/bin', { recursive: true });
writeFileSync('node_modules/electron-vite/bin/electron-vite.js', \`
  const { appendFileSync, cpSync, mkdirSync } = require('node:fs');
  appendFileSync('build.log', 'built\\\\n');
  console.log('the tool says something');
  mkdirSync('out/main', { recursive: true });
  cpSync('main/cli.ts', 'out/main/cli.js');
\`);
`;

const FILES = {
  'package.json': JSON.stringify({ name: 'satchel', type: 'module', dependencies: { a: '1' }, scripts: {} }),
  'package-lock.json': '{"lockfileVersion":3}',
  'main/cli.ts': `console.log('program ' + process.argv[2]);`,
  'fake/npm-cli.js': NPM,
};

const checkout = (files: Record<string, string> = {}) =>
  plantTree({ ...FILES, ...files }, ['bin', 'scripts']);

function run(tree: string, file: string, env: NodeJS.ProcessEnv = {}) {
  const npm = { npm_execpath: join(tree, 'fake', 'npm-cli.js') };
  return start(process.execPath, [join(tree, file), '1'], { cwd: tree, env: { ...npm, ...env } });
}

const runsOf = async (tree: string, log: string) =>
  (await readFile(join(tree, log), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

/** A port at which the fake npm reports, one connection a run; it goes on when its connection is ended. */
async function gate() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {
    port: String((server.address() as AddressInfo).port),
    arrival: async () => ((await once(server, 'connection')) as [Socket])[0].on('error', () => {}),
  };
}

test('set-up installs once, and again only when what it installs changes', async () => {
  const tree = await checkout();
  expect(await run(tree, 'scripts/setup.mjs').ended()).toMatchObject({ code: 0, stdout: '' });
  expect(await run(tree, 'scripts/setup.mjs').ended()).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(await runsOf(tree, 'npm.log')).toEqual(['ci --include=dev --include=optional']);

  await writeFile(join(tree, 'package.json'), FILES['package.json'].replace('{}', '{"x":"true"}'));
  await run(tree, 'scripts/setup.mjs').ended();
  expect(await runsOf(tree, 'npm.log')).toHaveLength(1);

  await writeFile(join(tree, 'package-lock.json'), '{"lockfileVersion":3,"packages":{}}');
  await run(tree, 'scripts/setup.mjs').ended();
  expect(await runsOf(tree, 'npm.log')).toHaveLength(2);
});

test('the launcher of a checkout installs and builds first, and then only what changed', async () => {
  const tree = await checkout();
  const first = await run(tree, 'bin/satchel.mjs').ended();
  expect(first).toMatchObject({ code: 0, stdout: 'program 1\n' });
  expect(first.stderr).toMatch(/^satchel: installing .*\nsatchel: building .*\n$/);
  expect(await run(tree, 'bin/satchel.mjs').ended()).toMatchObject({ stdout: 'program 1\n', stderr: '' });
  expect(await runsOf(tree, 'build.log')).toHaveLength(1);

  await writeFile(join(tree, 'main', 'cli.ts'), `console.log('changed');`);
  expect(await run(tree, 'bin/satchel.mjs').ended()).toMatchObject({ stdout: 'changed\n' });
  expect(await runsOf(tree, 'build.log')).toHaveLength(2);
  expect(await runsOf(tree, 'npm.log')).toHaveLength(1);
});

test('two at once wait for each other, and one of them does the work', async () => {
  const tree = await checkout();
  const { port, arrival } = await gate();
  const first = run(tree, 'bin/satchel.mjs', { FAKE_NPM_PORT: port });
  const npm = await arrival();
  const second = run(tree, 'bin/satchel.mjs', { FAKE_NPM_PORT: port });
  await second.said('Waiting for another set-up');
  npm.end();
  expect(await first.ended()).toMatchObject({ code: 0, stdout: 'program 1\n' });
  expect(await second.ended()).toMatchObject({ code: 0, stdout: 'program 1\n' });
  expect(await runsOf(tree, 'npm.log')).toHaveLength(1);
  expect(await runsOf(tree, 'build.log')).toHaveLength(1);
});

test('a killed set-up holds nobody up, nor is its half-made work used', async () => {
  const tree = await checkout();
  const { port, arrival } = await gate();
  const first = run(tree, 'scripts/setup.mjs', { FAKE_NPM_PORT: port });
  await arrival();
  killGroup(first.pid);
  await first.ended();
  expect(await run(tree, 'scripts/setup.mjs').ended()).toMatchObject({ code: 0 });
  expect(await runsOf(tree, 'npm.log')).toHaveLength(2);
});

test('an npm that outlives its killed set-up is waited for', async () => {
  const tree = await checkout();
  const { port, arrival } = await gate();
  const first = run(tree, 'scripts/setup.mjs', { FAKE_NPM_PORT: port });
  const npm = await arrival();
  first.kill('SIGKILL');
  const second = run(tree, 'scripts/setup.mjs');
  await second.said('Waiting for another set-up');
  expect(await runsOf(tree, 'npm.log')).toHaveLength(1);
  npm.end();
  expect(await second.ended()).toMatchObject({ code: 0 });
  expect(await runsOf(tree, 'npm.log')).toHaveLength(2);
});

test.each([
  { lock: '', why: 'was never written' },
  { lock: JSON.stringify({ host: 'elsewhere', processes: [{ pid: 1, started: 1 }] }), why: 'is silent' },
])('a lock that $why is taken over', async ({ lock }) => {
  const tree = await checkout({ '.setup.lock': lock });
  await utimes(join(tree, '.setup.lock'), 1000, 1000);
  expect(await run(tree, 'scripts/setup.mjs').ended()).toMatchObject({ code: 0 });
});

test('a pid that is used again does not hold a lock', async () => {
  const lock = { host: hostname(), processes: [{ pid: process.pid, started: 1 }] };
  const tree = await checkout({ '.setup.lock': JSON.stringify(lock) });
  expect(await run(tree, 'scripts/setup.mjs').ended()).toMatchObject({ code: 0 });
});

test.each([
  { says: 'npm error code ENOTFOUND', sentence: /the npm registry was not reached; check the network/ },
  { says: 'npm error code EINTEGRITY', sentence: /could not be installed; what npm said about it is above/ },
])('when npm fails with "$says", set-up shows it and ends with one sentence', async ({ says, sentence }) => {
  const tree = await checkout();
  const { code, stdout, stderr } = await run(tree, 'bin/satchel.mjs', { FAKE_NPM_FAILS: says }).ended();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(says);
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(sentence);
  expect(await run(tree, 'scripts/setup.mjs').ended()).toMatchObject({ code: 0 });
});
