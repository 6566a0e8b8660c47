import { describe, expect, test } from 'vitest';
import type { Duplicate, Preview } from '../../main/contract/commands.ts';
import { addToDraft, beginDraft, type Draft, EMPTY_DRAFT, keepDraft } from '../../renderer/view/add/draft.ts';
import { choicesFor, mainDuplicate, usualChoice } from '../../renderer/view/add/duplicates.ts';
import { familiesOf } from '../../renderer/view/add/families.ts';
import { parseHeaderLines } from '../../renderer/view/add/header-lines.ts';
import { linesOf, rowsOf, sumOf } from '../../renderer/view/add/rows.ts';
import { fileTasks, packageTask, wrongsOf } from '../../renderer/view/add/wanted.ts';

const kin = (url: string, alone = false) => ({ url, alone });

describe('families', () => {
  const shapes = (urls: readonly string[]) =>
    familiesOf(urls.map((url) => kin(url))).map(({ rows }) => rows.map(({ url }) => url.slice(-2)));

  test('are lines that differ in numbers only, three of them at least', () => {
    expect(shapes(['http://h/01', 'http://h/x', 'http://h/02', 'http://h/03'])).toEqual([
      ['01', '02', '03'],
      ['/x'],
    ]);
    expect(shapes(['http://h/01', 'http://h/02'])).toEqual([['01'], ['02']]);
  });

  test('are of one host', () => {
    expect(shapes(['http://h1/01', 'http://h2/02', 'http://h3/03'])).toHaveLength(3);
    expect(shapes(['http://10.0.0.1/aa', 'http://10.0.0.2/bb', 'http://10.0.0.3/cc'])).toHaveLength(3);
  });

  test('leave out what has something of its own to say', () => {
    const rows = [kin('http://h/1'), kin('http://h/2', true), kin('http://h/3'), kin('http://h/4')];
    expect(familiesOf(rows).map(({ rows: some }) => some.length)).toEqual([3, 1]);
  });

  test('of ten thousand lines are found at once', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => kin(`http://h/disc${index % 7}/${index}.flac`));
    expect(familiesOf(rows)).toHaveLength(1);
  });
});

function duplicate(by: Duplicate['by'], state: Duplicate['state'], taskId = 't'): Duplicate {
  return { taskId, by, state, name: 'a.bin', path: '/d/a.bin' };
}

describe('what is there already', () => {
  test('the same address is not fetched twice while it is in the list', () => {
    expect(usualChoice(duplicate('url', 'done'), true)).toBe('open');
    expect(usualChoice(duplicate('url', 'paused'), true)).toBe('resume');
    expect(usualChoice(duplicate('url', 'failed'), false)).toBe('resume');
    expect(usualChoice(duplicate('url', 'running'), true)).toBe('leave');
    expect(usualChoice(duplicate('url', 'waiting'), false)).toBe('leave');
  });

  test('nothing opens by itself among others', () => {
    expect(usualChoice(duplicate('url', 'done'), false)).toBe('leave');
  });

  test('the same name, the same content, and what has left the list are fetched beside it', () => {
    for (const state of ['done', 'paused', 'running', null] as const) {
      expect(usualChoice(duplicate('name', state), true)).toBe('keepBoth');
      expect(usualChoice(duplicate('content', state), true)).toBe('keepBoth');
    }
    expect(usualChoice(duplicate('url', null), true)).toBe('keepBoth');
  });

  test('what is usual can be chosen', () => {
    for (const by of ['url', 'name', 'content'] as const) {
      for (const state of ['waiting', 'running', 'paused', 'done', 'failed', null] as const) {
        const each = duplicate(by, state);
        for (const only of [true, false]) expect(choicesFor(each)).toContain(usualChoice(each, only));
      }
    }
  });

  test('of several the same address in the list counts most', () => {
    const all = [duplicate('url', null, 'a'), duplicate('name', 'done', 'b'), duplicate('url', 'done', 'c')];
    expect(mainDuplicate(all)?.taskId).toBe('c');
    expect(mainDuplicate([])).toBeNull();
  });
});

