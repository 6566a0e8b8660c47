import i18next from 'i18next';
import { type SubmitEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SignInState, signInWithLink, signInWithToken, useSignIn } from '../../store/sign-in.ts';
import { Button } from '../parts/button.tsx';
import { SecretField } from './secret-field.tsx';

/** In a browser, in place of everything else, until the server knows who it is. */
export function SignIn() {
  const { t } = useTranslation();
  useEffect(() => void signInWithLink(), []);
  return (
    <main className="grid h-full place-items-center overflow-auto bg-bg p-4">
      <div className="w-full max-w-[400px] rounded-box border border-line bg-panel p-7 shadow-float">
        <div className="flex items-center gap-3">
          <img src="./icon.svg" alt="" className="size-10" />
          <div className="text-big font-semibold">{t('frame.title')}</div>
        </div>
        <h1 className="mt-5 mb-0.5 text-title font-semibold">{t('settings.signIn.title')}</h1>
        <p className="m-0 mb-4 text-dim">{t('settings.signIn.about', { host: location.host })}</p>
        <TokenForm />
      </div>
    </main>
  );
}

function TokenForm() {
  const { t } = useTranslation();
  const { waiting, failure } = useSignIn();
  const [token, setToken] = useState('');
  const [missing, setMissing] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = token.trim();
    setMissing(typed === '');
    if (typed !== '' && !waiting) void signInWithToken(typed);
  };
  const isWrong = failure?.by === 'token' && failure.error.code === 'unauthorized';
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      {failure !== null && !isWrong && (
        <p role="alert" className="m-0 rounded-control bg-warn-soft px-3 py-2 text-small text-warn">
          {sentenceOf(failure)}
        </p>
      )}
      {/* For password managers, which keep a name beside each password. */}
      <input type="text" name="user" autoComplete="username" value="satchel" readOnly hidden />
      <SecretField
        label={t('settings.signIn.token')}
        hint={t('settings.signIn.tokenHint')}
        name="token"
        autoComplete="current-password"
        autoFocus
        value={token}
        onChange={(text) => {
          setToken(text);
          setMissing(false);
        }}
        problem={
          missing
            ? t('settings.signIn.missing')
            : isWrong && !waiting
              ? t('settings.signIn.wrongToken')
              : null
        }
      />
      <Button type="submit" look="primary" isPending={waiting} className="w-full">
        {t(waiting ? 'settings.signIn.waiting' : 'settings.signIn.submit')}
      </Button>
    </form>
  );
}

function sentenceOf({ by, error }: NonNullable<SignInState['failure']>): string {
  if (error.code === 'not-running') return i18next.t('settings.signIn.unreachable');
  if (by === 'code' && error.code === 'unauthorized') return i18next.t('settings.signIn.wrongCode');
  return i18next.t('settings.signIn.other', { reason: i18next.t(`errors.${error.code}.title`) });
}
