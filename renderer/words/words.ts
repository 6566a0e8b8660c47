import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en/index.ts';
import { zhCN } from './zh-CN/index.ts';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    returnNull: false;
  }
}

/** Makes the words ready, in the language of the system until the settings say another. */
export async function startWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, 'zh-CN': { translation: zhCN } },
    lng: systemLanguage(),
    fallbackLng: 'en',
    // React escapes by itself.
    interpolation: { escapeValue: false },
  });
  followLanguage();
  i18next.on('languageChanged', followLanguage);
}

/** `system` is what the browser, or the desktop, prefers. */
export async function chooseLanguage(language: Language | 'system'): Promise<void> {
  const wanted = language === 'system' ? systemLanguage() : language;
  if (i18next.language !== wanted) await i18next.changeLanguage(wanted);
}

function systemLanguage(): Language {
  for (const preferred of navigator.languages) {
    if (/^zh\b/i.test(preferred)) return 'zh-CN';
    if (/^en\b/i.test(preferred)) return 'en';
  }
  return 'en';
}

function followLanguage(): void {
  document.documentElement.lang = i18next.language;
  document.documentElement.dir = i18next.dir();
}
