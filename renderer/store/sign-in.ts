import { create } from 'zustand';
import { wire } from '../wire/wires.ts';
import type { ShownError } from './notices.ts';

export interface SignInState {
  readonly waiting: boolean;
  /** Why it did not work last, and with what. */
  readonly failure: { readonly by: 'token' | 'code'; readonly error: ShownError } | null;
}

export const useSignIn = create<SignInState>(() => ({ waiting: false, failure: null }));

/** The code of a sign-in link, taken out of the address at once: it is not to be seen, kept or passed on. */
let code = takeCode();

function takeCode(): string | null {
  const [, found = null] = /^#sign-in=([^&]+)$/.exec(location.hash) ?? [];
  if (found !== null) history.replaceState(null, '', `${location.pathname}${location.search}`);
  return found;
}

export function signInWithToken(token: string): Promise<void> {
  return signIn('token', { token });
}

/** With the link that this page was opened by, if it was; the code counts once. */
export async function signInWithLink(): Promise<void> {
  if (code === null) return;
  const given = { code: decodeURIComponent(code) };
  code = null;
  await signIn('code', given);
}

async function signIn(by: 'token' | 'code', given: { token: string } | { code: string }): Promise<void> {
  if (wire.browser === null) return;
  useSignIn.setState({ waiting: true, failure: null });
  const answer = await wire.browser.signIn(given);
  useSignIn.setState({ waiting: false, failure: answer.ok ? null : { by, error: answer.error } });
}
