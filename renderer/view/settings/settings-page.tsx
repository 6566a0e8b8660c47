import { createElement, useState } from 'react';
import { Collection, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useSettings } from '../../store/settings.ts';
import { wire } from '../../wire/wires.ts';
import { Select } from '../parts/fields.tsx';
import { SavedMark } from './saving.tsx';
import { SECTIONS, type SectionId, sectionsOf } from './sections.ts';

const IDS = sectionsOf(wire.desktop === null ? 'browser' : 'desktop');

/** All settings, a section at a time; each change is kept at once. */
export function SettingsPage() {
  const { t } = useTranslation();
  const [section, setSection] = useState<SectionId>('look');
  return (
    <Tabs
      orientation="vertical"
      selectedKey={section}
      onSelectionChange={(key) => setSection(key as SectionId)}
      className="flex min-h-0 flex-1 flex-col outline-none min-[960px]:flex-row"
    >
      <div className="flex shrink-0 items-center gap-4 border-line px-6 pt-4 min-[960px]:block min-[960px]:w-[208px] min-[960px]:overflow-auto min-[960px]:border-e min-[960px]:px-2.5 min-[960px]:pb-4">
        <h1 className="m-0 text-title font-semibold min-[960px]:px-2.5 min-[960px]:pb-3">
          {t('settings.title')}
        </h1>
        <SectionTabs />
        <Select
          label={t('settings.section')}
          labelHidden
          value={section}
          onChange={setSection}
          choices={IDS.map((id) => ({ value: id, label: t(`settings.sections.${id}`) }))}
          className="w-[260px] min-[960px]:hidden"
        />
      </div>
      <Collection items={IDS.map((id) => ({ id }))}>
        {({ id }) => (
          <TabPanel id={id} className="relative min-h-0 min-w-0 flex-1 overflow-auto -outline-offset-2">
            <SectionContent id={id} />
          </TabPanel>
        )}
      </Collection>
    </Tabs>
  );
}

function SectionTabs() {
  const { t } = useTranslation();
  return (
    <TabList
      aria-label={t('settings.section')}
      items={IDS.map((id) => ({ id }))}
      className="hidden flex-col gap-0.5 min-[960px]:flex"
    >
      {({ id }) => (
        <Tab
          id={id}
          className="flex h-8 cursor-default items-center gap-2.5 rounded-control px-2.5 data-hovered:bg-hover data-selected:bg-sel data-selected:font-medium data-selected:text-acc-text [&>svg]:size-4 [&>svg]:shrink-0"
        >
          {createElement(SECTIONS[id].icon, { 'aria-hidden': true })}
          {t(`settings.sections.${id}`)}
        </Tab>
      )}
    </TabList>
  );
}

function SectionContent({ id }: { readonly id: SectionId }) {
  const { t } = useTranslation();
  const settings = useSettings((state) => state.settings);
  return (
    <div className="mx-auto max-w-[760px] px-6 pt-4 pb-10">
      <div className="flex items-center justify-between gap-4 pb-4">
        <h2 className="m-0 text-big font-semibold">{t(`settings.sections.${id}`)}</h2>
        <SavedMark />
      </div>
      {settings === null ? (
        <p className="m-0 text-dim">{t('settings.loading')}</p>
      ) : (
        <div>{createElement(SECTIONS[id].Content, { settings })}</div>
      )}
    </div>
  );
}
