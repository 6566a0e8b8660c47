import { add } from './add.ts';
import { details } from './details.ts';
import { dialogs } from './dialogs.ts';
import { drop } from './drop.ts';
import { errors } from './errors.ts';
import { frame } from './frame.ts';
import { history } from './history.ts';
import { list } from './list.ts';
import { parts } from './parts.ts';
import { settings } from './settings.ts';
import { states } from './states.ts';
import { tray } from './tray.ts';

export const en = {
  frame,
  list,
  details,
  add,
  settings,
  history,
  errors,
  states,
  parts,
  dialogs,
  tray,
  drop,
};
