import { z } from 'zod';
import type { Disk } from '../world/disk.ts';
import { writeWhole } from '../world/small-file.ts';

const Bounds = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export type Bounds = z.infer<typeof Bounds>;

/** Where the window was, in pixels of the screen, and whether it filled it. */
const WindowState = z.object({ bounds: Bounds, maximized: z.boolean() });
export type WindowState = z.infer<typeof WindowState>;

export const SMALLEST = { width: 760, height: 520 } as const;
export const USUAL = { width: 1280, height: 760 } as const;
/** So much of it must be on some screen to be got hold of. */
const GRIP = 80;

/** As it was left; null where that is not known. */
export async function readWindowState(disk: Disk, path: string): Promise<WindowState | null> {
  try {
    return WindowState.parse(JSON.parse((await disk.readWhole(path)).toString('utf8')));
  } catch {
    return null;
  }
}

export async function writeWindowState(disk: Disk, path: string, state: WindowState): Promise<void> {
  await writeWhole(disk, path, Buffer.from(`${JSON.stringify(state)}\n`));
}

/** The bounds, if a window there can be got hold of on one of the screens; a screen may have been unplugged. */
export function fitting(left: Bounds, screens: readonly Bounds[]): Bounds | null {
  const width = Math.max(SMALLEST.width, left.width);
  const height = Math.max(SMALLEST.height, left.height);
  const bounds = { ...left, width, height };
  const canBeHeld = screens.some((screen) => {
    const right = Math.min(bounds.x + width, screen.x + screen.width);
    const across = right - Math.max(bounds.x, screen.x);
    const below = bounds.y + GRIP <= screen.y + screen.height;
    return across >= GRIP && bounds.y >= screen.y && below;
  });
  return canBeHeld ? bounds : null;
}
