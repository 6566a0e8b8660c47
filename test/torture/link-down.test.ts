import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { EngineProcess } from '../kit/engine-process.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const SERVER = join(import.meta.dirname, 'link-child.ts');
const MIB = 1024 * 1024;
const [SEED, SIZE, PORT] = [9, 12 * MIB, 8080];
const [FAR, NEAR] = [`satchel-far-${process.pid}`, `satchel-near-${process.pid}`];
const [FAR_HOST, NEAR_HOST] = ['10.211.7.1', '10.211.7.2'];

const ip = (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' });
/** Two hosts of our own take root, and a kernel that lets us. */
const canLink = ip('netns', 'add', FAR).status === 0;
if (canLink) ip('netns', 'del', FAR);

/** Two hosts with a cable between them. */
function plugIn(): void {
  for (const name of [FAR, NEAR]) ip('netns', 'add', name);
  onTestFinished(() => {
    for (const name of [FAR, NEAR]) ip('netns', 'del', name);
  });
  expect(
    ip('-n', FAR, 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', NEAR).status,
  ).toBe(0);
  for (const [name, host] of [
    [FAR, FAR_HOST],
    [NEAR, NEAR_HOST],
  ] as const) {
    ip('-n', name, 'address', 'add', `${host}/24`, 'dev', 'cable');
    ip('-n', name, 'link', 'set', 'cable', 'up');
  }
}

test.skipIf(!canLink)(
  'a cable that is pulled out and put back costs time, and no byte',
  { timeout: 60_000 },
  async () => {
    plugIn();
    const args = [SERVER, FAR_HOST, PORT, SEED, SIZE].map(String);
    const server = spawn('ip', ['netns', 'exec', FAR, process.execPath, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void server.kill('SIGKILL'));
    const asked: number[] = [];
    const lines = createInterface({ input: server.stdout });
    lines.on('line', (line) => {
      const { from } = JSON.parse(line) as { from?: number };
      if (from !== undefined) asked.push(from);
    });
    await once(lines, 'line');

    const folder = await tempFolder();
    const within = ['ip', 'netns', 'exec', NEAR];
    const engine = await EngineProcess.start(
      join(folder, 'data'),
      join(folder, 'downloads'),
      undefined,
      within,
    );
    onTestFinished(() => engine.kill());
    await engine.call('settings.update', { proxy: 'none', connections: 1, timeoutSeconds: 1 });
    const added = await engine.call('tasks.add', { url: `http://${FAR_HOST}:${PORT}/a.bin` });
    const { id, path } = added?.ok ? added.value.task : { id: '', path: '' };
    const received = async () => {
      const answer = await engine.call('tasks.get', { id });
      return answer?.ok ? answer.value.task.received : 0;
    };
    while ((await received()) < 2 * MIB);
    ip('-n', FAR, 'link', 'set', 'cable', 'down');
    await engine.until(() => engine.events.includes('task.retrying'));
    const before = await received();
    expect(before).toBeLessThan(SIZE);
    ip('-n', FAR, 'link', 'set', 'cable', 'up');
    await engine.until(() => engine.events.includes('task.done'));
    expect(await differsAt(new Content(SEED, SIZE), path)).toBeNull();
    // It went on where it was, and nothing was asked for twice.
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.slice(1).every((from) => from >= before)).toBe(true);
    expect(engine.events).not.toContain('task.rewound');
  },
);
