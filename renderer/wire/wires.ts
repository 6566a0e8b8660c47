import type { Bridge } from '../../main/contract/bridge.ts';
import { httpWire } from './http-wire.ts';
import { ipcWire } from './ipc-wire.ts';
import type { Wire } from './wire.ts';

const bridge = (globalThis as { readonly satchel?: Bridge }).satchel;

/** The desktop's where there is a preload script, else that of the server this page came from. */
export const wire: Wire = bridge === undefined ? httpWire() : ipcWire(bridge);
