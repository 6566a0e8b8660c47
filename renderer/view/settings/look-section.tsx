import { Check, Rows2, Rows4 } from 'lucide-react';
import { Radio, RadioGroup } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../main/contract/settings.ts';
import { FieldRow } from '../parts/fields.tsx';
import { save } from './saving.tsx';
import { Segmented } from './segmented.tsx';
import { ChoiceSetting, Group } from './setting-fields.tsx';
import { ThemePicture } from './theme-picture.tsx';

const THEMES = ['system', 'light', 'dark'] as const;

export function LookSection({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  return (
    <>
      <ThemeChoice theme={settings.theme} />
      <Group title={t('settings.look.list')}>
        <FieldRow title={t('settings.look.density')} hint={t('settings.look.densityHint')}>
          {(ids) => (
            <Segmented
              {...ids}
              value={settings.density}
              onChange={(density) => void save({ density })}
              segments={[
                {
                  value: 'comfortable',
                  label: t('settings.look.comfortable'),
                  icon: <Rows2 aria-hidden />,
                },
                { value: 'compact', label: t('settings.look.compact'), icon: <Rows4 aria-hidden /> },
              ]}
            />
          )}
        </FieldRow>
        <ChoiceSetting
          title={t('settings.look.language')}
          value={settings.language}
          onChange={(language) => void save({ language })}
          choices={[
            { value: 'system', label: t('settings.look.asSystem') },
            { value: 'en', label: t('settings.look.languages.en') },
            { value: 'zh-CN', label: t('settings.look.languages.zh-CN') },
          ]}
        />
      </Group>
    </>
  );
}

function ThemeChoice({ theme }: { readonly theme: Settings['theme'] }) {
  const { t } = useTranslation();
  const names = {
    system: t('settings.look.asSystem'),
    light: t('settings.look.light'),
    dark: t('settings.look.dark'),
  };
  return (
    <Group title={t('settings.look.theme')}>
      <RadioGroup
        aria-label={t('settings.look.theme')}
        orientation="horizontal"
        value={theme}
        onChange={(next) => void save({ theme: next as Settings['theme'] })}
        className="grid max-w-[460px] grid-cols-3 gap-3 py-3"
      >
        {THEMES.map((each) => (
          <Radio
            key={each}
            value={each}
            className="group flex cursor-default flex-col gap-2 rounded-[10px] border border-line p-2 data-focus-visible:outline-2 data-focus-visible:outline-offset-2 data-focus-visible:outline-acc data-hovered:bg-hover data-selected:border-acc data-selected:bg-sel"
          >
            <ThemePicture theme={each} />
            <span className="flex items-center justify-between gap-1 px-0.5">
              {names[each]}
              <Check aria-hidden className="invisible size-[15px] text-acc group-data-selected:visible" />
            </span>
          </Radio>
        ))}
      </RadioGroup>
    </Group>
  );
}
