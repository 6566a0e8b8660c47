import i18next, { type TFunction } from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../main/contract/errors.ts';
import type { TaskView } from '../../renderer/store/tasks.ts';
import { type Sentence, sentenceOf } from '../../renderer/view/list/state-sentence.ts';
import { moreText, titleText } from '../../renderer/view/list/state-words.ts';
import { en } from '../../renderer/words/en/index.ts';
import { zhCN } from '../../renderer/words/zh-CN/index.ts';
import { listTask } from './list-task.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const inSeconds = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

function view(more: Partial<TaskView>): TaskView {
  return { ...listTask('a', 0), retryAt: null, ...more };
}

const running = (more: Partial<TaskView> = {}) =>
  view({ state: 'running', phase: 'fetching', startedAt: inSeconds(-60), ...more });
const error = (code: ErrorCode, detail?: string) => ({
  code,
  message: '',
  ...(detail === undefined ? {} : { detail }),
});

let english: TFunction;
let chinese: TFunction;

beforeAll(async () => {
  await i18next.init({
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN } },
    lng: 'en',
    interpolation: { escapeValue: false },
  });
  english = i18next.getFixedT('en');
  chinese = i18next.getFixedT('zh-CN');
});

/** Both lines, as they are read. */
function said({ title, more }: Sentence, t = english, language = 'en'): string {
  return [titleText(t, title), more === null ? '' : moreText(t, more, NOW, language)].join(' / ');
}

test.each<[string, TaskView, number | null, string]>([
  ['waits for its turn', view({}), 3, 'Waiting / 3 ahead'],
  ['is next', view({}), 0, 'Waiting / next in line'],
  ['fetches', running({ speed: 18.4e6, etaSeconds: 64 }), null, '18.4 MB/s / 1 min 4 s left'],
  ['fetches, and nobody knows how long', running({ speed: 18.4e6 }), null, '18.4 MB/s / '],
  ['hardly fetches', running({ speed: 3, etaSeconds: 9e9 }), null, '3 B/s / '],
  ['asks the server', running({ phase: 'probing' }), null, 'Asking the server / '],
  ['connects', running(), null, 'Connecting / '],
  ['packs', running({ phase: 'packing' }), null, 'Packing / '],
  ['verifies', running({ phase: 'verifying', speed: 5 }), null, 'Verifying / '],
  ['is paused', view({ state: 'paused', startedAt: inSeconds(-9) }), null, 'Paused / by you'],
  ['was added paused', view({ state: 'paused' }), null, 'Paused / not begun'],
  ['asks where to', view({ state: 'paused', asking: true }), null, 'Where to? / choose a folder'],
  ['is done', view({ state: 'done', finishedAt: inSeconds(-125) }), null, 'Done / 2 min. ago'],
  ['has just been done', view({ state: 'done', finishedAt: inSeconds(-5) }), null, 'Done / just now'],
])('what is said of a task that %s', (_, task, ahead, expected) => {
  expect(said(sentenceOf(task, ahead))).toBe(expected);
});

describe('what is said of a task that is held up', () => {
  test.each<[string, TaskView, string]>([
    [
      'its host is left alone',
      running({ retryAt: inSeconds(42) }),
      'Server asked us to wait / going on in 0:42',
    ],
    [
      'its server has too much to do',
      running({ retryAt: inSeconds(42), error: error('http-status', 'HTTP 503') }),
      'Server asked us to wait / going on in 0:42',
    ],
    [
      'its server has a problem',
      running({ retryAt: inSeconds(8), error: error('http-status', 'HTTP 500') }),
      'Server has a problem / trying again in 8 s',
    ],
    [
      'the connection broke',
      running({ retryAt: inSeconds(8), error: error('network') }),
      'Connection lost / trying again in 8 s',
    ],
    [
      'its time has come',
      running({ retryAt: inSeconds(-1), error: error('timeout') }),
      'Server went silent / trying again now',
    ],
    ['when is not known', running({ error: error('network') }), 'Connection lost / '],
    [
      'until when the error says',
      running({ error: { ...error('network'), retryAt: inSeconds(8) } }),
      'Connection lost / trying again in 8 s',
    ],
  ])('because %s', (_, task, expected) => {
    expect(said(sentenceOf(task, null))).toBe(expected);
  });

  test('as long as one connection fetches it is not held up', () => {
    const task = running({ retryAt: inSeconds(8), error: error('network'), connections: 2, speed: 1e6 });
    expect(said(sentenceOf(task, null))).toBe('1.00 MB/s / ');
  });
});

test('of what has failed it says what is kept', () => {
  const failed = view({ state: 'failed', error: error('source-changed'), received: 1.2e9 });
  const { title, more, tone } = sentenceOf(failed, null);
  expect({ title, tone }).toEqual({ title: { say: 'error', code: 'source-changed' }, tone: 'bad' });
  expect(more && moreText(english, more, NOW, 'en')).toBe('1.20 GB kept');
  const nothing = sentenceOf(view({ state: 'failed', error: error('dns') }), null).more;
  expect(nothing && moreText(english, nothing, NOW, 'en')).toBe('nothing received');
});

test('a full disk is no pause of the user’s', () => {
  const { title, more } = sentenceOf(view({ state: 'paused', error: error('disk-full'), received: 5 }), null);
  expect(title).toEqual({ say: 'error', code: 'disk-full' });
  expect(more && moreText(english, more, NOW, 'en')).toBe('going on when there is room');
});

test('the same in Chinese', async () => {
  await i18next.changeLanguage('zh-CN');
  const held = sentenceOf(running({ retryAt: inSeconds(42) }), null);
  expect(said(held, chinese, 'zh-CN')).toBe('服务器要求等待 / 0:42 后继续');
  const lost = sentenceOf(running({ retryAt: inSeconds(8), error: error('network') }), null);
  expect(said(lost, chinese, 'zh-CN')).toBe('连接已断开 / 8 秒后重试');
  const done = sentenceOf(view({ state: 'done', finishedAt: inSeconds(-125) }), null);
  expect(said(done, chinese, 'zh-CN')).toBe('已完成 / 2分钟前');
});
