import { basename } from 'node:path';
import type { Place } from '../bytes/partial-file.ts';
import type { Compress } from '../contract/compress.ts';
import type { ErrorReport } from '../contract/errors.ts';
import type { TaskState } from '../contract/task.ts';

/** A file that a task has put in place. */
export interface FinishedFile {
  readonly path: string;
  readonly bytes: number;
  /** Of the file, ms since 1970. */
  readonly modified: number;
}

/** Where a task's partial file lies. What has another journal there is another's. */
export interface OwnPlace extends Place {
  readonly journalId: string;
}

/** A further address of the same file. */
export interface Spare {
  /** Without credentials and fragment. */
  readonly url: string;
  /** What goes along with it, as an item's. */
  readonly secret: Uint8Array | null;
  /** It has failed for good; only the user's wish tries it again. */
  readonly failed: boolean;
}

/** What is remembered of one source of a task. */
export interface ItemRecord {
  readonly id: string;
  /** Without credentials and fragment; empty for a file of this machine. */
  url: string;
  /** Of a file of this machine (packages only), absolute; else null. */
  path: string | null;
  /** The user's name for it, or null: the server's. */
  out: string | null;
  name: string;
  state: TaskState;
  received: number;
  total: number | null;
  resumable: boolean | null;
  /** `ALGO:HEX`. */
  checksum: string | null;
  etag: string | null;
  error: ErrorReport | null;
  /** How often the user has asked for it to be tried again. */
  tries: number;
  /** The next run begins it from zero. */
  startOver: boolean;
  /** Why the package is finished without it, or null. */
  leftOut: string | null;
  /** Headers, credentials, cookies, sealed; null: none. */
  secret: Uint8Array | null;
  /** Tried in turn when `url` fails for good and changes places with it; those that failed come last. */
  spares: readonly Spare[];
}

/** What is remembered of a task. Times are milliseconds since 1970. */
export interface TaskRecord {
  readonly id: string;
  readonly kind: 'file' | 'package';
  name: string;
  dir: string;
  state: TaskState;
  /** Counts its runs: what an earlier run still reports is void. */
  run: number;
  error: ErrorReport | null;
  priority: number;
  /** Order in the list; ascending. */
  rank: number;
  /** Bytes per second. */
  limitRate: number | null;
  /** These are null where the settings decide. */
  connections: number | null;
  onConflict: 'rename' | 'overwrite' | 'skip' | 'fail' | null;
  onChanged: 'stop' | 'restart' | 'continue' | null;
  category: string | null;
  /** The folder follows from what the server calls the file: the user gave none. */
  dirByType: boolean;
  /** It is paused until the user has said where it goes. */
  asking: boolean;
  /** Null for a file task. */
  compress: Compress | null;
  /** Where its partial file lies, once it has one. */
  place: OwnPlace | null;
  /** The next run begins from zero; what lies at `place` is set aside for it. */
  startOver: boolean;
  /** Set before the journal goes, so that a crash in between does not fetch it again. */
  finished: FinishedFile | null;
  /** What it had finished before it was begun anew: it stays until the new file takes its place. */
  replacing: FinishedFile | null;
  /** It is being removed: what is left of it goes at the next start. */
  removing: 'keep' | 'delete' | null;
  /** An earlier task that fetched the same content, by ETag and length. */
  duplicateOf: string | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  readonly items: ItemRecord[];
}

/** From now on what it had finished is what its next run replaces, under the name it has. */
export function replaceFinished(record: TaskRecord): void {
  const { finished } = record;
  if (!finished) return;
  record.replacing = finished;
  record.finished = null;
  const name = basename(finished.path);
  if (record.kind === 'package') record.name = name;
  else for (const item of record.items) item.out = name;
}

/** One ended task, as it is remembered after it has left the list. */
export interface HistoryEntry {
  readonly taskId: string;
  readonly name: string;
  readonly url: string;
  readonly path: string;
  readonly category: string | null;
  readonly outcome: 'done' | 'failed' | 'removed';
  readonly total: number | null;
  readonly etag: string | null;
  readonly error: ErrorReport | null;
  readonly createdAt: number;
  readonly endedAt: number;
}
