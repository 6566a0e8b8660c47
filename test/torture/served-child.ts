import { parseServeOptions } from '../../main/contract/serve.ts';
import { startServer } from '../../main/server/server.ts';
import { say } from '../kit/engine-lines.ts';

// served-child.ts DATA-FOLDER DOWNLOADS TOKEN: the whole server, until standard input ends; says `{address}` when it is open.

const [dataDir, downloads, token] = process.argv.slice(2);
const open = { port: '0', rate: '1000000', burst: '1000000', allowPrivate: true, logLevel: 'error' };
const serving = await startServer(parseServeOptions({ dataDir, downloads, token, ...open }), {
  version: '0',
  log: { write: (line) => void process.stderr.write(line) },
});
say({ address: serving.address });
for await (const _ of process.stdin);
await serving.close();
