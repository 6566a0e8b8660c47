import { expect, test } from 'vitest';
import { mayRun, sleepCommand } from '../../main/desktop/programs.ts';
import { en } from '../../main/desktop/words/en.ts';
import { filled, wordsFor } from '../../main/desktop/words/words.ts';
import { zhCN } from '../../main/desktop/words/zh-CN.ts';

test('both languages say the same, with the same places', () => {
  expect(Object.keys(zhCN)).toEqual(Object.keys(en));
  for (const [key, text] of Object.entries(en)) {
    const places = (words: string) => words.match(/\{\w+\}/g) ?? [];
    expect(places(zhCN[key as keyof typeof en])).toEqual(places(text));
    expect(zhCN[key as keyof typeof en]).toMatch(/\p{Script=Han}/u);
  }
});

test('the language is the one that is set, else the first of the system that there is', () => {
  expect(wordsFor('en', ['zh-CN'])).toBe(en);
  expect(wordsFor('zh-CN', ['en-US'])).toBe(zhCN);
  expect(wordsFor('system', ['fr-FR', 'zh-Hans-CN', 'en-US'])).toBe(zhCN);
  expect(wordsFor('system', ['fr-FR', 'en-GB', 'zh-CN'])).toBe(en);
  expect(wordsFor('system', ['fr-FR'])).toBe(en);
});

test('places are filled, once', () => {
  expect(filled('“{name}” · {count} · {other}', { name: '{count}', count: 3 })).toBe(
    '“{count}” · 3 · {other}',
  );
});

test.each(['setup.EXE', 'run.sh', 'x.desktop', 'a.AppImage', 'script.ps1', 'link.lnk', 'app.jar'])(
  '%s may run when it is opened',
  (name) => {
    expect(mayRun(`/home/me/${name}`)).toBe(true);
  },
);

test.each(['film.mp4', 'exe', 'readme.txt', 'bundle.zip', 'photo.exe.jpg'])('%s is only shown', (name) => {
  expect(mayRun(`/home/me/${name}`)).toBe(false);
});

test('each system is sent to sleep in its own way', () => {
  const commands = (['linux', 'darwin', 'win32'] as const).map((platform) => sleepCommand(platform)[0]);
  expect(commands).toEqual(['systemctl', 'pmset', 'rundll32.exe']);
});
