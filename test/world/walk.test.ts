import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { DiskThread } from '../../main/world/disk-thread.ts';
import { type LocalEntry, type WalkOptions, walk } from '../../main/world/walk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const thread = new DiskThread();
afterAll(() => thread.close());

/** Makes files of the given texts, and folders of names that end in `/`. */
async function plant(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, text);
  }
  return folder;
}

interface Walked {
  readonly entries: LocalEntry[];
  /** A folder's name ends in `/`. */
  readonly names: string[];
  /** Error code and path within the folder. */
  readonly problems: string[];
}

async function walked(
  folder: string,
  roots: readonly string[],
  more: Partial<WalkOptions> = {},
  tree: Pick<DiskThread, 'look' | 'list'> = thread,
): Promise<Walked> {
  const entries: LocalEntry[] = [];
  const problems: string[] = [];
  const onProblem: WalkOptions['onProblem'] = (path, error) => {
    problems.push(`${error.code} ${relative(folder, path)}`);
  };
  const paths = roots.map((root) => `${folder}/${root}`);
  for await (const entry of walk(tree, paths, { symlinks: 'follow', onProblem, ...more }))
    entries.push(entry);
  const names = entries.map(({ name, kind }) => (kind === 'folder' ? `${name}/` : name));
  return { entries, names, problems };
}

describe('walk: names and order', () => {
  const files = {
    'top/b.txt': '12345',
    'top/a/z': '',
    'top/a-b': '',
    'top/empty/': '',
    'top/Z': '',
    other: '1',
  };
  const below = ['Z', 'a/', 'a/z', 'a-b', 'b.txt', 'empty/'];
  const ordered = ['top/', ...below.map((name) => `top/${name}`)];

  test('begins with the last part of the root, each folder before what is in it', async () => {
    const folder = await plant(files);
    const expected = { names: ordered, problems: [] };
    expect(await walked(folder, ['top'])).toMatchObject(expected);
    expect(await walked(folder, ['top/'])).toMatchObject(expected);
    expect(await walked(folder, ['top/empty/../../top'])).toMatchObject(expected);
  });

  test('takes a root that ends in a dot for what is in it', async () => {
    const folder = await plant(files);
    expect((await walked(folder, ['top/.'])).names).toEqual(below);
    expect((await walked(folder, ['top/empty/..'])).names).toEqual(below);
    expect((await walked(folder, ['top/empty/.'])).names).toEqual([]);
  });

  test('takes roots in the order given, files too', async () => {
    const folder = await plant(files);
    expect((await walked(folder, ['other', 'top/a', 'top/b.txt'])).names).toEqual([
      'other',
      'a/',
      'a/z',
      'b.txt',
    ]);
  });

  test('tells what each is', async () => {
    const folder = await plant(files);
    await chmod(join(folder, 'top/b.txt'), 0o640);
    await chmod(join(folder, 'top/empty'), 0o700);
    for (const name of ['top/b.txt', 'top/empty']) await utimes(join(folder, name), 5, 1_600_000_000.25);
    const { entries } = await walked(folder, ['top']);
    expect(entries.filter(({ name }) => /b[.]txt|empty/.test(name))).toEqual([
      {
        path: join(folder, 'top/b.txt'),
        name: 'top/b.txt',
        kind: 'file',
        size: 5,
        modified: 1_600_000_000_250,
        mode: 0o100640,
      },
      {
        path: join(folder, 'top/empty'),
        name: 'top/empty',
        kind: 'folder',
        size: 0,
        modified: 1_600_000_000_250,
        mode: 0o40700,
      },
    ]);
  });

  test('finds everything in many folders and deep ones, as the system itself does', async () => {
    const names = Array.from({ length: 60 }, (_, n) => `t/${n % 3}/${'d/'.repeat(n % 20)}${n}/file`);
    const folder = await plant(Object.fromEntries(names.map((name) => [name, name])));
    const found = execFileSync('find', ['t', '-printf', '%y%p\n'], { cwd: folder, encoding: 'utf8' });
    const { entries, problems } = await walked(folder, ['t']);
    // An answer may be of the first folder only.
    const list: DiskThread['list'] = async (...given) => (await thread.list(...given)).slice(0, 1);
    const slowly = await walked(folder, ['t'], {}, { look: thread.look.bind(thread), list });
    expect(slowly.entries).toEqual(entries);
    const lines = entries.map(({ kind, name }) => `${kind === 'file' ? 'f' : 'd'}${name}`);
    expect(problems).toEqual([]);
    expect(lines.toSorted()).toEqual(found.trim().split('\n').toSorted());
    expect(entries.length).toBeGreaterThan(180);
  });
});

