import type { Task } from '../../contract/task.ts';
import { errorNumber, REMOVED_NUMBER } from './error-codes.ts';
import { gidOf } from './gids.ts';

/** A task as aria2 shows it: aria2c(1), `aria2.tellStatus`. All numbers are text. */

export const STATUSES = {
  waiting: 'waiting',
  running: 'active',
  paused: 'paused',
  done: 'complete',
  failed: 'error',
} as const satisfies Record<Task['state'], string>;

/** aria2's usual one; ours are smaller and of no use to anybody outside. */
const PIECE_BYTES = 1024 * 1024;

/** A task of the list, or one that was removed and is remembered a while. */
export interface Shown {
  readonly task: Task;
  readonly removed: boolean;
}

export interface Uri {
  readonly uri: string;
  readonly status: 'used' | 'waiting';
}

type Field = (shown: Shown) => unknown;

const number = (value: number | null): string => String(Math.round(value ?? 0));
const piecesOf = ({ total }: Task): number => Math.ceil((total ?? 0) / PIECE_BYTES);

const isOver = ({ task, removed }: Shown) => removed || task.state === 'done' || task.state === 'failed';

/** What is left out where there is nothing to say is undefined. */
const FIELDS: Readonly<Record<string, Field>> = {
  gid: ({ task }) => gidOf(task.id),
  status: ({ task, removed }) => (removed ? 'removed' : STATUSES[task.state]),
  totalLength: ({ task }) => number(task.total),
  completedLength: ({ task }) => number(task.received),
  uploadLength: () => '0',
  downloadSpeed: (shown) => (isOver(shown) ? '0' : number(shown.task.speed)),
  uploadSpeed: () => '0',
  connections: (shown) => (isOver(shown) ? '0' : number(shown.task.connections)),
  pieceLength: () => String(PIECE_BYTES),
  numPieces: ({ task }) => String(piecesOf(task)),
  bitfield: ({ task, removed }) => (task.state === 'done' && !removed ? fullBitfield(task) : undefined),
  errorCode: codeOf,
  errorMessage: messageOf,
  dir: ({ task }) => task.dir,
  files: ({ task }) => filesOf(task),
};

/** The fields that are asked for, or all of them. */
export function statusOf(shown: Shown, keys: readonly string[] | null): Record<string, unknown> {
  const status: Record<string, unknown> = {};
  for (const key of keys ?? Object.keys(FIELDS)) {
    const value = Object.hasOwn(FIELDS, key) ? FIELDS[key]?.(shown) : undefined;
    if (value !== undefined) status[key] = value;
  }
  return status;
}

function codeOf(shown: Shown): string | undefined {
  const { task, removed } = shown;
  if (removed) return String(REMOVED_NUMBER);
  if (task.state === 'done') return '0';
  // A running task's error is one it gets over; one that is paused with an error waits for the user, or for room.
  if (task.error === null || task.state === 'running') return undefined;
  return String(errorNumber(task.error));
}

function messageOf(shown: Shown): string | undefined {
  const { task, removed } = shown;
  if (codeOf(shown) === undefined) return undefined;
  if (removed || task.error === null) return '';
  const { message, detail } = task.error;
  return detail === undefined ? message : `${message} (${detail})`;
}

/** One bit a piece, the first one highest, unused ones 0. */
function fullBitfield(task: Task): string | undefined {
  const pieces = piecesOf(task);
  if (pieces === 0) return undefined;
  const rest = pieces % 8;
  const last = rest === 0 ? '' : ((0xff << (8 - rest)) & 0xff).toString(16).padStart(2, '0');
  return 'ff'.repeat(Math.floor(pieces / 8)) + last;
}

/** One file: a package is its ZIP. */
export function filesOf(task: Task) {
  return [
    {
      index: '1',
      path: task.path,
      length: number(task.total),
      completedLength: number(task.received),
      selected: 'true',
      uris: urisOf(task),
    },
  ];
}

/** Of a file task; the items of a package are not addresses of the package. */
export function urisOf({ kind, items, startedAt }: Task): Uri[] {
  const [item] = items;
  if (kind !== 'file' || !item || item.url === null) return [];
  const spares = item.spares ?? [];
  return [
    { uri: item.url, status: startedAt === null ? 'waiting' : 'used' },
    ...spares.map(({ url, failed }): Uri => ({ uri: url, status: failed ? 'used' : 'waiting' })),
  ];
}

/** The servers that deliver at present, one entry each. */
export function serversOf({ items, segments }: Task) {
  const uri = items[0]?.url ?? '';
  const speeds = new Map<string, number>();
  for (const { host, speed } of segments) speeds.set(host, (speeds.get(host) ?? 0) + speed);
  const servers = [...speeds].map(([host, speed]) => ({
    uri,
    currentUri: currentUri(uri, host),
    downloadSpeed: number(speed),
  }));
  return [{ index: '1', servers }];
}

/** Of a redirect no more is known than where to. */
function currentUri(uri: string, host: string): string {
  if (URL.parse(uri) === null) return uri;
  const { protocol, host: own } = new URL(uri);
  return own === host ? uri : `${protocol}//${host}/`;
}
