import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../main/contract/commands.ts';
import { EventType } from '../../main/contract/events.ts';
import { logSentence } from '../../renderer/view/details/log-sentence.ts';
import { isolated } from '../../renderer/view/errors/isolated.ts';
import { en } from '../../renderer/words/en/index.ts';
import { zhCN } from '../../renderer/words/zh-CN/index.ts';

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN } },
    interpolation: { escapeValue: false },
  });
});

const ISOLATION = /[\u2068\u2069]/g;

function said(
  type: LogEntry['type'],
  payload: LogEntry['payload'] = {},
  before: LogEntry['payload'] | null = null,
  language = 'en',
): string {
  const entry: LogEntry = { at: '2026-11-02T10:00:00Z', type, payload };
  return logSentence(i18next.getFixedT(language), entry, before, (iso) => iso.slice(11, 19));
}

const plain = (...args: Parameters<typeof said>) => said(...args).replace(ISOLATION, '');
const error = { code: 'http-status', message: '', detail: 'HTTP 503' };

describe('the log', () => {
  test.each(EventType.options)('%s is a sentence in both languages, whatever is known of it', (type) => {
    for (const language of ['en', 'zh-CN']) {
      for (const payload of [{}, { name: 'a.bin', error, received: 5, path: '/d/a.bin', fetched: 3 }]) {
        expect(said(type, payload, null, language)).toMatch(/[.。)）]$/u);
        expect(said(type, payload, null, language)).not.toMatch(/\{\{|undefined|null|details\./);
      }
    }
  });

  test('says why it is held up, and until when', () => {
    expect(plain('task.retrying', { error, retryAt: '2026-11-02T10:00:42Z' })).toBe(
      'Held up until 10:00:42: The server refused the request. (HTTP 503)',
    );
    expect(plain('task.retrying', { retryAt: '2026-11-02T10:00:42Z' })).toBe(
      'Its server is left alone until 10:00:42.',
    );
  });

  test('says what is left of what could not be kept', () => {
    expect(plain('task.rewound', { received: 0 })).toBe('It begins at zero again.');
    expect(plain('task.rewound', { received: 1500, reason: { code: 'disk-error', message: '' } })).toBe(
      'Some bytes could not be kept; 1.50 KB are left. The reason: The disk reported an error.',
    );
  });

  test('says how it ended', () => {
    expect(plain('task.done', { path: '/d/a', received: 5, fetched: 3 })).toBe(
      'Done. All of it, 5 B, is in /d/a. 3 B came over the network.',
    );
    expect(plain('task.done', { path: '/d/a', received: 5, already: true })).toContain('there already');
    expect(plain('task.failed', { error })).toBe('Failed: The server refused the request. (HTTP 503)');
  });

  test('says what was changed, and only that', () => {
    const before = { name: 'a', dir: '/d', position: 1, limitRate: null };
    expect(plain('task.changed', { ...before, name: 'b' }, before)).toBe('It is called b now.');
    // The others may have moved.
    expect(plain('task.changed', { ...before, position: 0 }, before)).toBe('Changed.');
    expect(plain('task.changed', { ...before, limitRate: 2000 }, before)).toBe(
      'Its speed limit is 2.00 KB/s now.',
    );
    expect(plain('task.changed', before, { ...before, limitRate: 5 })).toBe(
      'It has no speed limit of its own any more.',
    );
    expect(plain('task.changed', before, before)).toBe('Changed.');
    expect(plain('task.changed', before, { name: 'a' })).toBe('Changed.');
    expect(plain('task.changed', before)).toBe('Changed.');
  });

  test('lets nobody else write its sentences', () => {
    const sentence = said('item.done', { name: 'x\u202egpj.exe\u2069 {{count}} $t(frame.add) <b>' });
    expect(sentence).toBe('\u2068xgpj.exe {{count}} $t(frame.add) <b>\u2069 is in the ZIP.');
    expect(said('item.failed', { name: 'a', error: { code: 'nonsense' } })).not.toContain('undefined');
    expect(said('item.failed', { name: 7, error: 'x' })).not.toContain('7');
  });

  test('texts of others end somewhere', () => {
    expect(isolated('x'.repeat(10_000)).length).toBeLessThan(300);
  });
});
