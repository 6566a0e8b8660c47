/**
 * Opens a database with two versions of tables and dies (SIGKILL) where it is told: `disk N`, before the Nth call to
 * the disk; `disk+ N`, after it; `migration`, between two statements of it. Prints `opened` when it gets that far.
 * Arguments: PATH WHERE [N].
 */
import * as fs from 'node:fs/promises';
import { openDatabase } from '../../main/world/database.ts';
import { Disk, type FileSystem } from '../../main/world/disk.ts';
import { FIRST, second } from './database-versions.ts';

const [, , path = '', where = '', nth = '0'] = process.argv;
const die = () => process.kill(process.pid, 'SIGKILL');
let calls = 0;

const fileSystem = new Proxy(fs, {
  get(target, key) {
    const real = Reflect.get(target, key) as unknown;
    if (typeof real !== 'function') return real;
    return async (...args: unknown[]) => {
      calls += 1;
      if (where === 'disk' && calls === Number(nth)) die();
      const here = calls;
      try {
        return (await real.apply(target, args)) as unknown;
      } finally {
        if (where === 'disk+' && here === Number(nth)) die();
      }
    };
  },
}) as unknown as FileSystem;

const database = await openDatabase({
  disk: new Disk(fileSystem),
  path,
  migrations: [FIRST, second(where === 'migration' ? die : () => {})],
});
// Not closed: what it has answered must be there all the same.
database.prepare("INSERT INTO thing (name, size) VALUES ('new', 1)").run();
process.stdout.write('opened\n', die);
