import { z } from 'zod';
import { SatchelError } from '../../contract/errors.ts';
import { parseOptions } from '../../contract/options.ts';
import { readNamedFile, runningInstance } from '../../engine.ts';

/** Whom a client command talks to. */
export interface Target {
  /** Ends with `/`; without credentials, query and fragment. */
  readonly base: URL;
  readonly token: string | null;
  /** It runs on this machine and was found by its data folder: it may be elsewhere once it has been started anew. */
  readonly found: boolean;
}

const given = z.string().min(1, { error: 'must not be empty' }).optional();

/** The options that every client command has. */
const Where = z.object({ server: given, token: given, tokenFile: given, dataDir: given });
type Where = z.infer<typeof Where>;

/** Options, then the environment, then what runs on this machine. Errors: bad-input, not-running, permission. */
export async function findTarget(raw: unknown, env: NodeJS.ProcessEnv = process.env): Promise<Target> {
  const options = parseOptions(Where, raw);
  const { server, dataDir } = options;
  if (server !== undefined && dataDir !== undefined) {
    throw new SatchelError('bad-input', '--server and --data-dir do not go together');
  }
  const own = await ownToken(options);
  const address = server ?? (dataDir === undefined ? env['SATCHEL_SERVER'] : undefined);
  if (address) return { base: parseServer(address), token: own ?? fromEnv(env), found: false };
  const instance = await runningInstance(dataDir ?? null);
  if (instance === null) throw new SatchelError('not-running', 'no server is at work on the data folder');
  // SATCHEL_TOKEN is that of SATCHEL_SERVER; what runs here says itself what it wants.
  const token = own ?? instance.token ?? fromEnv(env);
  return { base: parseServer(instance.address), token, found: true };
}

/** Null where the token goes to nobody but this machine or is encrypted on its way; else a warning. */
export function warningOf({ base, token, found }: Target): string | null {
  if (token === null || found || base.protocol === 'https:' || isLoopback(base.hostname)) return null;
  return `warning: ${shown(base)}: the token goes there in clear, and anyone on the way can read it; use https.`;
}

/** The server as it is named in messages. */
export const shown = (base: URL): string => base.href.replace(/\/$/, '');

async function ownToken({ token, tokenFile }: Where): Promise<string | null> {
  if (token !== undefined && tokenFile !== undefined) {
    throw new SatchelError('bad-input', '--token and --token-file do not go together');
  }
  if (tokenFile === undefined) return token === undefined ? null : checked(token, '--token');
  return checked((await readNamedFile(tokenFile, '--token-file: the file')).trim(), '--token-file');
}

function fromEnv({ SATCHEL_TOKEN: token }: NodeJS.ProcessEnv): string | null {
  return token ? checked(token, 'SATCHEL_TOKEN') : null;
}

/** What cannot be in a header is repeated by whoever refuses it; so it is refused here. */
function checked(token: string, where: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new SatchelError('bad-input', `${where}: a token is printable ASCII characters without spaces`);
}

/** `nas:7878` is http; a path is that of a proxy before the server. */
function parseServer(text: string): URL {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.parse(whole);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new SatchelError('bad-input', '--server must be an address such as http://127.0.0.1:7878');
  }
  if (url.username !== '' || url.password !== '') {
    throw new SatchelError('bad-input', '--server: no user and password in the address; --token is for that');
  }
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
}
