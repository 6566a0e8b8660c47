import { createInterface } from 'node:readline';
import type { CommandName } from '../../main/contract/commands.ts';
import { openEngine } from '../../main/engine.ts';

// engine-child.ts DATA-FOLDER DOWNLOADS: the task manager as a process of its own, to be killed. One JSON object a line:
// {n, command, input} in, {n, answer} out; {ready, milliseconds} once it is open, {event} for every event.

const [dataDir = '', downloads = ''] = process.argv.slice(2);
const say = (what: unknown) => process.stdout.write(`${JSON.stringify(what)}\n`);

const engine = await openEngine({ dataDir, downloads, version: '0' });
engine.subscribe((message) => {
  if (message.type === 'event') say({ event: message.event_type, ...message.payload });
});
say({ ready: true, milliseconds: performance.now() });

for await (const line of createInterface({ input: process.stdin })) {
  const { n, command, input } = JSON.parse(line) as { n: number; command: CommandName; input: never };
  void engine.call(command, input).then((answer) => say({ n, answer }));
}
await engine.close();
