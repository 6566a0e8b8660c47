import { type Opened, openPartialFile } from '../bytes/open.ts';
import type { PartialFile, Place } from '../bytes/partial-file.ts';
import { SatchelError } from '../contract/errors.ts';
import { DirectZip } from '../zip/direct-writer.ts';
import { checkFinalName, claimName, type IsSame } from './claim.ts';
import type { FileResult, RunSurroundings } from './file-job.ts';
import type { Sealed } from './finish.ts';
import { Naming } from './naming.ts';
import { NameList, NOTES } from './notes.ts';
import type { PackageJob, PackageListener } from './package-job.ts';
import { madeOf, PACKAGE_NOTES, type PackageNote } from './package-notes.ts';
import { orSkipped } from './skipped.ts';

/** A ZIP to be made, whatever comes into it. */
export interface ZipJob
  extends Pick<
    PackageJob,
    'id' | 'folder' | 'name' | 'onConflict' | 'replacing' | 'resume' | 'startOver' | 'compress'
  > {
  readonly of: PackageNote['of'];
}

export type ZipListener = Pick<PackageListener, 'onPhase' | 'onPlace' | 'onBegun' | 'onInPlace'>;

/** What comes into a ZIP. */
export interface ZipWork {
  /** Resolves when all of it is there. `opened`: what reopening has found; null: it is new. */
  run(zip: DirectZip, opened: Extract<Opened, { kind: 'open' }> | null): Promise<void>;
  /** The last steps; gives the bytes of the whole ZIP. */
  close(): Promise<number>;
}

/**
 * Makes one ZIP, or goes on with it: from its journal to its final name. Throws a SatchelError; what was received is
 * kept.
 */
export async function runZip(
  job: ZipJob,
  around: RunSurroundings,
  listener: ZipListener,
  work: ZipWork,
): Promise<FileResult> {
  return orSkipped(around.disk, () => new ZipRun(job, around, listener, work).run());
}

class ZipRun {
  readonly #job: ZipJob;
  readonly #around: RunSurroundings;
  readonly #listener: ZipListener;
  readonly #work: ZipWork;
  readonly #naming: Naming;
  #file: PartialFile | null = null;
  #resumed = false;
  #replaces: readonly string[] = [];

  constructor(job: ZipJob, around: RunSurroundings, listener: ZipListener, work: ZipWork) {
    this.#job = job;
    this.#around = around;
    this.#listener = listener;
    this.#work = work;
    const { onConflict, replacing = null } = job;
    const naming = {
      onConflict,
      replacing,
      isSame: this.#isSame,
      get out() {
        return job.name;
      },
    };
    this.#naming = new Naming(naming, around, listener);
  }

  async run(): Promise<FileResult> {
    const { resume, startOver, folder, name } = this.#job;
    this.#listener.onPhase('probing');
    await this.#around.disk.makeFolder(resume?.folder ?? folder);
    if (resume === null) return this.#begin({ folder, name }, null);
    return startOver ? this.#begin({ ...resume, name }, resume) : this.#goOn(resume);
  }

  readonly #isSame: IsSame = ({ id, notes }) => id === this.#job.id && this.#isOfKind(notes);

  #isOfKind(notes: ReadonlyMap<string, unknown>): boolean {
    return madeOf(notes) === this.#job.of;
  }

  async #goOn(place: Place): Promise<FileResult> {
    const { name, onConflict } = this.#job;
    const opened = await openPartialFile(this.#around, place);
    if (opened.kind === 'sealed') return this.#alreadySealed(place, opened);
    this.#file = opened.file;
    this.#resumed = true;
    try {
      if (!this.#isOfKind(opened.file.notes)) {
        throw new SatchelError('name-conflict', `another download is under way as ${place.name}`);
      }
      this.#listener.onPlace({ ...place, journalId: opened.file.id });
      if (name !== place.name) await checkFinalName(this.#around.disk, { ...place, name }, onConflict);
      this.#replaces = NameList.safeParse(opened.file.note(NOTES.replaces)).data ?? [];
      return await this.#make(opened.file, opened);
    } finally {
      await this.#letGo();
    }
  }

  async #begin(wanted: Place, instead: Place | null): Promise<FileResult> {
    const { id, onConflict, compress, of: kind } = this.#job;
    try {
      await this.#naming.check(wanted, instead);
      const file = await claimName(this.#around, wanted, {
        id,
        isSame: this.#isSame,
        onConflict,
        replacing: await this.#naming.replaces(wanted),
        notes: { [PACKAGE_NOTES.package]: { v: 1, of: kind, compress } satisfies PackageNote },
        replaces: this.#replaces,
        instead,
      });
      this.#file = file;
      this.#replaces = NameList.parse(file.note(NOTES.replaces));
      this.#listener.onPlace({ ...file.place, journalId: file.id });
      await this.#listener.onBegun();
      return await this.#make(file, null);
    } finally {
      await this.#letGo();
    }
  }

  /** A finished ZIP whose last step a crash or another's file of its name had prevented. */
  async #alreadySealed(place: Place, opened: Sealed): Promise<FileResult> {
    const finished = await this.#naming.finish(place, opened);
    return finished ?? this.#begin({ ...place, name: this.#job.name }, null);
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  async #make(file: PartialFile, opened: Extract<Opened, { kind: 'open' }> | null): Promise<FileResult> {
    await this.#work.run(await DirectZip.open(file), opened);
    this.#listener.onPhase('packing');
    return this.#finish(file, await this.#work.close());
  }

  /** Seal → into place → let go: after the seal, a crash costs nothing any more. */
  async #finish(file: PartialFile, length: number): Promise<FileResult> {
    const name = await this.#naming.toSeal(file.place, this.#resumed);
    await file.seal({ name, length, digests: {}, modified: null });
    const path = await this.#naming.put(file.place, name, this.#replaces);
    this.#file = null;
    await file.releaseLock();
    return { path, bytes: length, already: false };
  }
}
