import { describe, expect, test } from 'vitest';
import type { CommandInput, Preview } from '../../main/contract/commands.ts';
import { PreviewAsker, type PreviewState } from '../../renderer/view/add/preview-asker.ts';

type Asked = {
  readonly input: CommandInput<'tasks.preview'>;
  readonly answer: (items: readonly Preview[]) => Promise<void>;
  readonly refuse: () => Promise<void>;
};

/** An asker whose pauses end, and whose questions are answered, when a test says so. */
function setUp() {
  const asked: Asked[] = [];
  const shown: PreviewState[] = [];
  let pending: (() => void) | null = null;
  const asker = new PreviewAsker({
    ask: (input) =>
      new Promise((resolve) => {
        asked.push({
          input,
          answer: async (items) => resolve({ ok: true, value: { items: [...items] } }),
          refuse: async () => resolve({ ok: false, error: { code: 'rate-limited', message: '' } }),
        });
      }),
    after: (_, run) => {
      pending = run;
      return () => {
        if (pending === run) pending = null;
      };
    },
    show: (state) => shown.push(state),
  });
  const pause = () => {
    const run = pending;
    pending = null;
    run?.();
  };
  return { asker, asked, shown, pause, phases: () => shown.map(({ phase }) => phase) };
}

const A = [{ url: 'http://h/a' }];
const B = [{ url: 'http://h/b', name: 'x\ny', dir: 'd' }];

function line(url: string, total: number | null = null): Preview {
  return {
    url,
    name: 'a',
    dir: '/',
    category: null,
    ask: false,
    total,
    resumable: null,
    duplicates: [],
    error: null,
  };
}

describe('a preview', () => {
  test('has names first, then sizes', async () => {
    const { asker, asked, shown, pause, phases } = setUp();
    asker.want(A);
    expect(asked).toEqual([]);
    pause();
    expect(asked[0]?.input).toEqual({ text: 'http://h/a\n', sizes: false });
    await asked[0]?.answer([line('http://h/a')]);
    expect(asked[1]?.input).toEqual({ text: 'http://h/a\n', sizes: true });
    await asked[1]?.answer([line('http://h/a', 7)]);
    expect(phases()).toEqual(['thinking', 'sizing', 'ready']);
    expect(shown.at(-1)?.items[0]?.total).toBe(7);
  });

  test('tells the engine names and folders, a line each', () => {
    const { asker, asked, pause } = setUp();
    asker.want(B);
    pause();
    expect(asked[0]?.input.text).toBe('http://h/b\n out=x y\n dir=d\n');
  });

  test('drops the answer to an older text', async () => {
    const { asker, asked, shown, pause } = setUp();
    asker.want(A);
    pause();
    asker.want(B);
    pause();
    await asked[1]?.answer([line('http://h/b')]);
    await asked[0]?.answer([line('http://h/a')]);
    expect(shown.at(-1)?.items.map(({ url }) => url)).toEqual(['http://h/b']);
    expect(asked).toHaveLength(3);
  });

  test('asks nothing while somebody types, and nothing of nothing', () => {
    const { asker, asked, pause, phases } = setUp();
    asker.want(A);
    asker.want(B);
    pause();
    pause();
    expect(asked).toHaveLength(1);
    asker.want([]);
    expect(phases().at(-1)).toBe('empty');
  });

  test('that fails can be asked for again', async () => {
    const { asker, asked, shown, pause } = setUp();
    asker.want(A);
    pause();
    await asked[0]?.refuse();
    expect(shown.at(-1)).toMatchObject({ phase: 'failed', error: { code: 'rate-limited' } });
    asker.again(A);
    pause();
    expect(asked).toHaveLength(2);
  });

  test('keeps the names where the sizes do not come', async () => {
    const { asker, asked, shown, pause } = setUp();
    asker.want(A);
    pause();
    await asked[0]?.answer([line('http://h/a')]);
    await asked[1]?.refuse();
    expect(shown.at(-1)).toMatchObject({ phase: 'ready', error: null });
    expect(shown.at(-1)?.items).toHaveLength(1);
  });

  test('stopped asks and shows nothing more', async () => {
    const { asker, asked, pause, phases } = setUp();
    asker.want(A);
    pause();
    asker.stop();
    await asked[0]?.answer([line('http://h/a')]);
    expect(phases()).toEqual(['thinking']);
  });
});
