import { KeyRound, Puzzle, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { orTell } from '../../store/engine.ts';
import { tell } from '../../store/notices.ts';
import type { BrowserWire, DesktopWire, PairedBrowser } from '../../wire/wire.ts';
import { wire } from '../../wire/wires.ts';
import { formatTime } from '../../words/format.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { FieldRow } from '../parts/fields.tsx';
import { Bookmarklets } from './bookmarklets.tsx';
import { Copyable } from './copyable.tsx';
import { Group } from './setting-fields.tsx';

/** In a terminal, where the browser runs. */
const SET_UP = 'satchel native-host --install';

/** How browsers hand their downloads over. */
export function BrowsersSection() {
  const { t } = useTranslation();
  const { desktop, browser } = wire;
  return (
    <>
      <Group title={t('settings.browsers.extension')}>
        {desktop === null ? <SetUpByCommand /> : <SetUpHere desktop={desktop} />}
        {browser !== null && <Pairing browser={browser} />}
      </Group>
      <Bookmarklets />
    </>
  );
}

function SetUpHere({ desktop }: { readonly desktop: DesktopWire }) {
  const { t } = useTranslation();
  const set = async (connect: boolean) => {
    const answer = await orTell(desktop.call('desktop.setBrowsers', { connect }));
    if (answer === null) return;
    const told = { browsers: answer.browsers.join(t('settings.comma')) };
    tell({
      kind: 'info',
      text: t(connect ? 'settings.browsers.isSetUp' : 'settings.browsers.isTakenBack', told),
    });
  };
  return (
    <FieldRow title={t('settings.browsers.here')} hint={t('settings.browsers.hereHint')}>
      {() => (
        <div className="flex flex-wrap justify-end gap-2">
          <Button onPress={() => void set(false)}>{t('settings.browsers.takeBack')}</Button>
          <Button icon={<Puzzle aria-hidden />} onPress={() => void set(true)}>
            {t('settings.browsers.setUp')}
          </Button>
        </div>
      )}
    </FieldRow>
  );
}

function SetUpByCommand() {
  const { t } = useTranslation();
  return (
    <FieldRow title={t('settings.browsers.here')} hint={t('settings.browsers.commandHint')}>
      {() => <Copyable text={SET_UP} label={t('settings.copy')} />}
    </FieldRow>
  );
}

/** For browsers elsewhere, or without their program: a code that is good once, and those that have used one. */
function Pairing({ browser }: { readonly browser: BrowserWire }) {
  const { t } = useTranslation();
  const [code, setCode] = useState<string | null>(null);
  const [paired, setPaired] = useState<readonly PairedBrowser[]>([]);
  const look = async () => {
    const answer = await browser.pairings();
    if (answer.ok) setPaired(answer.value.pairings);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is shown.
  useEffect(() => void look(), []);
  const show = async () => setCode((await orTell(browser.pairingCode()))?.code ?? null);
  const remove = async (id: string) => {
    await orTell(browser.unpair(id));
    await look();
  };
  return (
    <>
      <FieldRow title={t('settings.browsers.pair')} hint={t('settings.browsers.pairHint')}>
        {() =>
          code === null ? (
            <Button icon={<KeyRound aria-hidden />} onPress={() => void show()}>
              {t('settings.browsers.showCode')}
            </Button>
          ) : (
            <Copyable text={code} label={t('settings.copy')} />
          )
        }
      </FieldRow>
      {paired.map(({ id, name, createdAt }) => (
        <Paired key={id} name={name} createdAt={createdAt} onRemove={() => void remove(id)} />
      ))}
    </>
  );
}

function Paired(props: { readonly name: string; readonly createdAt: string; readonly onRemove: () => void }) {
  const { name, createdAt, onRemove } = props;
  const { t, i18n } = useTranslation();
  const since = t('settings.browsers.since', { time: formatTime(createdAt, i18n.language) });
  return (
    <FieldRow title={name} hint={since}>
      {() => (
        <IconButton label={t('settings.browsers.unpair', { name })} onPress={onRemove}>
          <Trash2 aria-hidden />
        </IconButton>
      )}
    </FieldRow>
  );
}
