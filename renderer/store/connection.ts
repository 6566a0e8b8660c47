import { create } from 'zustand';
import type { Connection } from '../wire/wire.ts';

/** How the way to the engine is. */
export const useConnection = create<{ readonly state: Connection }>(() => ({ state: 'connecting' }));
