import { useTranslation } from 'react-i18next';
import { useAbout } from '../../store/about.ts';
import { useStatus } from '../../store/status.ts';
import { formatTime } from '../../words/format.ts';
import { Note } from './notes.tsx';
import { UpdatesPart } from './updates-part.tsx';

export function AboutSection() {
  const { t, i18n } = useTranslation();
  const about = useAbout();
  const status = useStatus((state) => state.status);
  const facts: readonly (readonly [title: string, value: string | undefined])[] = [
    [t('settings.about.version'), about?.version ?? status?.version],
    [t('settings.about.started'), status === null ? undefined : formatTime(status.startedAt, i18n.language)],
    [t('settings.about.data'), status?.dataDir],
    [t('settings.about.downloads'), status?.downloads],
    [t('settings.about.electron'), about?.electron],
    [t('settings.about.system'), about === null ? undefined : t(`settings.about.systems.${about.platform}`)],
  ];
  return (
    <>
      <div className="flex items-center gap-4 pb-5">
        <img src="./icon.svg" alt="" className="size-14" />
        <div>
          <div className="text-big font-semibold">{t('frame.title')}</div>
          <div className="text-dim">{t('settings.about.slogan')}</div>
        </div>
      </div>
      <dl className="m-0 divide-y divide-line border-y border-line">
        {facts.map(([title, value]) =>
          value === undefined ? null : (
            <div key={title} className="grid grid-cols-[160px_minmax(0,1fr)] gap-4 py-2.5">
              <dt className="text-dim">{title}</dt>
              <dd data-selectable className="m-0 break-all">
                {value}
              </dd>
            </div>
          ),
        )}
      </dl>
      {about?.keepsSecrets === false && <Note look="warn">{t('settings.about.noKeyring')}</Note>}
      <UpdatesPart />
      <p className="mt-4 mb-0 text-small text-dim">{t('settings.about.licence')}</p>
    </>
  );
}
