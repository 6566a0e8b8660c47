import type { CommandInput } from '../../../main/contract/commands.ts';
import { checksumText, readChecksum } from '../dialogs/checksum.ts';
import { parseRate } from '../settings/rate.ts';
import type { Draft, Packing } from './draft.ts';
import { parseHeaderLines } from './header-lines.ts';
import type { GivenLink } from './reading/given-link.ts';
import type { Row } from './rows.ts';

type NewTask = CommandInput<'tasks.add'>;

/** What is wrong with what was typed: a field, and the word that says it. */
export type Wrong =
  | { readonly field: 'headers'; readonly line: number }
  | { readonly field: 'checksum' | 'connections' | 'rate' | 'dir' | 'user' | 'bearer' | 'referer' };

export type WrongField = Wrong['field'];

/** Everything that has to be mended before anything can be added. `links`: how many addresses would be fetched. */
export function wrongsOf(draft: Draft, links: number): readonly Wrong[] {
  const wrongs: Wrong[] = [];
  const headers = parseHeaderLines(draft.headers);
  if (!headers.ok) wrongs.push({ field: 'headers', line: headers.wrongLine });
  const hasChecksum = takesChecksum(draft, links) && draft.checksum.trim() !== '';
  if (hasChecksum && readChecksum(draft.checksum) === null) wrongs.push({ field: 'checksum' });
  if (connectionsOf(draft) === 'invalid') wrongs.push({ field: 'connections' });
  if (rateOf(draft) === 'invalid') wrongs.push({ field: 'rate' });
  if (draft.folder === 'fixed' && draft.dir.trim() === '') wrongs.push({ field: 'dir' });
  if (draft.signIn === 'password' && draft.user === '') wrongs.push({ field: 'user' });
  if (draft.signIn === 'bearer' && draft.bearer.trim() === '') wrongs.push({ field: 'bearer' });
  if (draft.referer.trim() !== '' && !isAddress(draft.referer.trim())) wrongs.push({ field: 'referer' });
  return wrongs;
}

/** A checksum is that of one file. */
export function takesChecksum(draft: Pick<Draft, 'pack'>, links: number): boolean {
  return links === 1 && !draft.pack;
}

/** One task for each row. */
export function fileTasks(draft: Draft, rows: readonly Row[]): readonly NewTask[] {
  const common = commonOf(draft);
  const only = rows.length === 1;
  return rows.map(({ link, choice, duplicate }, index) => ({
    ...common,
    ...named(only ? draft.name.trim() || link.name : link.name),
    ...(common.dir === undefined && link.dir !== undefined && { dir: link.dir }),
    ...checksumOf(only ? draft.checksum : '', link.checksum),
    url: link.url,
    ...sparesOf(link),
    headers: { ...link.headers, ...common.headers },
    ...(duplicate !== null && { onConflict: choice === 'replace' ? 'overwrite' : 'rename' }),
    ...(draft.next && { position: index }),
  }));
}

/** What each of them is to the engine. */
export const COMPRESS = {
  auto: 'auto',
  store: 'store',
  fast: 1,
  normal: 6,
  smallest: 9,
} as const satisfies Readonly<Record<Packing, NewTask['compress']>>;

/** One task of all rows and of the files of this machine. */
export function packageTask(draft: Draft, rows: readonly Row[]): NewTask {
  return {
    ...commonOf(draft),
    kind: 'package',
    items: [
      ...rows.map(({ link, link: { url, name, headers, checksum } }) => ({
        url,
        ...sparesOf(link),
        ...named(name),
        ...(headers !== undefined && { headers }),
        ...checksumOf('', checksum),
      })),
      ...draft.paths.map((path) => ({ path })),
    ],
    ...named(draft.packName.trim()),
    compress: COMPRESS[draft.packing],
    ...(draft.next && { position: 0 }),
  };
}

/** What is the same for all of them. Only of a draft with which nothing is wrong. */
function commonOf(draft: Draft): NewTask & { readonly headers: Readonly<Record<string, string>> } {
  const typed = parseHeaderLines(draft.headers);
  const { referer, userAgent, folder, dir } = draft;
  const cookies = cookiesOf(draft.cookies);
  const connections = connectionsOf(draft);
  const limitRate = rateOf(draft);
  return {
    headers: { ...(typed.ok && typed.headers), ...cookies.headers },
    ...(cookies.file !== undefined && { cookies: cookies.file }),
    ...credentialsOf(draft),
    ...(referer.trim() !== '' && { referer: referer.trim() }),
    ...(userAgent.trim() !== '' && { userAgent: userAgent.trim() }),
    ...(typeof connections === 'number' && { connections }),
    ...(typeof limitRate === 'number' && { limitRate }),
    ...(folder === 'fixed' && { dir: dir.trim() }),
    paused: !draft.startNow,
  };
}

function credentialsOf({ signIn, user, password, bearer }: Draft): Pick<NewTask, 'credentials'> {
  if (signIn === 'password') return { credentials: { user, password } };
  if (signIn === 'bearer') return { credentials: { bearer: bearer.trim() } };
  return {};
}

/** A cookie file in Netscape's format has tabs; what browsers show as a header has none. */
function cookiesOf(text: string): { headers: Readonly<Record<string, string>>; file?: string } {
  if (text.trim() === '') return { headers: {} };
  if (text.includes('\t')) return { headers: {}, file: text };
  return {
    headers: {
      Cookie: text
        .trim()
        .replace(/^cookie:\s*/i, '')
        .replace(/;?\s*[\r\n]+\s*/g, '; '),
    },
  };
}

function checksumOf(typed: string, given: string | undefined): Pick<NewTask, 'checksum'> {
  const read = typed.trim() === '' ? null : readChecksum(typed);
  const checksum = read === null ? given : checksumText(read);
  return checksum === undefined ? {} : { checksum };
}

function sparesOf({ spares }: GivenLink): Pick<NewTask, 'spares'> {
  return spares === undefined ? {} : { spares: [...spares] };
}

/** Null: as the settings say. */
function connectionsOf({ connections }: Draft): number | null | 'invalid' {
  const text = connections.trim();
  if (text === '') return null;
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= 32 ? count : 'invalid';
}

function rateOf({ rate, rateUnit }: Draft): number | null | 'invalid' {
  return parseRate({ text: rate, unit: rateUnit });
}

function named(name: string | undefined): Pick<NewTask, 'name'> {
  return name === undefined || name === '' ? {} : { name };
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.parse(text) !== null;
}
