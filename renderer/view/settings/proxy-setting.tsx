import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from '../parts/fields.tsx';
import { onKeys } from './on-keys.ts';
import { type ProxyForm, type ProxyMode, proxyMode, proxyUrl } from './proxy-address.ts';
import { save } from './saving.tsx';
import { SecretField } from './secret-field.tsx';
import { ChoiceSetting } from './setting-fields.tsx';

const MODES = ['env', 'none', 'address'] as const;

/** How servers are reached. An address is kept as soon as it is one. */
export function ProxySetting({ proxy }: { readonly proxy: string }) {
  const { t } = useTranslation();
  const [choosing, setChoosing] = useState(false);
  const mode: ProxyMode = choosing ? 'address' : proxyMode(proxy);
  const choose = (next: ProxyMode) => {
    setChoosing(next === 'address');
    if (next !== 'address' && next !== proxy) void save({ proxy: next });
  };
  return (
    <>
      <ChoiceSetting
        title={t('settings.network.proxy')}
        hint={t(`settings.network.means.${mode}`)}
        value={mode}
        onChange={choose}
        choices={MODES.map((each) => ({ value: each, label: t(`settings.network.modes.${each}`) }))}
      />
      {mode === 'address' && <AddressFields kept={proxyMode(proxy) === 'address' ? proxy : ''} />}
    </>
  );
}

function AddressFields({ kept }: { readonly kept: string }) {
  const { t } = useTranslation();
  const [form, setForm] = useState<ProxyForm>({ address: kept, user: '', password: '' });
  const [problem, setProblem] = useState<string | null>(null);
  const [last, setLast] = useState(form);
  const change = (part: Partial<ProxyForm>) => setForm((before) => ({ ...before, ...part }));
  const keep = async () => {
    if (form === last) return;
    setLast(form);
    const made = proxyUrl(form);
    if ('problem' in made) return setProblem(t(`settings.network.wrong.${made.problem}`));
    setProblem(await save({ proxy: made.url }));
  };
  const keeping = { onBlur: () => void keep(), onKeyDown: onKeys({ Enter: keep }) };
  return (
    <div className="flex flex-col gap-3 py-3">
      <TextField
        label={t('settings.network.address')}
        placeholder={t('settings.network.addressExample')}
        mono
        value={form.address}
        onChange={(address) => change({ address })}
        problem={problem}
        {...keeping}
      />
      <div className="grid grid-cols-2 gap-3">
        <TextField
          label={t('settings.network.user')}
          value={form.user}
          onChange={(user) => change({ user })}
          autoComplete="off"
          {...keeping}
        />
        <SecretField
          label={t('settings.network.password')}
          value={form.password}
          onChange={(password) => change({ password })}
          autoComplete="off"
          {...keeping}
        />
      </div>
      <div className="text-small text-dim">{t('settings.network.loginHint')}</div>
    </div>
  );
}
