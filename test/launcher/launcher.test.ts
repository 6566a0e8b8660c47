import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findOldNode, lendNode, plantTree, start } from './tree.ts';

/** Stands in for the built program; what it does is its first argument. */
const PROGRAM = `
const [what, ...rest] = process.argv.slice(2);
const acts = {
  exit: () => process.exit(Number(rest[0])),
  tell: () => console.log(JSON.stringify({ rest, cwd: process.cwd(), version: process.versions.node, env: process.env })),
  wait: () => {
    process.on('SIGTERM', () => {
      console.log('told SIGTERM');
      process.exit(143);
    });
    acts.hang();
  },
  hang: () => {
    setInterval(() => {}, 1000);
    console.log('ready');
  },
};
acts[what]();
`;

const PACKAGE = JSON.stringify({
  name: 'satchel',
  type: 'module',
  scripts: { start: 'node bin/satchel.mjs' },
});

async function installedTree(): Promise<string> {
  const tree = await plantTree({ 'package.json': PACKAGE, 'out/main/cli.js': PROGRAM }, ['bin']);
  await lendNode(tree);
  return tree;
}

function launch(node: string, tree: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  return start(node, [join(tree, 'bin', 'satchel.mjs'), ...args], { env });
}

/** Starts the launcher below a process that can be killed, as npm can: as its child, or through a shell that stays. */
function launchUnderNpm(node: string, tree: string, args: string[], shell: boolean) {
  const command = [node, join(tree, 'bin', 'satchel.mjs'), ...args];
  const [file, ...rest] = shell ? ['sh', '-c', `"${command.join('" "')}"; exit $?`] : command;
  const npm = `require('node:child_process').spawn('${file}', ${JSON.stringify(rest)}, { stdio: 'inherit' })`;
  return start(process.execPath, ['--eval', npm], {
    env: { npm_lifecycle_event: 'start', npm_package_name: 'satchel' },
  });
}

const oldNode = findOldNode();
const nodes = [
  { kind: 'a Node that is new enough', node: process.execPath },
  { kind: `an old Node${oldNode === null ? ' (there is none on PATH)' : ''}`, node: oldNode },
];

describe.each(nodes)('started with $kind, the launcher', ({ node }) => {
  const tried = test.skipIf(node === null);
  const path = node ?? '';

  tried('hands over arguments, folder and environment, adding nothing', async () => {
    const tree = await installedTree();
    const { code, stdout, stderr } = await launch(path, tree, ['tell', 'a b', '--', '"'], {
      MARK: 'x',
    }).ended();
    const { rest, cwd, version, env } = JSON.parse(stdout);
    expect({ code, stderr, rest, cwd }).toEqual({
      code: 0,
      stderr: '',
      rest: ['a b', '--', '"'],
      cwd: process.cwd(),
    });
    expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(22);
    expect(env.MARK).toBe('x');
    expect(Object.keys(env).filter((name) => /^(NODE_|SATCHEL_)/.test(name))).toEqual([]);
  });

  tried('ends with the exit status of the program', async () => {
    const tree = await installedTree();
    expect(await launch(path, tree, ['exit', '2']).ended()).toMatchObject({ code: 2, signal: null });
  });

  tried('passes SIGTERM on and waits for the program to end', async () => {
    const launcher = launch(path, await installedTree(), ['wait']);
    await launcher.said('ready');
    launcher.kill('SIGTERM');
    expect(await launcher.ended()).toMatchObject({ code: 143, stdout: 'ready\ntold SIGTERM\n' });
  });

  tried.each(['SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'dies of the %s the program died of',
    async (signal) => {
      const launcher = launch(path, await installedTree(), ['hang']);
      await launcher.said('ready');
      launcher.kill(signal);
      expect(await launcher.ended()).toMatchObject({ code: null, signal });
    },
  );

  tried.each([
    { way: 'its child', shell: false },
    { way: 'the child of its shell', shell: true },
  ])('ends the program when npm was killed, being $way', async ({ shell }) => {
    const npm = launchUnderNpm(path, await installedTree(), ['wait'], shell);
    await npm.said('ready');
    npm.kill('SIGKILL');
    // The program holds the other end of the pipe, so this resolves only when it has ended.
    expect(await npm.ended()).toMatchObject({ signal: 'SIGKILL', stdout: 'ready\ntold SIGTERM\n' });
  });

  tried('works in the folder in which npm start was called', async () => {
    const tree = await installedTree();
    const env = {
      npm_lifecycle_event: 'start',
      npm_package_json: join(tree, 'package.json'),
      INIT_CWD: tree,
    };
    const { stdout } = await launch(path, tree, ['tell'], env).ended();
    expect(JSON.parse(stdout).cwd).toBe(realpathSync(tree));
  });

  tried('says in one line that an installed tree is not complete', async () => {
    const tree = await installedTree();
    await rm(join(tree, 'out'), { recursive: true });
    const { code, stdout, stderr } = await launch(path, tree, ['exit', '0']).ended();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^satchel: .*cli\.js is missing; install it again\.\n$/);
  });
});

describe.skipIf(oldNode === null)('an old launcher', () => {
  test('takes the program along when it is killed', async () => {
    const launcher = launch(oldNode ?? '', await installedTree(), ['wait']);
    await launcher.said('ready');
    launcher.kill('SIGKILL');
    expect(await launcher.ended()).toMatchObject({ signal: 'SIGKILL', stdout: 'ready\ntold SIGTERM\n' });
  });

  test('says in one line that there is no Node that is new enough', async () => {
    const tree = await installedTree();
    await rm(join(tree, 'node_modules'), { recursive: true });
    const { code, stdout, stderr } = await launch(oldNode ?? '', tree, ['exit', '0']).ended();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^satchel: Satchel needs Node 22\.12 or newer and this is Node .*\n$/);
  });
});
