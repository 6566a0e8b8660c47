import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite';

// dying-engine.ts DATA-FOLDER DOWNLOADS: engine-child.ts, which kills itself at the moment that the file `death` beside
// the data folder names: {at, after}. Between two statements that belong together there is no time for somebody else.

/** Right before a transaction begins, right after it has ended, or before any statement that writes. */
export type Moment = 'begin' | 'commit' | 'statement';
export interface Death {
  readonly at: Moment;
  /** So many such moments go by first. */
  readonly after: number;
}

const [dataDir = ''] = process.argv.slice(2);
const death = JSON.parse(readFileSync(join(dirname(dataDir), 'death'), 'utf8')) as Death;
let left = death.after;

function passes(moment: Moment): void {
  if (moment !== death.at) return;
  left -= 1;
  if (left < 0) process.kill(process.pid, 'SIGKILL');
}

const { exec } = DatabaseSync.prototype;
DatabaseSync.prototype.exec = function dying(sql) {
  if (sql.startsWith('BEGIN')) passes('begin');
  exec.call(this, sql);
  if (sql === 'COMMIT') passes('commit');
};
const { run } = StatementSync.prototype;
StatementSync.prototype.run = function dying(this: StatementSync, ...values: SQLInputValue[]) {
  passes('statement');
  return run.apply(this, values as Parameters<typeof run>);
} as typeof run;

await import('../kit/engine-child.ts');
