import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepareReaders, READERS, takenBy } from '../kit/stream-readers.ts';
import { entriesIn } from '../kit/zip-readers.ts';
import { buildFirst, type Desk, desk, linesOf, MIB, messages, names } from './kit.ts';

buildFirst();

const root = join(import.meta.dirname, '..', '..');
let classes = '';
beforeAll(async () => {
  classes = await prepareReaders(await realpath(await mkdtemp(join(tmpdir(), 'satchel-test-'))));
}, 60_000);
afterAll(() => rm(classes, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** `satchel get ARGS --zip - SHELL`, by a shell, so that its output is what the shell makes of it; its own status. */
function inShell(
  at: Desk,
  args: readonly string[],
  rest: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return endOf(startInShell(at, args, rest, env));
}

function startInShell(
  at: Desk,
  args: readonly string[],
  rest: string,
  env: NodeJS.ProcessEnv = {},
): ChildProcess {
  const full = args.map((arg) => (arg.startsWith('/') ? at.server.url(arg) : arg));
  const script = `"$@" ${rest}\nexit "\${PIPESTATUS[0]}"`;
  const command = [process.execPath, join(root, 'out', 'main', 'cli.js'), 'get', '--zip', '-', ...full];
  const child = spawn('bash', ['-c', script, 'bash', ...command], {
    cwd: at.folder,
    env: { PATH: process.env['PATH'], NETRC: '/dev/null', LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout?.resume();
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stderr };
}

/** Resolves when the server has not been able to send anything for a while. */
async function untilHeldUp({ server }: Desk): Promise<void> {
  for (let before = -1, same = 0; same < 20; ) {
    same = server.sentTotal === before ? same + 1 : 0;
    before = server.sentTotal;
    await pause(20);
  }
}

/** Ends with the program's status, but only if the reader has failed too. */
const BOTH_FAIL = [
  '| bsdtar -xOf - > /dev/null',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
  's=("${PIPESTATUS[@]}")',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
  '((s[1])) && exit "${s[0]}"',
  'exit 77',
].join('\n');

describe('satchel get --zip -', () => {
  test('a ZIP that every reader takes; nothing else is on the disk', async () => {
    const at = await desk();
    const a = at.serve('/a.bin', { size: 3 * MIB, faults: [{ name: 'truncate', after: MIB, times: 1 }] });
    const b = at.serve('/b.bin', { seed: 2, size: 1000 });
    const { status, stderr } = await inShell(at, ['/a.bin', '/b.bin'], '> x.zip');
    expect(status).toBe(0);
    expect(at.server.happened('truncate')).toBe(1);
    expect(await names(at.folder)).toEqual(['x.zip']);
    expect(await entriesIn(join(at.folder, 'x.zip'))).toEqual([
      ['a.bin', a.sha256()],
      ['b.bin', b.sha256()],
    ]);
    expect(await takenBy(join(at.folder, 'x.zip'), classes)).toEqual(READERS);
    expect(linesOf(stderr).at(-1)).toMatch(/^✓ standard output {2}3\.0 MiB in .* → standard output$/);
  });

  test('piped into bsdtar', async () => {
    const at = await desk();
    at.serve('/a.bin', { size: 3 * MIB });
    at.serve('/b.txt', { content: Buffer.alloc(100_000, 'text\n') });
    const { status } = await inShell(at, ['-q', '/a.bin', '/b.txt'], '| bsdtar -xf -');
    expect(status).toBe(0);
    expect(await names(at.folder)).toEqual(['a.bin', 'b.txt']);
    expect((await readFile(join(at.folder, 'b.txt'))).equals(Buffer.alloc(100_000, 'text\n'))).toBe(true);
  });

  test('appended where a file was not empty', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const { status } = await inShell(at, ['-q', '/a.bin'], '>> x.zip');
    expect([status, (await entriesIn(join(at.folder, 'x.zip'))).length]).toEqual([0, 1]);
  });

  test.each([
    ['is not there', ['/none.bin'], 'not-found'],
    ['is not there, the second', ['/a.bin', '/none.bin'], 'not-found'],
    ['dies for ever, the second', ['/a.bin', '/dying.bin'], 'network'],
    ['dies for ever, the only one', ['/dying.bin'], 'network'],
  ])(
    'a source that %s: exit 1, and no reader takes what there is',
    { timeout: 60_000 },
    async (_, args, code) => {
      const at = await desk();
      at.serve('/a.bin');
      at.serve('/dying.bin', { size: MIB, faults: [{ name: 'die-at', offset: 700_000 }] });
      const { status, stderr } = await inShell(at, ['--retries', '1', ...args], '> x.zip');
      expect(status).toBe(1);
      expect(stderr).toContain(`(${code})`);
      expect(await takenBy(join(at.folder, 'x.zip'), classes)).toEqual([]);
      const piped = await inShell(at, ['-q', '--retries', '1', ...args], BOTH_FAIL);
      expect(piped.status).toBe(1);
    },
  );

  test('a reader that goes away ends it quietly, with 1', async () => {
    const at = await desk();
    at.serve('/a.bin', { size: 8 * MIB });
    const { status, stderr } = await inShell(at, ['/a.bin'], '| head -c 10 > /dev/null');
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'standard output: started\n' });
    await at.server.until(() => at.server.requests.every(({ ended }) => ended !== 'open'));
  });

  test('a reader that does not read holds the server up, and nothing is lost', async () => {
    const at = await desk();
    const content = at.serve('/a.bin', { size: 32 * MIB });
    await once(spawn('mkfifo', [join(at.folder, 'go')]), 'close');
    const ended = inShell(at, ['-q', '/a.bin'], '| (read go < go; cat > x.zip)');
    await at.server.once(({ sent }) => sent > 0);
    await untilHeldUp(at);
    expect(at.server.sentTotal).toBeLessThan(16 * MIB);
    const go = await open(join(at.folder, 'go'), 'w');
    await go.write('go\n');
    await go.close();
    expect((await ended).status).toBe(0);
    expect(await entriesIn(join(at.folder, 'x.zip'))).toEqual([['a.bin', content.sha256()]]);
  });

  test('an output without room: disk-full', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const { status, stderr } = await inShell(at, ['-q', '/a.bin'], '> /dev/full');
    expect(status).toBe(1);
    expect(stderr).toContain('(disk-full)');
  });

  test('SIGINT: 130, without a ZIP that looks whole', async () => {
    const at = await desk();
    at.serve('/a.bin');
    at.serve('/b.bin', { size: MIB, faults: [{ name: 'stall', after: 500_000 }] });
    const running = at.start(['--zip', '-', '/a.bin', '/b.bin']);
    await at.server.once(({ path, sent }) => path === '/b.bin' && sent === 500_000);
    running.child.kill('SIGINT');
    const { status, stdout, stderr } = await running.exit;
    expect([status, stdout.includes('PK\u0005\u0006')]).toEqual([130, false]);
    expect(stderr).not.toContain('every byte');
  });

  test('--json: messages of the contract, all of them on standard error, and nothing else', async () => {
    const at = await desk();
    at.serve('/a.bin');
    for (const [path, status, last] of [
      ['/a.bin', 0, 'task.done'],
      ['/none.bin', 1, 'task.failed'],
    ] as const) {
      const ended = await inShell(at, ['--json', path, path], '> x.zip');
      expect(ended.status).toBe(status);
      const all = messages(ended.stderr);
      expect(all[0]).toMatchObject({ type: 'snapshot', tasks: [{ kind: 'package', name: '-', path: '-' }] });
      expect(all.at(-1)).toMatchObject({ event_type: last });
    }
  });

  test('times are those of the wall where it runs', async () => {
    const at = await desk();
    at.serve('/a.bin', { lastModified: new Date(Date.UTC(2026, 5, 7, 8, 9, 10)) });
    const { status } = await inShell(at, ['-q', '/a.bin'], '| bsdtar -tvf - > list', {
      TZ: 'America/New_York',
    });
    expect(status).toBe(0);
    expect(await readFile(join(at.folder, 'list'), 'utf8')).toContain('Jun  7 04:09');
  });

  test('names and folders of an input file', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const input = [
      at.server.url('/a.bin'),
      ' out=sub/one.bin',
      at.server.url('/a.bin'),
      ' dir=maps',
      at.server.url('/a.bin'),
      ' dir=../..',
      '',
    ].join('\n');
    await writeFile(join(at.folder, 'list'), input);
    const { status } = await inShell(at, ['-q', '-i', 'list', '--compress', 'store'], '> x.zip');
    expect(status).toBe(0);
    const found = await entriesIn(join(at.folder, 'x.zip'));
    expect(found.map(([name]) => name)).toEqual(['sub/one.bin', 'maps/a.bin', 'a.bin']);
    expect(await names(at.folder)).toEqual(['list', 'x.zip']);
  });

  test.each([
    [['--output', 'x']],
    [['--checksum', `crc32:${'0'.repeat(8)}`]],
    [['--resume-from', 'x.satchel']],
    [['--compress', '10']],
  ])('%j is wrong usage', async (args) => {
    const at = await desk();
    at.serve('/a.bin');
    const { status, stdout } = await at.get(['--zip', '-', '/a.bin', ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(at.server.requests).toHaveLength(0);
  });

  test('no ZIP is written to a terminal', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const { status, stdout } = await at.get(['--zip', '-', '/a.bin'], { onTerminal: true });
    expect(status).toBe(2);
    expect(stdout).toContain('terminal');
  });
});

test('the built program has CRCs by native code, not those of crc-32', async () => {
  const folder = join(root, 'out', 'main');
  const texts = await Promise.all(
    (await readdir(folder))
      .filter((name) => name.endsWith('.js'))
      .map((name) => readFile(join(folder, name), 'utf8')),
  );
  const code = texts.join('\n');
  // Of its own function, and of the tables of the package.
  expect(code).toContain('DeflateCRC32Stream');
  expect(code).toContain('main/zip/crc-32.ts');
  expect(code).not.toMatch(/CRC32\.version|signed_crc_table/);
});
