/** How servers are reached, as the form has it. */
export type ProxyMode = 'env' | 'none' | 'address';

export interface ProxyForm {
  readonly address: string;
  readonly user: string;
  readonly password: string;
}

export type ProxyProblem = 'empty' | 'kind' | 'form';

const ADDRESS = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:(.*)@)?([^@]*)$/is;
const KINDS = ['http', 'https', 'socks', 'socks5', 'socks5h'];

export function proxyMode(proxy: string): ProxyMode {
  return proxy === 'env' || proxy === 'none' ? proxy : 'address';
}

/** The proxy as one URL, with what is in the fields as its user and password, or what is wrong with it. */
export function proxyUrl({
  address,
  user,
  password,
}: ProxyForm): { url: string } | { problem: ProxyProblem } {
  const text = address.trim();
  if (text === '') return { problem: 'empty' };
  const [, scheme = 'http', inAddress, host = ''] = ADDRESS.exec(text) ?? [];
  if (!KINDS.includes(scheme.toLowerCase())) return { problem: 'kind' };
  const rest = host.replace(/\/$/, '');
  if (!isHost(rest)) return { problem: 'form' };
  const typed = user === '' && password === '' ? null : `${escaped(user)}:${escaped(password)}`;
  const userInfo = typed ?? inAddress;
  return { url: `${scheme}://${userInfo === undefined ? '' : `${userInfo}@`}${rest}` };
}

function isHost(text: string): boolean {
  const url = URL.parse(`http://${text}`);
  return (
    url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && !/[/?#\s]/.test(text)
  );
}

/** Also what `encodeURIComponent` leaves, and some readers of proxy addresses trip over. */
function escaped(word: string): string {
  return encodeURIComponent(word).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
