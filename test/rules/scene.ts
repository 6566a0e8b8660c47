import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { Content, differsAt } from '../kit/content.ts';
import { type Download, type DownloadOptions, download } from '../kit/download.ts';
import type { FakeClock } from '../kit/fake-clock.ts';
import { type Fault, FaultServer, type Logged, type Resource } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';

export const MIB = 1024 * 1024;
export const PATH = '/a.bin';

export type GetOptions = Partial<DownloadOptions> & { readonly path?: string };

/** A server with one file on it, and a folder to download it into. */
export interface Scene {
  readonly server: FaultServer;
  readonly folder: string;
  readonly content: Content;
  readonly file: string;
  /** Requests for the file, in order of arrival. */
  asked(): readonly Logged[];
  get(options?: GetOptions): Download;
  /** Downloads up to byte `bytes` and stops there, as if interrupted. */
  getPart(bytes: number, options?: GetOptions): Promise<void>;
  /** The file is there, whole and right. */
  demandWhole(content?: Content, path?: string): Promise<void>;
  /** The first `bytes` of the partial file are there and right. */
  demandPart(bytes: number): Promise<void>;
}

export async function scene(resource: Partial<Resource> & { size?: number } = {}): Promise<Scene> {
  const { size = 200_000, ...rest } = resource;
  const server = await FaultServer.start();
  onTestFinished(() => server.close());
  const folder = await tempFolder();
  const content = new Content(7, size);
  const served = { content, ...rest };
  server.serve(PATH, served);
  const file = join(folder, 'a.bin');
  let reached = 0;
  const get = ({ path = PATH, ...options }: GetOptions = {}) =>
    download(server.url(path), { folder, ...options });
  return {
    server,
    folder,
    content,
    file,
    get,
    asked: () => server.requests.filter(({ path }) => path === PATH),
    getPart: async (bytes, options = {}) => {
      const faults = served.faults ?? [];
      server.update(PATH, { faults: [...faults, { name: 'stall', after: bytes - reached }] });
      const stop = new AbortController();
      const onJournaled = (received: number) => {
        if (received === bytes) stop.abort(new SatchelError('cancelled'));
      };
      const { result } = get({ ...options, signal: stop.signal, onJournaled });
      await expect(result).rejects.toMatchObject({ code: 'cancelled' });
      expect(server.happened('stall')).toBeGreaterThan(0);
      server.update(PATH, { faults });
      reached = bytes;
    },
    demandWhole: async (wanted = content, path = file) => {
      expect(await differsAt(wanted, path)).toBeNull();
    },
    demandPart: async (bytes) => {
      const part = await readFile(`${file}.part`);
      expect(part.subarray(0, bytes).equals(content.slice(0, bytes))).toBe(true);
    },
  };
}

/** Lets the event loop turn until `condition` holds. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Lets the fake time pass in small steps, with real turns of the event loop between, until `done`. */
export async function passTime(clock: FakeClock, stepMs: number, done: () => boolean): Promise<void> {
  while (!done()) {
    await clock.advance(stepMs);
    await turn();
  }
}

/** Serves the scene's file with these faults from now on. */
export function misbehave({ server }: Scene, ...faults: Fault[]): void {
  server.update(PATH, { faults });
}
