import { basename, dirname, join } from 'node:path';
import { type Place, partPath } from '../bytes/partial-file.ts';
import { reseal } from '../bytes/reseal.ts';
import { asSatchelError } from '../contract/errors.ts';
import { checkFinalName, checkName, findSetAside, type IsSame } from './claim.ts';
import type { FileJob, FileResult, OnConflict, RunListener, RunSurroundings } from './file-job.ts';
import { finishSealed, nameToSeal, putUnderFreeName, type Sealed } from './finish.ts';
import { isStill } from './finished-file.ts';
import type { FinishedFile } from './record.ts';

/** What a file task and a package have in common here. `out` is looked at whenever it matters: it may change. */
export interface NamingJob extends Pick<FileJob, 'onConflict' | 'replacing'> {
  readonly out: string | null;
  readonly isSame: IsSame;
}

/**
 * What a download is called at last, and how it is settled that something has that name: as the user wants, but for
 * the task's own finished file, which the new one replaces as long as nobody has changed it. The user may rename it at
 * any time.
 */
export class Naming {
  readonly #job: NamingJob;
  readonly #around: RunSurroundings;
  readonly #listener: Pick<RunListener, 'onInPlace'>;
  readonly #outAtFirst: string | null;

  constructor(job: NamingJob, around: RunSurroundings, listener: Pick<RunListener, 'onInPlace'>) {
    this.#job = job;
    this.#around = around;
    this.#listener = listener;
    this.#outAtFirst = job.out;
  }

  /** Before anything is fetched: throws `name-conflict` or Skipped where that is certain already. */
  async check(wanted: Place, instead: Place | null): Promise<void> {
    const { disk } = this.#around;
    const { isSame, onConflict } = this.#job;
    // Ends a move that was cut short: what is still there under the name would be taken for somebody else's.
    await findSetAside(disk, wanted, isSame, onConflict);
    if (instead?.name === wanted.name) return checkFinalName(disk, wanted, await this.onTaken(wanted));
    return checkName(disk, wanted, onConflict, await this.replaces(wanted));
  }

  /** The name is that of the task's own finished file, which the new one may replace. */
  async replaces({ folder, name }: Place): Promise<boolean> {
    const { replacing } = this.#job;
    return replacing?.path === join(folder, name) && (await isStill(this.#around.disk, replacing));
  }

  async onTaken(place: Place): Promise<OnConflict> {
    return (await this.replaces(place)) ? 'overwrite' : this.#job.onConflict;
  }

  /** The name to seal a download with that lies at `place`. */
  async toSeal(place: Place, resumed: boolean): Promise<string> {
    const { out } = this.#job;
    const renamed = resumed || out !== this.#outAtFirst;
    const wanted = (renamed ? out : null) ?? place.name;
    return nameToSeal(this.#around.disk, place, wanted, await this.onTaken({ ...place, name: wanted }));
  }

  /** Puts a sealed download in its place, as `name`; gives its path. Renames it where the user has asked meanwhile. */
  async put(place: Place, name: string, replaces: readonly string[]): Promise<string> {
    const { disk } = this.#around;
    const { out } = this.#job;
    const onConflict = await this.onTaken({ ...place, name });
    let finished: FinishedFile | null = null;
    const onInPlace = async (file: FinishedFile) => {
      finished = file;
      await this.#listener.onInPlace(file);
    };
    const path = await putUnderFreeName(disk, place, name, { onConflict, replaces, onInPlace });
    return finished && this.#job.out !== out ? this.#moveLate(finished) : path;
  }

  /** Asked for while the file was being put in place; where that cannot be, the file keeps the name it has. */
  async #moveLate(finished: FinishedFile): Promise<string> {
    const { out } = this.#job;
    const path = join(dirname(finished.path), out ?? basename(finished.path));
    try {
      await this.#around.disk.moveIntoPlace(finished.path, path);
    } catch {
      return finished.path;
    }
    await this.#listener.onInPlace({ ...finished, path });
    return path;
  }

  /** The last step of a download that was sealed in an earlier run; null where its file is gone. */
  async finish(place: Place, opened: Sealed): Promise<FileResult | null> {
    const { disk } = this.#around;
    const { onConflict, out } = this.#job;
    let { sealed } = opened;
    try {
      if (out !== null && out !== sealed.name && (await disk.facts(partPath(place))) !== null) {
        const name = await nameToSeal(disk, place, out, onConflict);
        await reseal(this.#around, place, sealed, name);
        sealed = { ...sealed, name };
      }
    } catch (thrown) {
      await opened.lock.release();
      throw asSatchelError(thrown);
    }
    const taken = await this.onTaken({ ...place, name: sealed.name });
    return finishSealed(
      disk,
      place,
      { ...opened, sealed },
      {
        onConflict: taken,
        onInPlace: (file) => this.#listener.onInPlace(file),
      },
    );
  }
}
