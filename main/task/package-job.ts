import type { Place } from '../bytes/partial-file.ts';
import type { Compress } from '../contract/compress.ts';
import type { SatchelError } from '../contract/errors.ts';
import type { TaskPhase } from '../contract/task.ts';
import type { LiveSegment } from '../transfer/crew.ts';
import type { FileJob, RunListener } from './file-job.ts';
import type { FinishedFile } from './record.ts';
import type { Slot } from './slots.ts';

/** What a file task and a package want of each address alike. */
export type FetchOptions = Pick<FileJob, 'connections' | 'minSplit' | 'retries' | 'timeoutMs' | 'bucket'>;

/** How an address is asked. */
export type Address = Pick<FileJob, 'url' | 'headers' | 'cookies' | 'netrc'>;

/** One item of a package, as it is wanted now. */
export interface PackageItem {
  /** A ULID. */
  readonly id: string;
  /** A remote file, or one of this machine. */
  readonly source: ({ readonly kind: 'url' } & Address) | { readonly kind: 'path'; readonly path: string };
  /** The user's name for it in the ZIP, a path with `/` perhaps, not yet safe; null: the server's. */
  readonly name: string | null;
  readonly checksum: FileJob['checksum'];
  /** How often the user has asked for it to be tried again; a failed item with more than before is. */
  readonly tries: number;
  /** From zero: what is here of it goes. */
  readonly startOver: boolean;
  /** It is finished without; MISSING.txt in the ZIP says why (`error`, as it last was). */
  readonly leftOut: { readonly reason: string } | null;
  /** Why it fails without being tried; its address is then only fit to be shown. */
  readonly refused: SatchelError | null;
}

export interface PackageJob extends FetchOptions {
  /** Of its task, a ULID; the journal keeps it. */
  readonly id: string;
  readonly folder: string;
  /** The ZIP's file name, already safe. May change while it runs. */
  readonly name: string;
  readonly compress: Compress;
  readonly onConflict: FileJob['onConflict'];
  readonly onChanged: FileJob['onChanged'];
  /** The package to go on with, if one was found. */
  readonly resume: Place | null;
  /** From zero all the same: what there is to resume is set aside until the new ZIP is done. */
  readonly startOver: boolean;
  readonly replacing?: FinishedFile | null;
  /** In the ZIP's order; looked at again after `listChanged`. */
  readonly items: () => readonly PackageItem[];
  /** What the journal has and the list has not: taken out of the package, or `name-conflict`. */
  readonly extras: 'drop' | 'refuse';
}

/** Takes down what becomes of one item. */
export interface ItemListener
  extends Pick<RunListener, 'onFacts' | 'onJournaled' | 'onWaiting' | 'onDelivering' | 'onRewound'> {
  /** `error` with `failed` only. Done and failed are told once each (item.done, item.failed). */
  onState(state: 'waiting' | 'running' | 'done' | 'failed', error: SatchelError | null): void;
  /** What it is called in the ZIP. */
  onName(name: string): void;
}

/** A live connection of an item. */
export interface PackageSegment extends LiveSegment {
  readonly itemId: string;
}

export interface PackageListener extends Pick<RunListener, 'onPlace' | 'onBegun' | 'onInPlace'> {
  onPhase(phase: TaskPhase): void;
  item(id: string): ItemListener;
  onFetch(segments: () => readonly PackageSegment[]): void;
  /**
   * The right to run one more item, or null while there is none: the package's own for one of them at a time, else
   * what other tasks leave free. To be released when the item's run is over.
   */
  takeSlot(): Slot | null;
  /** How to reach the package while it runs. */
  onControl(control: PackageControl): void;
}

/** A package at work. */
export interface PackageControl {
  /** There may be a slot to take. */
  slotFree(): void;
  /** Items have come or gone, have another name, place, source, or are to be tried again. */
  listChanged(): void;
}
