import { RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RemoteAccess } from '../../../main/contract/desktop.ts';
import type { Settings } from '../../../main/contract/settings.ts';
import { refreshAbout, useAbout } from '../../store/about.ts';
import { orTell } from '../../store/engine.ts';
import { wire } from '../../wire/wires.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { FieldRow } from '../parts/fields.tsx';
import { Copyable } from './copyable.tsx';
import { Note } from './notes.tsx';
import { save } from './saving.tsx';
import { ShowButton } from './secret-field.tsx';
import { ChoiceSetting, Group, NumberSetting, SwitchSetting } from './setting-fields.tsx';

const THIS_COMPUTER = '127.0.0.1';
const EVERYWHERE = '0.0.0.0';
/** Whether it listens shows a moment after it was set. */
const LOOK_AGAIN_MS = 1000;

/** The server of the desktop: who may reach it, and with what. */
export function RemoteSection({ settings: { remoteAccess } }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const remote = useAbout()?.remote;
  useEffect(() => {
    const timer = setInterval(() => void refreshAbout(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  const keep = (change: Partial<Settings['remoteAccess']>) =>
    save({ remoteAccess: { ...remoteAccess, ...change } });
  const { enabled, host, port } = remoteAccess;
  const isOwn = host !== THIS_COMPUTER && host !== EVERYWHERE;
  return (
    <>
      <Group title={t('settings.remote.who')}>
        <SwitchSetting
          title={t('settings.remote.enabled')}
          hint={t('settings.remote.enabledHint')}
          value={enabled}
          onChange={(next) => void keep({ enabled: next })}
        />
        <ChoiceSetting
          title={t('settings.remote.host')}
          hint={t(
            host === THIS_COMPUTER ? 'settings.remote.thisComputerMeans' : 'settings.remote.networkMeans',
          )}
          value={host}
          onChange={(next) => void keep({ host: next })}
          choices={[
            { value: THIS_COMPUTER, label: t('settings.remote.thisComputer') },
            { value: EVERYWHERE, label: t('settings.remote.network') },
            ...(isOwn ? [{ value: host, label: host }] : []),
          ]}
        />
        <NumberSetting
          title={t('settings.remote.port')}
          hint={t('settings.remote.portHint')}
          value={port}
          min={0}
          max={65_535}
          keep={(next) => keep({ port: next })}
        />
      </Group>
      {enabled && host !== THIS_COMPUTER && <Note look="warn">{t('settings.remote.networkWarning')}</Note>}
      {remote !== undefined && <Reach enabled={enabled} remote={remote} />}
    </>
  );
}

function Reach({ enabled, remote }: { readonly enabled: boolean; readonly remote: RemoteAccess }) {
  const { t } = useTranslation();
  const { address, token, problem } = remote;
  return (
    <Group title={t('settings.remote.state')}>
      {problem !== null && <Note look="warn">{t('settings.remote.problem', { problem })}</Note>}
      {address === null && problem === null && (
        <div className="py-2.5 text-dim">
          {t(enabled ? 'settings.remote.starting' : 'settings.remote.off')}
        </div>
      )}
      {address !== null && (
        <FieldRow title={t('settings.remote.address')}>
          {() => <Copyable text={address} label={t('settings.remote.copyAddress')} />}
        </FieldRow>
      )}
      {token !== null && <Token token={token} />}
    </Group>
  );
}

function Token({ token }: { readonly token: string }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const [renewing, setRenewing] = useState(false);
  return (
    <>
      <FieldRow title={t('settings.remote.token')} hint={t('settings.remote.tokenHint')}>
        {() => (
          <div className="flex min-w-0 flex-col items-end gap-2">
            <Copyable
              text={token}
              label={t('settings.remote.copyToken')}
              beside={<ShowButton label={t('settings.remote.token')} shown={shown} onChange={setShown} />}
            >
              {shown ? token : <Hidden />}
            </Copyable>
            <Button icon={<RefreshCw aria-hidden />} onPress={() => setRenewing(true)}>
              {t('settings.remote.renew')}
            </Button>
          </div>
        )}
      </FieldRow>
      {renewing && (
        <Confirm
          title={t('settings.remote.renewTitle')}
          sentences={[t('settings.remote.renewText')]}
          action={t('settings.remote.renewDo')}
          onConfirm={() => void renewToken()}
          onClose={() => setRenewing(false)}
        />
      )}
    </>
  );
}

async function renewToken(): Promise<void> {
  if (wire.desktop !== null) await orTell(wire.desktop.call('desktop.renewToken', {}));
  await refreshAbout();
}

function Hidden() {
  const { t } = useTranslation();
  return (
    <>
      <span aria-hidden>{'•'.repeat(16)}</span>
      <span className="sr-only">{t('settings.hidden')}</span>
    </>
  );
}
