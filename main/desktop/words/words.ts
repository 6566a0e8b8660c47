import type { Settings } from '../../contract/settings.ts';
import { en, type Words } from './en.ts';
import { zhCN } from './zh-CN.ts';

/** In the language that the settings name, or the first of the system's that there is. */
export function wordsFor(language: Settings['language'], preferred: readonly string[]): Words {
  if (language !== 'system') return language === 'en' ? en : zhCN;
  const first = preferred.find((each) => /^(zh|en)\b/i.test(each));
  return first !== undefined && /^zh\b/i.test(first) ? zhCN : en;
}

/** `{count} downloads` with what stands for its places. */
export function filled(text: string, places: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(places[name] ?? whole));
}
