import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Limits, Settings } from '../../../main/contract/settings.ts';
import { refreshStatus, useStatus } from '../../store/status.ts';
import { formatSpeed } from '../../words/format.ts';
import { FieldRow } from '../parts/fields.tsx';
import { RateSetting } from './rate-setting.tsx';
import { save } from './saving.tsx';
import { ScheduleEditor } from './schedule-editor.tsx';
import { Segmented } from './segmented.tsx';
import { Group, WideRow } from './setting-fields.tsx';
import { weekOrder } from './week.ts';
import { WeekPicture } from './week-picture.tsx';

const MODES = ['scheduled', 'base', 'alternative'] as const;

export function SpeedSection({ settings: { limits } }: { readonly settings: Settings }) {
  const { t, i18n } = useTranslation();
  const days = useMemo(() => weekOrder(i18n.language, navigator.languages), [i18n.language]);
  const keep = (change: Partial<Limits>) => keepLimits({ ...limits, ...change });
  return (
    <>
      <Group title={t('settings.speed.limits')}>
        <FieldRow title={t('settings.speed.mode')} hint={t(`settings.speed.means.${limits.mode}`)}>
          {(ids) => (
            <Segmented
              {...ids}
              value={limits.mode}
              onChange={(mode) => void keep({ mode })}
              segments={MODES.map((each) => ({ value: each, label: t(`settings.speed.modes.${each}`) }))}
            />
          )}
        </FieldRow>
        <RateSetting
          title={t('settings.speed.usual')}
          hint={t('settings.speed.usualHint')}
          value={limits.base}
          keep={(base) => keep({ base })}
        />
        <RateSetting
          title={t('settings.speed.alternative')}
          hint={t('settings.speed.alternativeHint')}
          value={limits.alternative}
          keep={(alternative) => keep({ alternative })}
        />
        <InForce />
      </Group>
      <Group title={t('settings.speed.schedule')}>
        <WideRow title={t('settings.speed.when')} hint={t('settings.speed.whenHint')}>
          <ScheduleEditor schedule={limits.schedule} days={days} keep={(schedule) => keep({ schedule })} />
        </WideRow>
        <div className="py-3">
          <WeekPicture schedule={limits.schedule} days={days} />
        </div>
      </Group>
    </>
  );
}

async function keepLimits(limits: Limits): Promise<string | null> {
  const wrong = await save({ limits });
  if (wrong === null) await refreshStatus();
  return wrong;
}

function InForce() {
  const { t } = useTranslation();
  const limit = useStatus(({ status }) => status?.limitRate);
  if (limit === undefined) return null;
  return (
    <FieldRow title={t('settings.speed.inForce')}>
      {() => (
        <output className="num">{limit === null ? t('settings.speed.noLimit') : formatSpeed(limit)}</output>
      )}
    </FieldRow>
  );
}
