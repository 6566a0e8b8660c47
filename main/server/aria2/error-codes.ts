import type { ErrorCode } from '../../contract/errors.ts';

/** aria2's own words for them: aria2c(1), EXIT STATUS. */
const ARIA2 = {
  unknown: 1,
  timeout: 2,
  notFound: 3,
  network: 6,
  cannotResume: 8,
  noRoom: 9,
  sameFile: 11,
  fileExists: 13,
  cannotOpen: 15,
  cannotCreate: 16,
  io: 17,
  cannotMakeFolder: 18,
  dns: 19,
  httpHeader: 22,
  redirects: 23,
  login: 24,
  badOption: 28,
  overloaded: 29,
  removed: 31,
  checksum: 32,
} as const;

/** Our codes in aria2's numbers; what aria2 does not tell apart is what comes closest, or "unknown". */
export const ERROR_NUMBERS: Readonly<Record<ErrorCode, number>> = {
  network: ARIA2.network,
  timeout: ARIA2.timeout,
  tls: ARIA2.network,
  dns: ARIA2.dns,
  'http-status': ARIA2.httpHeader,
  'auth-required': ARIA2.login,
  'not-found': ARIA2.notFound,
  'url-expired': ARIA2.httpHeader,
  'range-ignored': ARIA2.cannotResume,
  'source-changed': ARIA2.cannotResume,
  'length-mismatch': ARIA2.httpHeader,
  'checksum-mismatch': ARIA2.checksum,
  'too-many-redirects': ARIA2.redirects,
  'disk-full': ARIA2.noRoom,
  'disk-error': ARIA2.io,
  permission: ARIA2.cannotCreate,
  'path-unsafe': ARIA2.cannotMakeFolder,
  'address-refused': ARIA2.unknown,
  'name-conflict': ARIA2.fileExists,
  'corrupt-journal': ARIA2.cannotOpen,
  'archive-corrupt': ARIA2.unknown,
  'bad-url': ARIA2.badOption,
  'bad-input': ARIA2.badOption,
  'bad-transition': ARIA2.unknown,
  'not-running': ARIA2.unknown,
  'already-running': ARIA2.sameFile,
  unauthorized: ARIA2.unknown,
  forbidden: ARIA2.unknown,
  'rate-limited': ARIA2.overloaded,
  cancelled: ARIA2.removed,
  internal: ARIA2.unknown,
};

const OVERLOADED = /^HTTP (429|503)$/;

/** The number for an error of a task. */
export function errorNumber({
  code,
  detail,
}: {
  readonly code: ErrorCode;
  readonly detail?: string | undefined;
}) {
  if (code === 'http-status' && OVERLOADED.test(detail ?? '')) return ARIA2.overloaded;
  return ERROR_NUMBERS[code];
}

/** What a removed task has for its error. */
export const REMOVED_NUMBER = ARIA2.removed;
