import type { Migration } from '../world/database.ts';
import { TERM_LENGTH } from './search-text.ts';

/** FTS5 looks a beginning of n letters up in the list for n; without one it would put a list together each time. */
const BEGINNINGS = Array.from({ length: TERM_LENGTH - 1 }, (_, i) => i + 1).join(' ');

/**
 * `seq` orders the history, over both files. The hashes are 48 bits of SHA-256 (store-hash.ts): an index over whole
 * addresses and paths would be as large as the table. FTS5 keeps neither texts nor places of words (`detail`): it only
 * says which rows to look at. Its `ascii` tokenizer splits at the spaces that search-text.ts has put, and nowhere else.
 */
const HISTORY = `
  CREATE TABLE history (
    seq INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    path TEXT NOT NULL,
    category TEXT,
    outcome TEXT NOT NULL,
    total INTEGER,
    etag TEXT,
    error TEXT,
    created_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    source_hash INTEGER,
    path_hash INTEGER NOT NULL,
    content_hash INTEGER
  ) STRICT;
  CREATE INDEX history_ended ON history (ended_at);
  CREATE INDEX history_source ON history (source_hash) WHERE source_hash IS NOT NULL;
  CREATE INDEX history_path ON history (path_hash);
  CREATE INDEX history_content ON history (content_hash) WHERE content_hash IS NOT NULL;
  CREATE VIRTUAL TABLE history_text USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '${BEGINNINGS}'
  );
`;

const TASKS = `
  CREATE TABLE task (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    dir TEXT NOT NULL,
    state TEXT NOT NULL,
    run INTEGER NOT NULL,
    error TEXT,
    priority INTEGER NOT NULL,
    rank REAL NOT NULL,
    limit_rate INTEGER,
    connections INTEGER,
    on_conflict TEXT,
    on_changed TEXT,
    category TEXT,
    dir_by_type INTEGER NOT NULL,
    asking INTEGER NOT NULL,
    place TEXT,
    start_over INTEGER NOT NULL,
    finished TEXT,
    replacing TEXT,
    removing TEXT,
    duplicate_of TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER
  ) STRICT;
  CREATE TABLE item (
    task_id TEXT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    out TEXT,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    received INTEGER NOT NULL,
    total INTEGER,
    resumable INTEGER,
    checksum TEXT,
    etag TEXT,
    error TEXT,
    secret BLOB,
    PRIMARY KEY (task_id, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE secret (key TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
`;

/** Of `satchel.db` and of `archive.db`. What users have is never changed here: new steps are added behind. */
const PACKAGES = `
  ALTER TABLE task ADD COLUMN compress TEXT;
  ALTER TABLE item ADD COLUMN path TEXT;
  ALTER TABLE item ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE item ADD COLUMN start_over INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE item ADD COLUMN left_out TEXT;
`;
/**
 * `spares`: further addresses of the same file, a JSON list. `outbox`: what is still to be told to others; `target` is
 * who, `message` the event's envelope as JSON; `next_at` is ms since 1970.
 */
const SERVER = `
  ALTER TABLE item ADD COLUMN spares TEXT;
  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    target TEXT NOT NULL,
    event_id TEXT NOT NULL,
    message TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX outbox_target ON outbox (target, seq);
`;
/** `log`: what happened to a task, as its events had it; `payload` is JSON, `at` is ms since 1970. */
const LOG = `
  CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE INDEX log_task ON log (task_id, seq);
`;
export const MIGRATIONS: readonly Migration[] = [TASKS + HISTORY, PACKAGES, SERVER, LOG];
export const ARCHIVE_MIGRATIONS: readonly Migration[] = [HISTORY];

/** Without these nothing works; a damaged history is noticed when it is read. */
export const VITAL = ['task', 'item', 'secret'];
