import { openEngine } from '../../main/engine.ts';
import { speakLines } from './engine-lines.ts';

// engine-child.ts DATA-FOLDER DOWNLOADS: the task manager as a process of its own, to be killed (see speakLines).

const [dataDir = '', downloads = ''] = process.argv.slice(2);
await speakLines(await openEngine({ dataDir, downloads, version: '0' }));
