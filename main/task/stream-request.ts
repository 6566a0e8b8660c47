import { basename } from 'node:path';
import type { Writable } from 'node:stream';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { Settings } from '../contract/settings.ts';
import { ZipRequest } from '../contract/zip-request.ts';
import { parseSource } from '../source/links.ts';
import { nameFor } from '../source/names.ts';
import type { NetrcEntry } from '../source/netrc.ts';
import { basicAuthorization, checkHeaders } from '../source/request-headers.ts';
import type { Disk } from '../world/disk.ts';
import { EntryNames, entryPath } from '../zip/entry-names.ts';
import { streamLength } from '../zip/stream-length.ts';
import type { Counters } from './figures.ts';
import type { RunSurroundings } from './file-job.ts';
import type { Gate } from './gate.ts';
import { issueOf } from './issue.ts';
import { zipName } from './new-package.ts';
import type { ItemListener } from './package-job.ts';
import type { TaskRecord } from './record.ts';
import type { StreamFile } from './stream-file.ts';
import type { StreamItem } from './stream-item.ts';
import { demandFew, type StreamListener, streamPackage } from './stream-package.ts';

const USUAL_NAME = 'satchel.zip';

/** A ZIP that is ready to be streamed: nothing of it is fetched yet. */
export interface PreparedZip {
  /** Safe as a file's name, and ends in `.zip`. */
  readonly name: string;
  /** Exactly how many bytes it will have, or null where that is not known before. */
  readonly length: number | null;
  /**
   * Streams it, and ends `output`; may be called again. `onBegun` is told when the first item's source has answered: until
   * then no byte has been written. Rejects with a SatchelError that names the item, when `output` is destroyed already.
   */
  write(output: Writable, signal: AbortSignal, onBegun?: () => void): Promise<void>;
}

export interface ZipRequestTools {
  readonly around: RunSurroundings;
  readonly settings: () => Settings;
  /** The logins in the user's own file. */
  readonly netrc: (disk: Disk) => Promise<readonly NetrcEntry[]>;
  /** Throws `not-found`. */
  readonly taskOf: (id: string) => TaskRecord;
  readonly gate: Pick<Gate, 'demandUrl' | 'demandInside'>;
  readonly counters: Counters;
  /** Nothing is streamed any more. */
  readonly closing: AbortSignal;
}

/**
 * A ZIP as it is asked for. Its length is known where every item is a finished task or came with its size, and nothing is
 * compressed. Names are then fixed too: an address without a name of its own is called as its path says, whatever its
 * answer says. Throws `bad-input`, `bad-url`, `address-refused`, `not-found`,
 * `bad-transition`, `path-unsafe`.
 */
export async function prepareZip(request: unknown, tools: ZipRequestTools): Promise<PreparedZip> {
  const parsed = ZipRequest.safeParse(request);
  if (!parsed.success) throw new SatchelError('bad-input', issueOf(parsed.error));
  const { name = USUAL_NAME, items: given } = parsed.data;
  demandFew(given.length);
  const { settings, netrc, around, closing } = tools;
  const logins = settings().netrc ? await netrc(around.disk) : [];
  const items: (StreamItem | StreamFile)[] = [];
  for (const [index, item] of given.entries()) {
    items.push(await at(index, () => sourceOf(item, String(index), { tools, logins })));
  }
  const isSized = items.every(({ size }) => typeof size === 'number');
  const compress = parsed.data.compress ?? (isSized ? 'store' : 'auto');
  const fixed = isSized && compress === 'store' ? items.map(named) : null;
  const length = fixed && lengthOf(fixed);
  return {
    name: zipName(name),
    length,
    write: async (output, signal, onBegun = () => {}) => {
      const job = { items: fixed ?? items, compress, length, output, neverEmpty: false, onBegun };
      const listener = listenerOf(items, tools.counters);
      await streamPackage(job, around, listener, AbortSignal.any([signal, closing]));
    },
  };
}

/** What is wrong with one item says with which. */
async function at<T>(index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = asSatchelError(thrown);
    const detail = error.detail === undefined ? `items.${index}` : `items.${index}: ${error.detail}`;
    throw new SatchelError(error.code, detail, { cause: error });
  }
}

interface ItemTools {
  readonly tools: ZipRequestTools;
  readonly logins: readonly NetrcEntry[];
}

async function sourceOf(item: ZipRequest['items'][number], id: string, { tools, logins }: ItemTools) {
  const { url: text = '', task, name } = item;
  if (task !== undefined) return fileOf(tools.taskOf(task), { id, name }, tools);
  const { url, user, password } = parseSource(text);
  tools.gate.demandUrl(url);
  const headers = checkHeaders(item.headers ?? {});
  const login = user === null ? {} : { authorization: basicAuthorization(user, password ?? '') };
  const { retries, timeoutSeconds } = tools.settings();
  const streamed: StreamItem = {
    ...{ id, name: name ?? null, folder: '', size: item.size ?? null, checksum: null, refused: null },
    ...{ retries, timeoutMs: timeoutSeconds * 1000, onChanged: 'stop' },
    address: { url, headers: { ...headers, ...login }, netrc: logins },
  };
  return streamed;
}

async function fileOf(
  { state, finished }: TaskRecord,
  { id, name }: { readonly id: string; readonly name: string | undefined },
  { around, gate }: ZipRequestTools,
): Promise<StreamFile> {
  if (state !== 'done' || finished === null) {
    throw new SatchelError('bad-transition', `a ZIP of a task that is ${state}`);
  }
  const called = basename(finished.path);
  const path = await gate.demandInside(finished.path);
  const facts = await around.disk.facts(path);
  if (facts?.kind !== 'file') throw new SatchelError('not-found', `its file is gone: ${called}`);
  return { id, name: name ?? called, path, size: facts.size, modified: facts.modified };
}

function named<T extends StreamItem | StreamFile>(item: T): T {
  if ('path' in item || item.name !== null) return item;
  return { ...item, name: nameFor({ disposition: null, url: item.address.url, mediaType: null }) };
}

/** As `streamPackage` names its entries, in the same order. */
function lengthOf(items: readonly (StreamItem | StreamFile)[]): number {
  const names = new EntryNames();
  const length = streamLength(
    items.map(({ name, size }) => ({ name: names.claim(entryPath(name ?? '')), size: size ?? 0 })),
  );
  if (!Number.isSafeInteger(length))
    throw new SatchelError('bad-input', 'items: more bytes than can be counted');
  return length;
}

/** Nobody is told how far it is: the bytes say so. What comes from servers is counted. */
function listenerOf(items: readonly (StreamItem | StreamFile)[], counters: Counters): StreamListener {
  const local = new Set(items.filter((item) => 'path' in item).map(({ id }) => id));
  const counted: ItemListener = {
    ...ITEM,
    onJournaled: (bytes) => counters.got(bytes),
    onWaiting: (_, error) => counters.waits(error),
  };
  return { onPhase: () => {}, onFetch: () => {}, item: (id) => (local.has(id) ? ITEM : counted) };
}

const ITEM: ItemListener = {
  onState: () => {},
  onName: () => {},
  onFacts: () => {},
  onJournaled: () => {},
  onWaiting: () => {},
  onDelivering: () => {},
  onRewound: () => {},
};
