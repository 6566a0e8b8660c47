import type { RateUnit } from '../settings/rate.ts';
import type { Choice } from './duplicates.ts';

/** How entries of a ZIP are packed, as it is offered. */
export const PACKINGS = ['auto', 'store', 'fast', 'normal', 'smallest'] as const;
export type Packing = (typeof PACKINGS)[number];

export const SIGN_INS = ['none', 'password', 'bearer'] as const;
export type SignIn = (typeof SIGN_INS)[number];

/** Everything in the Add box that somebody has typed or chosen. Texts are as typed; empty ones say nothing. */
export interface Draft {
  readonly text: string;
  /** Of files of this machine, absolute. */
  readonly paths: readonly string[];
  readonly pack: boolean;
  readonly packName: string;
  readonly packing: Packing;
  /** Of the one download, where it is one. */
  readonly name: string;
  readonly folder: 'category' | 'fixed';
  readonly dir: string;
  readonly startNow: boolean;
  readonly leftOut: ReadonlySet<string>;
  /** What to do with addresses that are there already, where it is not the usual. */
  readonly choices: ReadonlyMap<string, Choice>;
  readonly moreOpen: boolean;
  readonly headers: string;
  readonly signIn: SignIn;
  readonly user: string;
  readonly password: string;
  readonly bearer: string;
  readonly referer: string;
  readonly cookies: string;
  readonly userAgent: string;
  readonly checksum: string;
  readonly connections: string;
  readonly rate: string;
  readonly rateUnit: RateUnit;
  readonly next: boolean;
}

export const EMPTY_DRAFT: Draft = {
  text: '',
  paths: [],
  pack: false,
  packName: '',
  packing: 'auto',
  name: '',
  folder: 'category',
  dir: '',
  startNow: true,
  leftOut: new Set(),
  choices: new Map(),
  moreOpen: false,
  headers: '',
  signIn: 'none',
  user: '',
  password: '',
  bearer: '',
  referer: '',
  cookies: '',
  userAgent: '',
  checksum: '',
  connections: '',
  rate: '',
  rateUnit: 'MB',
  next: false,
};

/** What the box is opened with. */
export interface Given {
  readonly text: string;
  readonly paths: readonly string[];
  readonly pack: boolean;
}

let kept: Draft | null = null;

/** What was typed is there again the next time, until it has been added or this window is gone. */
export function keepDraft(draft: Draft | null): void {
  kept = draft;
}

/** What the box begins with: what it is given, or what was kept where it is given nothing. */
export function beginDraft({ text, paths, pack }: Given): Draft {
  if (text === '' && paths.length === 0)
    return { ...(kept ?? EMPTY_DRAFT), pack: pack || (kept?.pack ?? false) };
  return { ...EMPTY_DRAFT, text, paths, pack: pack || paths.length > 0 };
}

/** Something more comes while the box is open; nothing that stands there is lost. */
export function addToDraft(draft: Draft, { text, paths, pack }: Given): Draft {
  const apart = draft.text === '' || draft.text.endsWith('\n') || text === '' ? '' : '\n';
  return {
    ...draft,
    text: draft.text + apart + text,
    paths: [...new Set([...draft.paths, ...paths])],
    pack: draft.pack || pack || paths.length > 0,
  };
}
