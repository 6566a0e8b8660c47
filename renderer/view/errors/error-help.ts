import type { ErrorCode } from '../../../main/contract/errors.ts';
import type { Task } from '../../../main/contract/task.ts';
import { isLegal } from '../../store/actions.ts';
import { canFinishWithout } from '../../store/items.ts';

/** Something that the user can do about an error. */
export type Help =
  | 'retry'
  | 'restart'
  | 'newLink'
  /** Adds the address once more, where a sign-in can be given. */
  | 'signIn'
  | 'folder'
  | 'rename'
  | 'browse'
  | 'copy'
  /** Shows which items of the package have failed. */
  | 'items'
  | 'finishWithout'
  | 'remove';

/** What helps, the best first, whether or not it is possible. */
const HELPS: Readonly<Record<ErrorCode, readonly Help[]>> = {
  network: ['retry', 'newLink'],
  timeout: ['retry', 'newLink'],
  tls: ['retry', 'newLink'],
  dns: ['retry', 'newLink'],
  'http-status': ['retry', 'newLink', 'browse'],
  'auth-required': ['newLink', 'signIn', 'browse'],
  'not-found': ['newLink', 'retry', 'browse', 'remove'],
  'url-expired': ['newLink', 'browse'],
  'range-ignored': ['restart', 'newLink'],
  'source-changed': ['restart', 'newLink'],
  'length-mismatch': ['retry', 'restart'],
  'checksum-mismatch': ['restart', 'newLink', 'remove'],
  'too-many-redirects': ['newLink', 'browse', 'retry'],
  'disk-full': ['retry', 'folder', 'remove'],
  'disk-error': ['retry', 'folder', 'restart'],
  permission: ['folder', 'retry'],
  'path-unsafe': ['folder', 'rename'],
  'address-refused': ['newLink', 'remove'],
  'name-conflict': ['rename', 'folder', 'retry'],
  'corrupt-journal': ['restart', 'remove'],
  'archive-corrupt': ['restart', 'remove'],
  'bad-url': ['newLink', 'remove'],
  'bad-input': ['restart', 'remove'],
  'bad-transition': ['retry', 'remove'],
  'not-running': ['retry'],
  'already-running': ['retry', 'rename'],
  unauthorized: ['retry', 'remove'],
  forbidden: ['retry', 'remove'],
  'rate-limited': ['retry', 'newLink'],
  cancelled: ['retry', 'remove'],
  internal: ['retry', 'restart', 'remove'],
};

/** What a task with an error is looked at for. */
export type Troubled = Pick<Task, 'kind' | 'state' | 'phase' | 'error' | 'received' | 'items'>;

/** Where the interface runs: a desktop opens secure addresses only. */
export type Place = 'desktop' | 'browser';

/** What can be done about the error of a task as it stands, the best first; empty where it has none. */
export function helpFor(task: Troubled, place: Place): readonly Help[] {
  if (task.error === null) return [];
  const wanted = failedItems(task).length > 0 ? PACKAGE_HELPS : HELPS[task.error.code];
  return [...new Set(wanted.map((help) => instead(help, task, place)))].filter((help) =>
    isPossible(help, task, place),
  );
}

const PACKAGE_HELPS: readonly Help[] = ['retry', 'items', 'finishWithout'];

/** Those that the package cannot be finished with. */
export function failedItems({ kind, items }: Pick<Task, 'kind' | 'items'>): Task['items'] {
  return kind === 'package' ? items.filter(({ state, leftOut }) => state === 'failed' && !leftOut) : [];
}

/** An address that cannot be opened from here can be taken elsewhere. */
function instead(help: Help, task: Troubled, place: Place): Help {
  return help === 'browse' && !isPossible('browse', task, place) ? 'copy' : help;
}

function isPossible(help: Help, task: Troubled, place: Place): boolean {
  const { kind, state, received } = task;
  const isStopped = state === 'waiting' || state === 'paused' || state === 'failed';
  const url = addressOf(task);
  switch (help) {
    case 'retry':
      return isLegal('retry', state) || isLegal('resume', state);
    case 'restart':
      return isLegal('restart', state);
    case 'remove':
      return isLegal('remove', state);
    case 'newLink':
      return isStopped && kind === 'file';
    case 'signIn':
      return isStopped && url !== null;
    case 'folder':
      // Once something of it is on the disk it stays there.
      return isStopped && received === 0;
    case 'rename':
      return isStopped;
    case 'browse':
      return url !== null && (place === 'browser' || url.protocol === 'https:');
    case 'copy':
      return url !== null;
    case 'items':
      return kind === 'package';
    case 'finishWithout':
      return state === 'failed' && canFinishWithout(task);
  }
}

/** The web address of a file task. */
export function addressOf({ kind, items }: Pick<Task, 'kind' | 'items'>): URL | null {
  const [item] = items;
  if (kind !== 'file' || item?.url == null) return null;
  const url = URL.parse(item.url);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : null;
}
