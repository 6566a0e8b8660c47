/** Opens the data folder that its argument names, says `open` or the error's code, and stays until it is killed. */
import { SatchelError } from '../../main/contract/errors.ts';
import { openDataFolder } from '../../main/world/data-folder.ts';
import { Disk } from '../../main/world/disk.ts';

try {
  const folder = await openDataFolder({ disk: new Disk(), dir: process.argv[2] ?? '', env: {} });
  await folder.announce('http://127.0.0.1:7878', '/there/token');
  process.stdout.write('open\n');
  process.stdin.resume();
} catch (error) {
  process.stdout.write(`${error instanceof SatchelError ? error.code : String(error)}\n`);
}
