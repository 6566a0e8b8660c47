import type { Switch } from './switch-off.ts';

const BUCKET = 'main/transfer/bucket.ts';
const THROTTLE = 'main/transfer/throttle.ts';
const RECEIVE = 'main/transfer/receive.ts';
const CREW = 'main/transfer/crew.ts';

/** Rule 24: speed limits. */
export const LIMITS: readonly Switch[] = [
  {
    rule: '24: of a task',
    file: THROTTLE,
    find: 'own ? [own, shared] : [shared];',
    replace: '[shared];',
    test: 'eight connections together are held to the limit of their task',
  },
  {
    rule: '24: of all tasks',
    file: THROTTLE,
    find: 'own ? [own, shared] : [shared];',
    replace: '[own ?? shared];',
    test: 'tasks with limits of their own are held to theirs and together',
  },
  {
    rule: '24: not reading',
    file: RECEIVE,
    find: 'const size = this.#quota.take(fitting.length);',
    replace: 'this.#quota.take(fitting.length); const size = fitting.length;',
    test: 'what there is no turn for is left to the server',
  },
  {
    rule: '24: raised at once',
    file: BUCKET,
    find: 'this.#level = Math.min(this.#level, this.#most);\n    this.#serve();',
    replace: 'this.#level = Math.min(this.#level, this.#most);',
    test: 'does not wait out the old one',
  },
  {
    rule: '24: lowered at once',
    file: THROTTLE,
    find: 'this.#held = Math.min(this.#held, ...this.#stages.map(({ bucket }) => bucket.turn));',
    replace: '',
    test: 'a limit that is lowered holds for turns given before',
  },
  {
    rule: '24: while it runs',
    file: 'main/task/run-file.ts',
    find: 'new Limiter(clock, this.#job.bucket,',
    replace: 'new Limiter(clock, null,',
    test: 'a limit changed while it runs holds at once',
  },
  {
    rule: '24: no saving up',
    file: BUCKET,
    find: 'SAVED_SECONDS = 0.2',
    replace: 'SAVED_SECONDS = 2',
    test: 'saves no more than 0.2 s',
  },
  {
    rule: '24: late timers',
    file: BUCKET,
    find: 'SAVED_SECONDS = 0.2',
    replace: 'SAVED_SECONDS = 0',
    test: 'is not slowed down by late timers',
  },
  {
    rule: '24: small turns',
    file: BUCKET,
    find: 'Math.min(MOST_TURN, Math.max(least, rate * TURN_SECONDS))',
    replace: 'MOST_TURN',
    test: '32 connections do not each read at once',
  },
  {
    rule: '24: first come',
    file: BUCKET,
    find: 'share.claims.push(claim) === 1',
    replace: 'share.claims.unshift(claim) === 1',
    test: 'one at a time, first come first served',
  },
  {
    rule: '24: fair',
    file: BUCKET,
    find: 'share.given < least.given',
    replace: 'false',
    test: 'share it fairly, however many connections each has',
  },
  {
    rule: '24: fair from now on',
    file: BUCKET,
    find: 'share.given = Math.max(share.given, this.#given - FAIR_MEMORY);',
    replace: '',
    test: 'one that comes later has its share at once, and no more',
  },
  {
    rule: '24: fair by bytes',
    file: BUCKET,
    find: 'share.given += bytes;',
    replace: 'share.given += 1;',
    test: 'one with smaller turns of its own still has its share',
  },
  {
    rule: '24: given back',
    file: THROTTLE,
    find: 'this.#giveBack(this.#held);\n',
    replace: '\n',
    test: 'takes back the turn of a connection that ends',
  },
  {
    rule: '24: leaves the line',
    file: THROTTLE,
    find: 'stage?.bucket.leave(stage.share, this.#claim);',
    replace: '',
    test: 'a connection that ends while it waits holds up nobody',
  },
  {
    rule: '24: no stall',
    file: RECEIVE,
    find: 'return this.#full || this.#quota.waiting;',
    replace: 'return this.#full;',
    test: 'a pause longer than the time-out is no stall',
  },
  {
    rule: '24: no slowness',
    file: CREW,
    find: 'lane.forgive();\n        continue;',
    replace: '',
    test: 'a slow connection is not replaced while the limit is what counts',
  },
  {
    rule: '24: no gain to be had',
    file: 'main/transfer/headcount.ts',
    find: 'if (limiting) this.#ramp.wait();\n    else this.#ramp',
    replace: 'this.#ramp',
    test: 'more connections are not opened where they bring nothing',
  },
];
