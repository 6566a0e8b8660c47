import { SatchelError } from '../../main/contract/errors.ts';
import type { TaskRecord } from '../../main/task/record.ts';
import { MAY, type World } from './manager-world.ts';
import { RUN_STEPS } from './scripted-run.ts';

/** What is done next; `a` and `b` say to whom and how much, whatever there is to choose from at that moment. */
export interface Act {
  readonly what: keyof typeof ACTS;
  readonly a: number;
  readonly b: number;
}

/** Does it, and checks every promise. */
export async function perform(world: World, { what, a, b }: Act): Promise<void> {
  await ACTS[what](world, a, b);
  await world.check(what);
}

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

const withTask =
  (act: (world: World, task: TaskRecord, b: number) => void) => (world: World, a: number, b: number) => {
    const task = pick(world.life.manager.list(), a);
    if (task) act(world, task, b);
  };

const several = (world: World, a: number, b: number): TaskRecord[] =>
  world.life.manager.list().filter((_, n) => (n + a) % (2 + (b % 7)) === 0);

/** Everything that can happen. */
export const ACTS = {
  add: (world, a, b) => world.add(1 + (a % 20), { paused: b % 5 === 0, priority: (b % 7) - 3 }),
  pause: withTask((world, task) => world.command([task], 'pause')),
  resume: withTask((world, task) => world.command([task], 'resume')),
  retry: withTask((world, task) => world.command([task], 'retry')),
  restart: withTask((world, task) => world.command([task], 'restart')),
  'pause several': (world, a, b) => world.command(several(world, a, b), 'pause'),
  'pause all': (world) =>
    world.command(
      world.life.manager.list().filter(({ state }) => MAY.pause.includes(state)),
      'pause',
    ),
  'resume all': (world) =>
    world.command(
      world.life.manager.list().filter(({ state }) => state === 'paused'),
      'resume',
    ),
  'start now': withTask((world, task) => world.startNow(task)),
  room: withTask((world, task) => world.room(task)),
  remove: withTask((world, task, b) => world.remove([task], b % 2 === 0 ? 'keep' : 'delete')),
  'remove several': (world, a, b) => world.remove(several(world, a, b).slice(0, 5), 'keep'),
  discarded: (world, a) => pick(world.life.discards.splice(a % 3, 1), 0)?.resolve(),
  'cannot be discarded': (world, a) => {
    const discard = pick(world.life.discards.splice(a % 3, 1), 0);
    if (discard) world.life.stuck.add(discard.record.id);
    discard?.reject(new SatchelError('permission', 'locked'));
  },
  move: withTask((world, task, b) => world.life.manager.move(task, b % 40)),
  priority: withTask((world, task, b) => {
    world.life.manager.setPriority(task, (b % 7) - 3);
    world.life.manager.fill();
  }),
  jobs: (world, a) => {
    world.life.jobs = 1 + (a % 6);
    world.life.manager.setJobs(world.life.jobs);
  },
  'hold a host': (world, a) => void world.life.heldHosts.add(a % 3),
  'a host is free': (world, a) => {
    world.life.heldHosts.delete(a % 3);
    world.life.manager.fill();
  },
  'memory fails': (world, a) => {
    world.life.memory.left = 1 + (a % 3);
  },
  idle: (world) => world.life.idle(),
  'a slow listener': (world) => {
    world.life.slowReady = false;
  },
  'a listener again': (world) => {
    world.life.slowReady = true;
    world.life.drained();
  },
  time: (world, a, b) => world.life.clock.advance(b % 4 === 0 ? a : a % 120),
  'nothing for a while': async (world) => {
    const { life, counts } = world;
    // What happens in the last moment is not told yet, and time alone may let something happen.
    for (let before = ''; before !== `${counts.events} ${life.live.length}`; ) {
      before = `${counts.events} ${life.live.length}`;
      await life.clock.advance(250);
    }
    life.checkListeners();
  },
  run: (world, a, b) => pick(world.life.live, a)?.do(RUN_STEPS[b % RUN_STEPS.length] ?? 'bytes', a),
  late: (world, a, b) => {
    const run = pick(
      world.life.runs.filter(({ live }) => !live),
      a,
    );
    if (run) world.late(run, b);
  },
  kill: (world) => world.kill(),
} satisfies Record<string, (world: World, a: number, b: number) => unknown>;
