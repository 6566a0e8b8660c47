import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import { ERRORS, type ErrorCode } from '../../main/contract/errors.ts';
import type { Item, Task } from '../../main/contract/task.ts';
import { addressOf, failedItems, helpFor, type Troubled } from '../../renderer/view/errors/error-help.ts';
import { detailText, keptText } from '../../renderer/view/errors/error-words.ts';
import { en } from '../../renderer/words/en/index.ts';
import { zhCN } from '../../renderer/words/zh-CN/index.ts';
import { listTask } from './list-task.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];
const LANGUAGES = { en: en.errors, 'zh-CN': zhCN.errors } as const;

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN } },
    interpolation: { escapeValue: false },
  });
});

function failed(code: ErrorCode, more: Partial<Task> = {}): Task {
  return listTask('a', 0, { state: 'failed', error: { code, message: '' }, ...more });
}

function item(task: Task, more: Partial<Item>): Item {
  const [first] = task.items;
  if (first === undefined) throw new Error('a task without items');
  return { ...first, ...more };
}

describe('the words of errors', () => {
  test.each(Object.entries(LANGUAGES))('%s has a title and sentences for every code', (_, words) => {
    for (const code of CODES) {
      const { title, what, next } = words[code];
      expect({ code, title, what, next }).toEqual({
        code,
        title: expect.stringMatching(/\S/),
        what: expect.stringMatching(/[.。]$/),
        next: expect.stringMatching(/[.。]$/),
      });
    }
  });

  test('titles fit into the column of states', () => {
    // 149 pixels beside the picture: about six for a letter, twelve for a sign.
    for (const code of CODES) {
      expect(en.errors[code].title.length, code).toBeLessThanOrEqual(24);
      expect(zhCN.errors[code].title.length, code).toBeLessThanOrEqual(12);
    }
  });

  test('say how much was kept, where something was', () => {
    for (const language of Object.keys(LANGUAGES)) {
      const t = i18next.getFixedT(language);
      for (const code of CODES) {
        expect(keptText(t, code, 0)).toBe(null);
        expect(keptText(t, code, 1_200_000_000)).toMatch(/[.。]$/);
      }
      expect(keptText(t, 'source-changed', 1_200_000_000)).toContain('1.20 GB');
    }
  });

  test('of a server are not without end', () => {
    expect(detailText('short')).toBe('short');
    expect(detailText('x'.repeat(10_000)).length).toBeLessThan(2100);
  });

  test('of a server do not turn around what is beside them', () => {
    expect(detailText('a\u202egpj.exe\u2066')).toBe('agpj.exe');
  });
});

describe('what helps', () => {
  test.each(CODES)('%s of a failed download: something can be done', (code) => {
    for (const received of [0, 7]) {
      for (const place of ['desktop', 'browser'] as const) {
        expect(helpFor(failed(code, { received }), place).length).toBeGreaterThan(0);
      }
    }
  });

  test.each(CODES)('%s: every button has words', (code) => {
    for (const help of helpFor(failed(code), 'browser')) {
      expect(en.errors.actions[help]).toBeDefined();
      expect(zhCN.errors.actions[help]).toBeDefined();
    }
  });

  test('is nothing where there is no error', () => {
    expect(helpFor(listTask('a', 0, { state: 'failed' }), 'browser')).toEqual([]);
  });

  test('is the best first', () => {
    expect(helpFor(failed('url-expired'), 'desktop')[0]).toBe('newLink');
    expect(helpFor(failed('source-changed'), 'desktop').slice(0, 2)).toEqual(['restart', 'newLink']);
    expect(helpFor(failed('name-conflict'), 'desktop')[0]).toBe('rename');
    expect(helpFor(failed('permission'), 'desktop')[0]).toBe('folder');
  });

  test('is only what the state of the task lets be done', () => {
    const running = failed('http-status', { state: 'running' });
    expect(helpFor(running, 'browser')).toEqual(['browse']);
    const waitsForRoom = failed('disk-full', { state: 'paused' });
    expect(helpFor(waitsForRoom, 'browser')).toContain('retry');
    expect(helpFor(failed('internal', { state: 'done' }), 'browser')).toEqual(['restart', 'remove']);
  });

  test('another folder is only for what has nothing on the disk yet', () => {
    expect(helpFor(failed('permission'), 'desktop')).toContain('folder');
    expect(helpFor(failed('permission', { received: 1 }), 'desktop')).not.toContain('folder');
  });

  test('an address that the desktop does not open is copied', () => {
    const plain: Troubled = {
      ...listTask('a', 0, {}, 'http://h/a'),
      error: { code: 'not-found', message: '' },
    };
    expect(helpFor({ ...plain, state: 'failed' }, 'desktop')).toContain('copy');
    expect(helpFor({ ...plain, state: 'failed' }, 'browser')).toContain('browse');
    expect(helpFor(failed('not-found'), 'desktop')).toContain('browse');
  });

  test('no address but one of the web is ever opened', () => {
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'nothing']) {
      expect(addressOf(listTask('a', 0, {}, url))).toBe(null);
    }
  });

  test('of a package: its items, and to do without them', () => {
    const task = failed('not-found', { kind: 'package' });
    const good = item(task, { id: 'g', state: 'done' });
    const bad = item(task, { id: 'b', state: 'failed', error: { code: 'not-found', message: '' } });
    const left = item(task, { id: 'l', state: 'failed', leftOut: true });
    const items = [good, bad, left];
    expect(failedItems({ kind: 'package', items })).toEqual([bad]);
    expect(helpFor({ ...task, items }, 'desktop')).toEqual(['retry', 'items', 'finishWithout']);
    expect(helpFor({ ...task, items: [bad] }, 'desktop')).not.toContain('finishWithout');
    expect(helpFor({ ...task, items: [good] }, 'desktop')).not.toContain('newLink');
  });
});
