// Many small files, a long way, and packing, beside other programs; and how each grows with the work.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Nginx } from '../test/kit/nginx.ts';
import { cost, table } from './measure.ts';
import { compareWays, secondsOf, shell, tableOf, type Way } from './ways.ts';

const KIB = 1024;
const MIB = KIB * KIB;
const program = join(import.meta.dirname, '..', 'out', 'main', 'cli.js');
const work = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'satchel-many-'));
const served = join(work, 'served');
const folder = join(work, 'got');
const list = join(work, 'list.txt');

const isThere = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const satchel = (...args: string[]) => cost(process.execPath, [program, ...args]);
const only = (ways: readonly Way[]) =>
  ways.filter(([name]) => isThere(name.split(' ')[0] ?? '') || name.startsWith('satchel'));

/** So many files of so many bytes, no two alike. */
function serve(count: number, bytes: number): void {
  rmSync(served, { recursive: true, force: true });
  mkdirSync(served, { recursive: true });
  for (let i = 0; i < count; i++) writeFileSync(join(served, `f${i}.bin`), randomBytes(bytes));
}

/** What is there is what was served: a fast wrong answer is none. */
function demandAll(): void {
  const names = readdirSync(served);
  for (const name of names) {
    if (!readFileSync(join(folder, name)).equals(readFileSync(join(served, name))))
      throw new Error(`${name} is wrong`);
  }
}

function fetchAll(url: (path: string) => string, at: number): Way[] {
  const urls = readdirSync(served).map((name) => url(`/${name}`));
  writeFileSync(list, `${urls.join('\n')}\n`);
  const curlList = join(work, 'curl.txt');
  writeFileSync(curlList, urls.map((each) => `url=${each}\nremote-name\n`).join(''));
  return [
    ['satchel', () => satchel('get', '-q', '-i', list, '-j', `${at}`, '-d', folder)],
    [
      'aria2c',
      () => cost('aria2c', ['-q', '-j', `${at}`, '--file-allocation=none', '-d', folder, '-i', list]),
    ],
    ['curl -Z', () => shell(`cd ${folder}; curl -s -Z --parallel-max ${at} -K ${curlList}`)],
    ['wget2', () => cost('wget2', ['-q', '--max-threads', `${at}`, '-P', folder, '-i', list])],
  ];
}

async function smallFiles(): Promise<void> {
  serve(2000, 10_000);
  const nginx = await Nginx.start({ root: served });
  const costs = await compareWays(only(fetchAll((path) => nginx.url(path), 8)), folder, demandAll);
  console.log(`\n### 2,000 files of 10 KB, 8 at once\n\n${tableOf(costs)}`);
  const grown: string[][] = [];
  for (const count of [20, 200, 2000]) {
    serve(count, 10_000);
    const some = await compareWays(
      only(fetchAll((path) => nginx.url(path), 8).slice(0, 2)),
      folder,
      demandAll,
    );
    grown.push([String(count), ...[...some.values()].map((all) => secondsOf(all).toFixed(2))]);
  }
  console.log(
    `\nWall s by the number of files:\n\n${table(['files', 'satchel', 'aria2c'].slice(0, grown[0]?.length), grown)}`,
  );
  await nginx.close();
}

/** What goes through it takes so long each way, as on a link of that length; how wide it is does not change. */
function longWay(port: number, delayMs: number): Promise<{ port: number; close: () => void }> {
  const late = (from: Socket, to: Socket) => {
    from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), delayMs));
    from.on('end', () => setTimeout(() => to.end(), delayMs));
    from.on('error', () => to.destroy());
  };
  const server = createServer((near) => {
    // The first packet has its way as well: the handshake is ours, and takes none.
    const far = connect(port, '127.0.0.1');
    late(near, far);
    late(far, near);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({ port: (server.address() as { port: number }).port, close: () => server.close() }),
    );
  });
}

async function delayed(): Promise<void> {
  serve(100, 100 * KIB);
  writeFileSync(join(served, 'large.bin'), randomBytes(64 * MIB));
  const nginx = await Nginx.start({ root: served });
  const way = await longWay(Number(new URL(nginx.url('/')).port), 100);
  const url = (path: string) => `http://127.0.0.1:${way.port}${path}`;
  const costs = await compareWays(only(fetchAll(url, 8)), folder, demandAll);
  console.log(
    `\n### 100 files of 100 KiB and one of 64 MiB, 100 ms away each way, 8 at once\n\n${tableOf(costs)}`,
  );
  way.close();
  await nginx.close();
}

/** Text that packs as source does, made of the words of this very file. */
function texts(count: number, bytes: number): void {
  rmSync(served, { recursive: true, force: true });
  mkdirSync(served, { recursive: true });
  const words = readFileSync(import.meta.filename, 'utf8').split(/\s+/);
  for (let i = 0; i < count; i++) {
    let text = '';
    for (let at = i; text.length < bytes; at = (at * 31 + 7) % 1_000_003)
      text += `${words[at % words.length]} `;
    writeFileSync(join(served, `t${i}.txt`), text);
  }
}

async function packing(): Promise<void> {
  const zip = join(folder, 'all.zip');
  const ways = (level: string): readonly Way[] => [
    [
      'satchel pack',
      () => satchel('pack', '-q', served, '-o', zip, '--compress', level === '0' ? 'store' : level),
    ],
    ['zip', () => shell(`cd ${work}; zip -q -r -${level} ${zip} served; sync ${zip}`)],
    [
      '7z',
      () =>
        shell(`cd ${work}; 7z a -bd -tzip -mx=${level} ${zip} served > ${join(work, '7z.log')}; sync ${zip}`),
    ],
  ];
  const check = () => void execFileSync('unzip', ['-tqq', zip]);
  texts(10_000, 10_000);
  console.log(
    `\n### 10,000 text files of 10 KB into a stored ZIP\n\n${tableOf(await compareWays(only(ways('0')), folder, check))}`,
  );
  console.log(
    `\n### The same, packed at level 6\n\n${tableOf(await compareWays(only(ways('6')), folder, check))}`,
  );
  const grown: string[][] = [];
  for (const count of [100, 1000, 10_000]) {
    texts(count, 10_000);
    const some = await compareWays(only(ways('6')).slice(0, 2), folder, check);
    grown.push([String(count), ...[...some.values()].map((all) => secondsOf(all).toFixed(2))]);
  }
  console.log(
    `\nWall s by the number of files:\n\n${table(['files', 'satchel', 'zip'].slice(0, grown[0]?.length), grown)}`,
  );
}

const SECTIONS = { 'small-files': smallFiles, delay: delayed, packing };

try {
  const wanted = process.argv.slice(2);
  for (const [name, run] of Object.entries(SECTIONS))
    if (wanted.length === 0 || wanted.includes(name)) await run();
} finally {
  rmSync(work, { recursive: true, force: true });
}
