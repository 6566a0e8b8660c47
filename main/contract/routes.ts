import type { CommandName } from './commands.ts';

export const API = '/api/v1';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's own path. Parameters are called as in the command's input. */
  readonly path: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** 200 where it is left out. */
  readonly status?: 201 | 204;
  /** Parameters of the query that are numbers. */
  readonly numbers?: readonly string[];
  /** Bytes; 1 MiB where it is left out. */
  readonly bodyLimit?: number;
}

const LONG_LIST = 64 * 1024 * 1024;
const TASK = '/tasks/:id';
const ITEM = `${TASK}/items/:itemId`;

/** Every command, as it is asked for over HTTP. What no path names comes from the query (GET, DELETE) or the body. */
export const ROUTES: { readonly [N in CommandName]: Route | readonly Route[] } = {
  'tasks.add': { method: 'POST', path: '/tasks', status: 201, summary: 'Add a task', bodyLimit: LONG_LIST },
  'tasks.addAll': {
    method: 'POST',
    path: '/tasks/batch',
    status: 201,
    summary: 'Add several tasks, all or none',
    bodyLimit: LONG_LIST,
  },
  'tasks.list': { method: 'GET', path: '/tasks', numbers: ['limit'], summary: 'The list, by pages' },
  'tasks.get': { method: 'GET', path: TASK, summary: 'One task' },
  'tasks.getMany': { method: 'POST', path: '/tasks/get-many', summary: 'Several tasks' },
  'tasks.update': { method: 'PATCH', path: TASK, summary: 'Change a task' },
  'tasks.remove': { method: 'DELETE', path: TASK, status: 204, summary: 'Remove a task' },
  'tasks.pause': { method: 'POST', path: `${TASK}/pause`, summary: 'Pause a task' },
  'tasks.resume': { method: 'POST', path: `${TASK}/resume`, summary: 'Resume a paused task' },
  'tasks.retry': { method: 'POST', path: `${TASK}/retry`, summary: 'Try a failed task again' },
  'tasks.restart': { method: 'POST', path: `${TASK}/restart`, summary: 'Begin a task from zero' },
  'tasks.start': { method: 'POST', path: `${TASK}/start`, summary: 'Run a task now, out of its turn' },
  'tasks.act': {
    method: 'POST',
    path: '/tasks/act',
    summary: 'The same for several tasks',
    bodyLimit: LONG_LIST,
  },
  'tasks.pieces': { method: 'POST', path: '/tasks/pieces', summary: 'Which bytes of tasks are there' },
  'tasks.log': { method: 'GET', path: `${TASK}/log`, summary: 'What happened to a task' },
  'tasks.verify': { method: 'POST', path: `${TASK}/verify`, summary: 'Read a finished download once more' },
  'tasks.pauseAll': { method: 'POST', path: '/tasks/pause-all', summary: 'Pause whatever runs or waits' },
  'tasks.resumeAll': { method: 'POST', path: '/tasks/resume-all', summary: 'Resume whatever is paused' },
  'tasks.clearDone': { method: 'POST', path: '/tasks/clear-done', summary: 'Take what is done off the list' },
  'tasks.finishWithout': {
    method: 'POST',
    path: `${TASK}/finish-without`,
    summary: 'Finish a package without what has failed of it',
  },
  'tasks.openPartial': {
    method: 'POST',
    path: `${TASK}/open-partial`,
    summary: 'Write what is whole of a package as a ZIP beside it',
  },
  'tasks.preview': {
    method: 'POST',
    path: '/preview',
    summary: 'What a text would add',
    bodyLimit: LONG_LIST,
  },
  'items.add': {
    method: 'POST',
    path: `${TASK}/items`,
    summary: 'Add items to a package',
    bodyLimit: LONG_LIST,
  },
  'files.look': { method: 'POST', path: '/files/look', summary: 'What lies at paths of this machine' },
  'items.update': { method: 'PATCH', path: ITEM, summary: 'Change an item of a package' },
  'items.remove': { method: 'DELETE', path: ITEM, summary: 'Remove an item of a package' },
  'items.retry': { method: 'POST', path: `${ITEM}/retry`, summary: 'Try a failed item again' },
  'list.export': { method: 'GET', path: '/export', summary: 'The list as text' },
  'list.import': {
    method: 'POST',
    path: '/import',
    status: 201,
    summary: 'Add a list',
    bodyLimit: LONG_LIST,
  },
  'history.search': {
    method: 'GET',
    path: '/history',
    numbers: ['limit'],
    summary: 'What has ended, by pages',
  },
  'history.remove': [
    { method: 'DELETE', path: '/history', status: 204, summary: 'Forget everything that has ended' },
    { method: 'DELETE', path: '/history/:taskId', status: 204, summary: 'Forget one task that has ended' },
  ],
  'tray.get': { method: 'GET', path: '/tray', summary: 'What is put together for the next package' },
  'tray.put': {
    method: 'POST',
    path: '/tray',
    summary: 'Keep what is put together for the next package',
    bodyLimit: LONG_LIST,
  },
  'offers.take': {
    method: 'POST',
    path: '/offers/take',
    summary: 'What browsers have handed over for a package',
  },
  'settings.get': { method: 'GET', path: '/settings', summary: 'The settings' },
  'settings.update': { method: 'PATCH', path: '/settings', summary: 'Change settings' },
  status: { method: 'GET', path: '/status', summary: 'How Satchel is' },
};

/** Every route with its command. */
export function* commandRoutes(): Generator<Route & { readonly command: CommandName }> {
  for (const [command, routes] of Object.entries(ROUTES)) {
    for (const route of [routes].flat()) yield { ...(route as Route), command: command as CommandName };
  }
}
