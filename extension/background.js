import { addMenus, clicked } from './menus.js';
import { ask } from './satchel.js';
import { takeOverDownloads } from './take-over.js';

takeOverDownloads();
addMenus();

// Modules cannot be loaded later in a service worker: whoever looks into this one finds them here.
globalThis.satchel = { ask, clicked };
