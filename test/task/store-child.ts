/**
 * Works on the store in FOLDER and dies (SIGKILL). `archive N`: moves all history, and dies before its Nth
 * transaction. `save`: saves task after task, says the number of each, and goes on until it is killed.
 */
import { openStore } from '../../main/task/store.ts';
import { Disk } from '../../main/world/disk.ts';
import { Database } from '../../main/world/sqlite.ts';
import { historyEntry, itemRecord, taskRecord } from './records.ts';

const [, , folder = '', what = '', nth = '0'] = process.argv;
const { store } = await openStore({ disk: new Disk(), folder });

if (what === 'archive') {
  const real = Database.prototype.transaction;
  let count = 0;
  Database.prototype.transaction = function <T>(this: Database, work: () => T): T {
    count += 1;
    if (count === Number(nth)) process.kill(process.pid, 'SIGKILL');
    return real.call(this, work) as T;
  };
  store.archive(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  process.stdout.write('moved all\n', () => process.kill(process.pid, 'SIGKILL'));
} else {
  const saveFrom = (n: number): void => {
    const items = [itemRecord(n, { id: `a-${n}` }), itemRecord(n, { id: `b-${n}` })];
    store.save({ tasks: [taskRecord(n, { items })], history: [historyEntry(n)] });
    process.stdout.write(`${n}\n`);
    setImmediate(saveFrom, n + 1);
  };
  saveFrom(0);
}
