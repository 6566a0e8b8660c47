import { onTestFinished } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { type Download, type DownloadOptions, download } from '../kit/download.ts';
import { FaultServer, type Resource } from '../kit/fault-server.ts';
import { HttpProxy, type ProxyOptions, SocksProxy } from '../kit/proxies.ts';
import { tempFolder } from '../kit/temp-folder.ts';

export const MIB = 1024 * 1024;

export async function server(options: { tls?: boolean } = {}): Promise<FaultServer> {
  const started = await FaultServer.start(options);
  onTestFinished(() => started.close());
  return started;
}

export async function httpProxy(options: ProxyOptions = {}): Promise<HttpProxy> {
  const started = await HttpProxy.start(options);
  onTestFinished(() => started.close());
  return started;
}

export async function socksProxy(options: ProxyOptions = {}): Promise<SocksProxy> {
  const started = await SocksProxy.start(options);
  onTestFinished(() => started.close());
  return started;
}

export const proxyOf = (kind: string, options: ProxyOptions = {}): Promise<HttpProxy | SocksProxy> =>
  kind === 'socks5' ? socksProxy(options) : httpProxy({ ...options, tls: kind === 'https' });

/** A server with `/a.bin` on it, and a folder to download that into. */
export interface Reach {
  readonly target: FaultServer;
  readonly folder: string;
  readonly content: Content;
  get(options?: Partial<DownloadOptions> & { url?: string }): Download;
  /** The file is there, whole and right; null says so. */
  differs(): Promise<number | null>;
}

export async function reach(
  options: { tls?: boolean; size?: number } & Partial<Resource> = {},
): Promise<Reach> {
  const { tls = false, size = 200_000, ...resource } = options;
  const target = await server({ tls });
  const content = new Content(7, size);
  target.serve('/a.bin', { content, ...resource });
  const folder = await tempFolder();
  return {
    target,
    folder,
    content,
    get: ({ url = target.url('/a.bin'), ...more } = {}) => download(url, { folder, retries: 0, ...more }),
    differs: () => differsAt(content, `${folder}/a.bin`),
  };
}
