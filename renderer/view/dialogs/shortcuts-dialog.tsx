import { useTranslation } from 'react-i18next';
import { SHORTCUTS } from '../frame/shortcuts.ts';
import { Dialog } from '../parts/dialog.tsx';
import { isMac, keyCaps } from './key-caps.ts';

/** What can be pressed, by the place where it works; several are ways to do the same. */
const GROUPS = {
  window: {
    add: [SHORTCUTS.add],
    newPackage: [SHORTCUTS.newPackage],
    paste: ['Mod+V'],
    search: [SHORTCUTS.search],
    history: [SHORTCUTS.history],
    settings: [SHORTCUTS.settings],
    toggleDetails: [SHORTCUTS.toggleDetails],
    pauseAll: [SHORTCUTS.pauseAll],
    resumeAll: [SHORTCUTS.resumeAll],
    importList: [SHORTCUTS.importList],
    regions: ['F6'],
    regionsBack: ['Shift+F6'],
    shortcuts: [SHORTCUTS.shortcuts],
  },
  list: {
    walk: ['Up', 'Down'],
    extend: ['Shift+Up', 'Shift+Down'],
    selectAll: ['Mod+A'],
    pause: ['Space'],
    open: ['Enter'],
    remove: ['Delete'],
    move: ['Alt+Up', 'Alt+Down'],
    menu: ['Shift+F10'],
  },
  addBox: {
    submit: ['Mod+Enter'],
    close: ['Escape'],
  },
} as const;

/** All shortcuts, to look one up. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('dialogs.shortcuts.title')} width={680} onClose={onClose}>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: in a small window it scrolls, which must do without a mouse.
        tabIndex={0}
        aria-label={t('dialogs.shortcuts.title')}
        className="grid grid-cols-2 items-start gap-x-8 gap-y-4 rounded-md"
      >
        <Group name="window" />
        <div className="flex flex-col gap-4">
          <Group name="list" />
          <Group name="addBox" />
        </div>
      </section>
    </Dialog>
  );
}

function Group({ name }: { readonly name: keyof typeof GROUPS }) {
  const { t } = useTranslation();
  const entries = Object.entries(GROUPS[name]) as readonly [What, readonly string[]][];
  return (
    <table className="w-full border-collapse">
      <caption className="pb-1 text-start font-semibold">{t(`dialogs.shortcuts.groups.${name}`)}</caption>
      <tbody>
        {entries.map(([what, ways]) => (
          <tr key={what} className="border-b border-line last:border-0">
            <th scope="row" className="py-1.5 pe-3 text-start font-normal">
              {t(`dialogs.shortcuts.what.${what}`)}
            </th>
            <td className="py-1.5 text-end whitespace-nowrap">
              {ways.map((keys, index) => (
                <span key={keys}>
                  {index > 0 && <span className="px-1 text-dim">{t('dialogs.shortcuts.or')}</span>}
                  <Keys keys={keys} />
                </span>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Group = typeof GROUPS;
type What = { [G in keyof Group]: keyof Group[G] }[keyof Group];

function Keys({ keys }: { readonly keys: string }) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex gap-1">
      {keyCaps(keys, isMac).map((cap) => (
        <kbd
          key={cap}
          className="min-w-5 rounded-md border border-line bg-bg px-1.5 py-px text-center font-sans text-small text-dim"
        >
          {isNamed(cap) ? t(`dialogs.shortcuts.keys.${cap}`) : cap}
        </kbd>
      ))}
    </span>
  );
}

const NAMED = ['Space', 'Enter', 'Delete', 'Escape', 'Up', 'Down'] as const;

function isNamed(cap: string): cap is (typeof NAMED)[number] {
  return (NAMED as readonly string[]).includes(cap);
}