function preview(url: string, more: Partial<Preview> = {}): Preview {
  return {
    ...{ url, name: url.slice(url.lastIndexOf('/') + 1), dir: '/d', category: null, ask: false },
    ...{ total: null, resumable: null, duplicates: [], error: null },
    ...more,
  };
}

const draftWith = (more: Partial<Draft>): Draft => ({ ...EMPTY_DRAFT, ...more });

describe('rows', () => {
  const links = [{ url: 'http://u:p@h/a' }, { url: 'http://h/b' }, { url: 'http://h/c' }];
  const previews = [
    preview('http://h/a', { total: 5 }),
    preview('http://h/b', { duplicates: [duplicate('url', 'paused')] }),
    preview('http://h/c', { error: { code: 'address-refused', message: '' } }),
  ];

  test('are added up by what is done with them', () => {
    const sum = sumOf(rowsOf(links, previews, EMPTY_DRAFT));
    expect(sum.fetched.map(({ url }) => url)).toEqual(['http://h/a']);
    expect(sum.resumed.map(({ url }) => url)).toEqual(['http://h/b']);
    expect(sum).toMatchObject({ bytes: 5, unknown: 0 });
  });

  test('follow what was chosen, as far as it can be done', () => {
    const chosen = (choice: 'replace' | 'open') =>
      rowsOf(links, previews, draftWith({ choices: new Map([['http://h/b', choice]]) }))[1]?.choice;
    expect(chosen('replace')).toBe('replace');
    expect(chosen('open')).toBe('resume');
  });

  test('a package takes what is there already too', () => {
    const [, second] = rowsOf(links, previews, draftWith({ pack: true }));
    expect(second).toMatchObject({ duplicate: null, choice: 'keepBoth' });
  });

  test('what is left out, or refused, is not added', () => {
    const rows = rowsOf(links, previews, draftWith({ leftOut: new Set(['http://u:p@h/a']) }));
    expect(rows.map(({ leftOut }) => leftOut)).toEqual([true, false, true]);
  });

  test('of an open family stand below its heading', () => {
    const many = [1, 2, 3].map((number) => ({ url: `http://h/${number}` }));
    const rows = rowsOf(
      many,
      many.map(({ url }) => preview(url)),
      EMPTY_DRAFT,
    );
    const [heading] = linesOf(rows, new Set());
    expect(linesOf(rows, new Set())).toHaveLength(1);
    const key = heading?.kind === 'family' ? heading.family.key : '';
    expect(linesOf(rows, new Set([key]))).toHaveLength(4);
  });
});

