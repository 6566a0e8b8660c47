import { ChevronRight } from 'lucide-react';
import { useId } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Checkbox, Select, TextField } from '../parts/fields.tsx';
import { RATE_UNITS, type RateUnit } from '../settings/rate.ts';
import { SecretField } from '../settings/secret-field.tsx';
import { SIGN_INS, type SignIn } from './draft.ts';
import type { AddState } from './use-add.ts';
import { takesChecksum, type WrongField } from './wanted.ts';

/** What is seldom needed, folded up at first. */
export function MoreFields({ state }: { readonly state: AddState }) {
  const { t } = useTranslation();
  const id = useId();
  const { draft, change } = state;
  const open = draft.moreOpen;
  return (
    <div className="flex flex-col gap-3">
      <AriaButton
        aria-expanded={open}
        aria-controls={id}
        onPress={() => change({ moreOpen: !open })}
        className="-ms-1 flex max-w-full items-center gap-1 self-start rounded-md pe-2 text-start data-hovered:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={`size-4 shrink-0 text-dim transition-transform duration-100 ${open ? 'rotate-90' : 'rtl:rotate-180'}`}
        />
        <span className="font-medium">{t('add.more')}</span>
        <span className="truncate text-dim">{t('add.moreWhat')}</span>
      </AriaButton>
      <div id={id} hidden={!open} className={open ? 'grid grid-cols-2 gap-x-4 gap-y-3' : ''}>
        {open && (
          <>
            <RequestFields state={state} />
            <SignInFields state={state} />
            <TransferFields state={state} />
          </>
        )}
      </div>
    </div>
  );
}

/** The sentence about what is wrong with a field, once it matters. */
function useProblem({ wrongs }: AddState): (field: WrongField) => string | null {
  const { t } = useTranslation();
  return (field) => {
    const wrong = wrongs.find((each) => each.field === field);
    if (wrong === undefined) return null;
    if (wrong.field === 'headers') return t('add.wrong.headers', { line: wrong.line });
    return t(`add.wrong.${wrong.field}`);
  };
}

function RequestFields({ state }: { readonly state: AddState }) {
  const { t } = useTranslation();
  const { draft, change } = state;
  const problem = useProblem(state);
  return (
    <>
      <TextField
        label={t('add.headers')}
        placeholder={t('add.headersHint')}
        lines={2}
        mono
        value={draft.headers}
        onChange={(headers) => change({ headers })}
        problem={problem('headers')}
      />
      <TextField
        label={t('add.cookies')}
        placeholder={t('add.cookiesHint')}
        lines={2}
        mono
        value={draft.cookies}
        onChange={(cookies) => change({ cookies })}
      />
      <TextField
        label={t('add.referer')}
        inputMode="url"
        value={draft.referer}
        onChange={(referer) => change({ referer })}
        problem={problem('referer')}
      />
      <TextField
        label={t('add.userAgent')}
        placeholder={t('add.userAgentUsual')}
        value={draft.userAgent}
        onChange={(userAgent) => change({ userAgent })}
      />
    </>
  );
}

function SignInFields({ state }: { readonly state: AddState }) {
  const { t } = useTranslation();
  const { draft, change, tried } = state;
  const problem = useProblem(state);
  const late = (field: WrongField) => (tried ? problem(field) : null);
  return (
    <div className="col-span-2 grid grid-cols-[176px_minmax(0,1fr)_minmax(0,1fr)] items-start gap-x-4">
      <Select<SignIn>
        label={t('add.signIn')}
        value={draft.signIn}
        choices={SIGN_INS.map((value) => ({ value, label: t(`add.signIns.${value}`) }))}
        onChange={(signIn) => change({ signIn })}
      />
      {draft.signIn === 'password' && (
        <>
          <TextField
            label={t('add.user')}
            autoComplete="off"
            value={draft.user}
            onChange={(user) => change({ user })}
            problem={late('user')}
          />
          <SecretField
            label={t('add.password')}
            autoComplete="new-password"
            value={draft.password}
            onChange={(password) => change({ password })}
          />
        </>
      )}
      {draft.signIn === 'bearer' && (
        <SecretField
          label={t('add.bearer')}
          autoComplete="off"
          value={draft.bearer}
          onChange={(bearer) => change({ bearer })}
          problem={late('bearer')}
          className="col-span-2"
        />
      )}
    </div>
  );
}

function TransferFields({ state }: { readonly state: AddState }) {
  const { t } = useTranslation();
  const { draft, change, sum } = state;
  const problem = useProblem(state);
  const hasOne = takesChecksum(draft, sum.fetched.length);
  return (
    <>
      <TextField
        label={t('add.checksum')}
        placeholder={t(hasOne ? 'add.checksumHint' : 'add.checksumOne')}
        isDisabled={!hasOne}
        mono
        value={draft.checksum}
        onChange={(checksum) => change({ checksum })}
        problem={problem('checksum')}
        className="col-span-2"
      />
      <TextField
        label={t('add.rate')}
        placeholder={t('add.noLimit')}
        inputMode="decimal"
        value={draft.rate}
        onChange={(rate) => change({ rate })}
        problem={problem('rate')}
        className="num"
        after={
          <Select<RateUnit>
            label={t('add.rateUnit')}
            labelHidden
            value={draft.rateUnit}
            choices={RATE_UNITS.map((value) => ({ value, label: `${value}/s` }))}
            onChange={(rateUnit) => change({ rateUnit })}
            className="w-[92px] shrink-0"
          />
        }
      />
      <TextField
        label={t('add.connections')}
        placeholder={t('add.connectionsUsual')}
        inputMode="numeric"
        value={draft.connections}
        onChange={(connections) => change({ connections })}
        problem={problem('connections')}
        className="num"
      />
      <Checkbox isSelected={draft.next} onChange={(next) => change({ next })}>
        {t('add.next')}
      </Checkbox>
    </>
  );
}
