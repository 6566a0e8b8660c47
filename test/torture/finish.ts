import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as passes } from 'node:timers/promises';
import type { Task } from '../../main/contract/task.ts';
import type { EngineProcess } from '../kit/engine-process.ts';
import { demandSound } from '../kit/zip-readers.ts';
import type { Decoys } from './decoys.ts';
import { listOf } from './life.ts';
import type { Scene } from './scene.ts';

/** With nothing wrong any more, everything is to end within so long … */
const LIMIT_MS = 180_000;
/** … and no task is to need more tries. */
const MOST_TRIES = 40;
/** What a data folder has that nobody works in (docs/formats.md). */
const USUAL =
  /^(satchel\.db|archive\.db|settings\.json|secret\.key|token(\.given)?|sessions\.json|logs|uploads)$/;
const AGAIN: readonly string[] = ['source-changed', 'checksum-mismatch', 'length-mismatch'];

/** Lets everything end, then looks at what is there, and at what should not be. Ends `life`. */
export async function finish(scene: Scene, life: EngineProcess, decoys: Decoys): Promise<void> {
  const { roll, tally } = scene;
  const tasks = await untilDone(scene, life);
  await roll.compare(tasks, 'at last');
  for (const { kind, path, state, name, error } of tasks) {
    tally.add(`${kind === 'file' ? 'files' : 'packages'} ${state} at last`);
    if (kind === 'package' && state === 'done') {
      await demandSound(path).catch((thrown) => roll.break('at last', `${path}: ${thrown}`));
    }
    if (state === 'failed' && error?.code !== 'dns') roll.break('at last', `${name}: ${error?.code}`);
  }
  const lost = [...roll.known.values()].filter(({ isLost }) => isLost);
  for (const known of lost) await scene.acts.remove(life, known);
  await untilTold(scene);
  await life.close();
  // What a server leaves when it is killed, the next one takes away.
  await (await scene.served()).close();
  if (life.errors !== '') roll.break('at last', `it said: ${life.errors.slice(0, 2000)}`);
  await lookAround(scene, tasks, decoys);
}

/** All but what cannot be had is to get done. */
async function untilDone({ roll, acts, tally }: Scene, life: EngineProcess): Promise<readonly Task[]> {
  const until = performance.now() + LIMIT_MS;
  const tries = new Map<string, number>();
  await life.call('tasks.resumeAll', {});
  for (const known of roll.known.values()) if (known.must === 'paused') known.must = null;
  for (;;) {
    const tasks = (await listOf(life)) ?? [];
    const left = tasks.filter(({ id, state }) => state !== 'done' && !roll.known.get(id)?.isLost);
    const lost = tasks.filter(({ id, state }) => state !== 'failed' && roll.known.get(id)?.isLost);
    if (left.length + lost.length === 0) return tasks;
    for (const { id, state, error, items } of left) {
      const known = roll.known.get(id);
      if (state !== 'failed' || known === undefined) continue;
      const count = (tries.get(id) ?? 0) + 1;
      tries.set(id, count);
      tally.add(`failed of ${error?.code}, at last`);
      if (count > MOST_TRIES)
        roll.break('at last', `${known.files[0]?.name} failed ${count} times: ${error?.code}`);
      const isAgain = [error, ...items.map((item) => item.error)].some((each) =>
        AGAIN.includes(each?.code ?? ''),
      );
      if (isAgain) await acts.restart(life, known);
      else await life.call('tasks.retry', { id });
    }
    if (performance.now() > until || [...tries.values()].some((count) => count > MOST_TRIES)) {
      for (const { name, state, error } of left)
        roll.break('at last', `${name} is still ${state} (${error?.code})`);
      return tasks;
    }
    await Promise.race([life.until(eventAfter(life)), passes(1000)]);
  }
}

function eventAfter({ events }: EngineProcess): () => boolean {
  const seen = events.length;
  return () => events.length > seen;
}

/** Until whoever is to be told has been told of everything. */
async function untilTold({ hook, roll }: Scene): Promise<void> {
  const until = performance.now() + LIMIT_MS;
  while (hook.thanked.size < hook.heard.length) {
    if (performance.now() > until) return roll.break('at last', 'events are still to be told');
    await passes(50);
  }
}

async function lookAround(scene: Scene, tasks: readonly Task[], decoys: Decoys): Promise<void> {
  const { roll, downloads, dataDir, tally } = scene;
  for (const touched of await decoys.touched()) roll.break('at last', `of the user's: ${touched}`);
  const expected = new Set([...decoys.names, ...tasks.map(({ name }) => name)]);
  for (const file of await readdir(downloads)) {
    if (expected.has(file)) continue;
    if (roll.mayStay.has(file.replace(/ \(\d+\)(?=\.)/, ''))) tally.add('left to the user by a failing disk');
    else roll.break('at last', `${file} is left over`);
  }
  for (const name of await readdir(dataDir)) {
    if (!USUAL.test(name)) roll.break('at last', `${name} is left over in the data folder`);
  }
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(dataDir))
      roll.break('at last', `process ${pid} is left: ${command.replaceAll('\0', ' ')}`);
  }
}
