import type { Switch } from './switch-off.ts';
import { ANSWERS } from './switches-answers.ts';
import { DURABILITY } from './switches-durability.ts';
import { FOUND } from './switches-found.ts';
import { LIMITS } from './switches-limits.ts';
import { OUTSIDE } from './switches-outside.ts';
import { REACH } from './switches-reach.ts';
import { RETRYING } from './switches-retrying.ts';

/**
 * Every promise of docs/rules.md that the program keeps, as the smallest change that breaks it and the test that must
 * then fail. `npm run prove-rules` tries them all.
 */
export const switches: readonly Switch[] = [
  ...ANSWERS,
  ...RETRYING,
  ...DURABILITY,
  ...FOUND,
  ...LIMITS,
  ...REACH,
  ...OUTSIDE,
];
