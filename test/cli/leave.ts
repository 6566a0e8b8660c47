import { watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { Disk } from '../../main/world/disk.ts';
import { download } from '../kit/download.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import type { FaultServer } from '../kit/fault-server.ts';

/** A server, and the folder to download into. */
interface Spot {
  readonly server: FaultServer;
  readonly folder: string;
}

/**
 * Leaves a download of the path as an interrupted command does: its first `bytes` are there, journaled and synced.
 * Made in this process, which is quicker than to start one.
 */
export async function leavePart(
  at: Spot,
  path: string,
  bytes: number,
  out: string | null = null,
): Promise<void> {
  at.server.update(path, { faults: [{ name: 'stall', after: bytes }] });
  const stop = new AbortController();
  const onJournaled = (received: number) => {
    if (received === bytes) stop.abort(new SatchelError('cancelled'));
  };
  const { result } = download(at.server.url(path), {
    folder: at.folder,
    out,
    signal: stop.signal,
    onJournaled,
  });
  await expect(result).rejects.toMatchObject({ code: 'cancelled' });
  expect(at.server.happened('stall')).toBeGreaterThan(0);
  at.server.update(path, { faults: [] });
}

/** Leaves a download of the path whole and sealed, but not yet under its final name. */
export async function leaveSealed(at: Spot, path: string): Promise<void> {
  const faults = (['link', 'rename'] as const).map(
    (call) => ({ name: 'error', call, nth: 1, errno: 'EIO', path: /\.part$/ }) as const,
  );
  const disk = new Disk(new FaultDisk(at.folder, [...faults]).fileSystem);
  const { result } = download(at.server.url(path), { folder: at.folder, disk });
  await expect(result).rejects.toMatchObject({ code: 'disk-error' });
}

/** Resolves when the journal of a download under way in the folder vouches for so many bytes. */
export function untilJournaled(folder: string, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      journaledIn(folder).then((there) => {
        if (there === null || there < bytes) return;
        watcher.close();
        resolve();
      }, reject);
    };
    const watcher = watch(folder, look);
    onTestFinished(() => watcher.close());
    look();
  });
}

async function journaledIn(folder: string): Promise<number | null> {
  let most: number | null = null;
  for (const part of (await readdir(folder)).filter((name) => /(?<!\.old)\.part$/.test(name))) {
    const journal = await readFile(join(folder, part.replace(/part$/, 'satchel')), 'utf8').catch(() => null);
    if (journal !== null) most = Math.max(most ?? 0, pieceBytes(journal));
  }
  return most;
}

function pieceBytes(journal: string): number {
  return [...journal.matchAll(/"t":"piece".*?"n":(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
}