describe('walk: what is left out', () => {
  test('asks for a folder once, and not for what is in it', async () => {
    const folder = await plant({
      'top/keep/x.o': '',
      'top/keep/x.c': '',
      'top/out/deep/y.c': '',
      'top/out.c': '',
    });
    const asked: string[] = [];
    const exclude = (path: string, isFolder: boolean) => {
      asked.push(path);
      return path.endsWith('.o') || (isFolder && path === 'top/out');
    };
    const { names } = await walked(folder, ['top'], { exclude });
    expect(names).toEqual(['top/', 'top/keep/', 'top/keep/x.c', 'top/out.c']);
    expect(asked.filter((path) => path.includes('deep'))).toEqual([]);
    expect(asked).toEqual(expect.arrayContaining(['top', 'top/keep', 'keep', 'keep/x.c']));
  });

  test('knows paths within the root as well as those in the ZIP', async () => {
    const folder = await plant({ 'top/out/x': '', 'top/in/out/y': '' });
    const { names } = await walked(folder, ['top'], { exclude: (path) => path === 'out' });
    expect(names).toEqual(['top/', 'top/in/', 'top/in/out/', 'top/in/out/y']);
  });
});

describe('walk: links', () => {
  const plantLinks = async () => {
    const folder = await plant({ 'top/file': '123', 'away/inner/x': '1' });
    await symlink('file', join(folder, 'top/link'));
    await symlink(join(folder, 'away'), join(folder, 'top/folder'));
    return folder;
  };

  test('are followed', async () => {
    const folder = await plantLinks();
    const { names, entries } = await walked(folder, ['top']);
    const inFolder = ['top/folder/', 'top/folder/inner/', 'top/folder/inner/x'];
    expect(names).toEqual(['top/', 'top/file', ...inFolder, 'top/link']);
    expect(entries.at(-1)).toMatchObject({ kind: 'file', size: 3 });
  });

  test('are skipped, but not that which is a root', async () => {
    const folder = await plantLinks();
    expect(await walked(folder, ['top', 'top/link'], { symlinks: 'skip' })).toMatchObject({
      names: ['top/', 'top/file', 'link'],
      problems: [],
    });
  });

  test('that lead back are a problem, and end nothing else', async () => {
    const folder = await plant({ 'top/a/b/c': '', 'top/z': '' });
    await symlink('../..', join(folder, 'top/a/b/back'));
    await symlink('.', join(folder, 'top/self'));
    // Two ways to one folder are no circle.
    await symlink('a', join(folder, 'top/twin'));
    expect(await walked(folder, ['top'])).toMatchObject({
      names: ['top/', 'top/a/', 'top/a/b/', 'top/a/b/c', 'top/twin/', 'top/twin/b/', 'top/twin/b/c', 'top/z'],
      problems: ['bad-input top/self', 'bad-input top/a/b/back', 'bad-input top/twin/b/back'],
    });
  });

  test('that lead nowhere, or to each other, are a problem', async () => {
    const folder = await plant({ 'top/z': '' });
    await symlink('nowhere', join(folder, 'top/broken'));
    await symlink('round', join(folder, 'top/about'));
    await symlink('about', join(folder, 'top/round'));
    expect(await walked(folder, ['top'])).toMatchObject({
      names: ['top/', 'top/z'],
      problems: ['disk-error top/about', 'not-found top/broken', 'disk-error top/round'],
    });
  });
});

describe('walk: problems', () => {
  test('a root that is not there', async () => {
    const folder = await plant({ here: '' });
    expect(await walked(folder, ['gone', 'here'])).toMatchObject({
      names: ['here'],
      problems: ['not-found gone'],
    });
  });

  test('what is neither file nor folder', async () => {
    const folder = await plant({ 'top/z': '' });
    execFileSync('mkfifo', [join(folder, 'top/fifo')]);
    const server = createServer().listen(join(folder, 'top/socket'));
    onTestFinished(() => {
      server.close();
    });
    await new Promise((ready) => server.once('listening', ready));
    await symlink('/dev/null', join(folder, 'top/null'));
    expect(await walked(folder, ['top', 'top/fifo'])).toMatchObject({
      names: ['top/', 'top/z'],
      problems: ['bad-input top/fifo', 'bad-input top/null', 'bad-input top/socket', 'bad-input top/fifo'],
    });
  });

  test('a folder that goes while it is walked', async () => {
    const folder = await plant({ 'top/a/x': '', 'top/b/y': '', 'top/c': '' });
    const tree: Pick<DiskThread, 'look' | 'list'> = {
      look: (...given) => thread.look(...given),
      list: async (paths, follow) => {
        if (paths.includes(join(folder, 'top/a'))) await rm(join(folder, 'top/a'), { recursive: true });
        return thread.list(paths, follow);
      },
    };
    expect(await walked(folder, ['top'], {}, tree)).toMatchObject({
      names: ['top/', 'top/a/', 'top/b/', 'top/b/y', 'top/c'],
      problems: ['not-found top/a'],
    });
  });

  test('a thread that is closed', async () => {
    const folder = await plant({ 'top/a/x': '' });
    const own = new DiskThread();
    const list: DiskThread['list'] = (...given) => {
      const listing = own.list(...given);
      void own.close();
      return listing;
    };
    const tree = { look: own.look.bind(own), list };
    await expect(walked(folder, ['top'], {}, tree)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