describe('what is asked of the engine', () => {
  const rowsFor = (draft: Draft) =>
    rowsOf(
      [{ url: 'http://u:p@h/a', checksum: 'md5:1', headers: { A: '1' }, dir: 'x' }, { url: 'http://h/b' }],
      [
        preview('http://h/a', { duplicates: [duplicate('name', 'done')] }),
        preview('http://h/b', { duplicates: [duplicate('url', 'done')] }),
      ],
      draft,
    );

  test('a task for each row, with its own and what is common', () => {
    const draft = draftWith({
      headers: 'B: 2',
      choices: new Map([['http://h/b', 'replace']]),
      rate: '2',
      connections: '4',
      startNow: false,
      next: true,
      signIn: 'password',
      user: 'me',
      password: 'pw',
    });
    expect(fileTasks(draft, rowsFor(draft))).toEqual([
      {
        url: 'http://u:p@h/a',
        checksum: 'md5:1',
        dir: 'x',
        headers: { A: '1', B: '2' },
        credentials: { user: 'me', password: 'pw' },
        limitRate: 2_000_000,
        connections: 4,
        paused: true,
        onConflict: 'rename',
        position: 0,
      },
      {
        url: 'http://h/b',
        headers: { B: '2' },
        credentials: { user: 'me', password: 'pw' },
        limitRate: 2_000_000,
        connections: 4,
        paused: true,
        onConflict: 'overwrite',
        position: 1,
      },
    ]);
  });

  test('name and checksum only of one', () => {
    const hex = 'b'.repeat(40);
    const draft = draftWith({ name: 'n.bin', checksum: hex, folder: 'fixed', dir: ' /e ' });
    const [first] = rowsFor(draft);
    expect(fileTasks(draft, first ? [first] : [])).toMatchObject([
      { name: 'n.bin', checksum: `sha1:${hex}`, dir: '/e' },
    ]);
    expect(fileTasks(draft, rowsFor(draft))[1]).not.toHaveProperty('name');
  });

  test('further addresses of the same file go along, alone and in a package', () => {
    const link = { url: 'http://h/a', spares: ['http://m/a', 'http://n/a'] };
    const rows = rowsOf([link], [preview('http://h/a')], EMPTY_DRAFT);
    expect(fileTasks(EMPTY_DRAFT, rows)).toMatchObject([link]);
    expect(packageTask(draftWith({ pack: true }), rows)).toMatchObject({ items: [link] });
  });

  test('one package of all, files of this machine last', () => {
    const draft = draftWith({ pack: true, packName: 'p', packing: 'smallest', paths: ['/x/y.txt'] });
    expect(packageTask(draft, rowsFor(draft))).toEqual({
      kind: 'package',
      name: 'p',
      compress: 9,
      headers: {},
      paused: false,
      items: [
        { url: 'http://u:p@h/a', headers: { A: '1' }, checksum: 'md5:1' },
        { url: 'http://h/b' },
        { path: '/x/y.txt' },
      ],
    });
  });

  test('cookies as a header, or as a file', () => {
    const cookies = (text: string) => fileTasks(draftWith({ cookies: text }), rowsFor(EMPTY_DRAFT))[1];
    expect(cookies('Cookie: a=1;\nb=2')?.headers).toEqual({ Cookie: 'a=1; b=2' });
    const file = 'h.example\tFALSE\t/\tFALSE\t0\ta\t1';
    expect(cookies(file)).toMatchObject({ cookies: file, headers: {} });
  });

  test('nothing while something is wrong', () => {
    const wrong = (more: Partial<Draft>, links = 1) =>
      wrongsOf(draftWith(more), links).map(({ field }) => field);
    expect(wrong({})).toEqual([]);
    expect(wrong({ checksum: 'xyz' })).toEqual(['checksum']);
    expect(wrong({ checksum: 'xyz' }, 2)).toEqual([]);
    expect(wrong({ connections: '33', rate: 'x', referer: 'h', headers: 'no', folder: 'fixed' })).toEqual([
      'headers',
      'connections',
      'rate',
      'dir',
      'referer',
    ]);
    expect(wrong({ signIn: 'bearer' })).toEqual(['bearer']);
    expect(wrong({ signIn: 'password' })).toEqual(['user']);
  });
});

describe('header lines', () => {
  test('are names and values', () => {
    expect(parseHeaderLines('A: 1\r\n\n b :x:y ')).toEqual({ ok: true, headers: { A: '1', b: 'x:y' } });
    expect(parseHeaderLines('')).toEqual({ ok: true, headers: {} });
  });

  test('say which one is wrong', () => {
    expect(parseHeaderLines('A: 1\n\nno colon')).toEqual({ ok: false, wrongLine: 3 });
    expect(parseHeaderLines(': value')).toEqual({ ok: false, wrongLine: 1 });
  });
});

describe('what was typed', () => {
  const nothing = { text: '', paths: [], pack: false };

  test('is there again the next time, until it is added', () => {
    const typed = draftWith({ text: 'http://h/a' });
    keepDraft(typed);
    expect(beginDraft(nothing).text).toBe('http://h/a');
    expect(beginDraft({ ...nothing, pack: true })).toMatchObject({ text: 'http://h/a', pack: true });
    keepDraft(null);
    expect(beginDraft(nothing).text).toBe('');
  });

  test('is not mixed with what the box is opened with', () => {
    keepDraft(draftWith({ text: 'http://h/a' }));
    expect(beginDraft({ ...nothing, text: 'http://h/b' }).text).toBe('http://h/b');
    keepDraft(null);
  });

  test('stays when more comes', () => {
    const more = addToDraft(draftWith({ text: 'a', paths: ['/1'] }), {
      text: 'b',
      paths: ['/1', '/2'],
      pack: false,
    });
    expect(more).toMatchObject({ text: 'a\nb', paths: ['/1', '/2'], pack: true });
  });
});
