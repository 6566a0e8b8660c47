import { openTasks } from '../../main/task/open-tasks.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { say, speakLines } from '../kit/engine-lines.ts';
import { seeded } from '../kit/random.ts';
import { type Trouble, TroubledFiles } from './troubled-files.ts';

// tortured-child.ts DATA-FOLDER DOWNLOADS: the task manager on a disk and a clock that are made to misbehave, by the lines
// `{trouble}` (null: none) and `{jump}` (milliseconds); `{struck}` says that a call has failed. See speakLines.

const [dataDir = '', downloads = ''] = process.argv.slice(2);
const files = new TroubledFiles(downloads, seeded(process.pid), (errno) => say({ struck: errno }));
let ahead = 0;
const disk = new Disk(files.fileSystem);
const engine = await openTasks({
  disk,
  clock: { ...systemClock, now: () => systemClock.now() + ahead },
  random: Math.random,
  dataDir,
  downloads,
  version: '0',
  box: null,
  trash: (path) => disk.remove(path),
  netrc: async () => [],
});
await speakLines(engine, ({ trouble, jump }) => {
  if (trouble !== undefined) files.trouble = trouble as Trouble | null;
  if (typeof jump === 'number') ahead += jump;
});
