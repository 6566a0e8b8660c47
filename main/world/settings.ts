import type { z } from 'zod';
import { SatchelError } from '../contract/errors.ts';
import { Settings, SettingsPatch } from '../contract/settings.ts';
import type { Disk } from './disk.ts';
import { writeWhole } from './small-file.ts';

export interface SettingsFile {
  readonly current: Settings;
  /** What in the file is not as it must be, for the user to read; it says keys and reasons, and no values. */
  readonly problems: readonly string[];
  /** Gives the settings as they are when this change is on the disk. Errors: bad-input, those of Disk. */
  update(patch: SettingsPatch): Promise<Settings>;
}

type Json = Record<string, unknown>;

/**
 * Reads the settings; where there is no file, all are at their defaults. What the file has and this program does not
 * know, or cannot use, stays as it is until it is set.
 */
export async function openSettings(disk: Disk, path: string): Promise<SettingsFile> {
  const there = (await disk.facts(path)) === null ? null : await disk.readWhole(path);
  const raw = there === null ? {} : parseObject(there.toString('utf8'));
  return new OpenSettings(disk, path, raw);
}

class OpenSettings implements SettingsFile {
  readonly #disk: Disk;
  readonly #path: string;
  /** What stands in the file; null while it is no JSON object. */
  #raw: Json | null;
  #read: Reading;
  #last: Promise<unknown> = Promise.resolve();

  constructor(disk: Disk, path: string, raw: Json | null) {
    this.#disk = disk;
    this.#path = path;
    this.#raw = raw;
    this.#read = read(raw);
  }

  get current(): Settings {
    return this.#read.settings;
  }

  get problems(): readonly string[] {
    return this.#read.problems;
  }

  update(patch: SettingsPatch): Promise<Settings> {
    const checked = SettingsPatch.safeParse(patch);
    if (!checked.success)
      return Promise.reject(new SatchelError('bad-input', reasons(checked.error).join('; ')));
    const written = this.#last.then(() => this.#write(checked.data));
    this.#last = written.catch(() => {});
    return written;
  }

  async #write(patch: SettingsPatch): Promise<Settings> {
    const raw = { ...this.#raw };
    for (const [key, value] of Object.entries(patch)) {
      if (value !== undefined) raw[key] = keepingUnknown(raw[key], value);
    }
    if (this.#raw === null) await this.#keepBad();
    await writeWhole(this.#disk, this.#path, Buffer.from(`${JSON.stringify(raw, null, 2)}\n`));
    this.#raw = raw;
    this.#read = read(raw);
    return this.#read.settings;
  }

  /** Somebody wrote it by hand, and one comma is wrong. */
  async #keepBad(): Promise<void> {
    await this.#disk.remove(`${this.#path}.bad`);
    await this.#disk.keepAs(this.#path, `${this.#path}.bad`);
  }
}

interface Reading {
  readonly settings: Settings;
  readonly problems: string[];
}

function read(raw: Json | null): Reading {
  const problems: string[] = raw === null ? ['the file is not a JSON object'] : [];
  const settings: Json = {};
  for (const [key, schema] of Object.entries(Settings.shape) as [string, z.ZodType][]) {
    // Not `raw?.[key]`: a missing key could be one of Object.prototype.
    const value = raw !== null && Object.hasOwn(raw, key) ? raw[key] : undefined;
    const checked = schema.safeParse(value);
    if (!checked.success) problems.push(...reasons(checked.error, key));
    settings[key] = structuredClone(checked.success ? checked.data : schema.parse(undefined));
  }
  return { settings: settings as Settings, problems };
}

/** zod's sentences name what is wanted, and not what was found. */
function reasons(error: z.ZodError, ...above: string[]): string[] {
  return error.issues.map(({ path, message }) => `${[...above, ...path.map(String)].join('.')}: ${message}`);
}

/** What the old value has in its objects and the new one does not name; objects in lists are the same by their name. */
function keepingUnknown(old: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const before = Array.isArray(old) ? old.filter(isObject) : [];
    return value.map((one: unknown) => keepingUnknown(sameName(before, one), one));
  }
  if (!isObject(value)) return value;
  const before = isObject(old) ? old : {};
  const kept = Object.entries(value).map(([key, one]) => [key, keepingUnknown(before[key], one)]);
  return { ...before, ...Object.fromEntries(kept) };
}

function sameName(before: readonly Json[], one: unknown): unknown {
  return isObject(one) && 'name' in one ? before.find(({ name }) => name === one['name']) : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    // Ten thousand lists in each other can be read and not be written: no setting could be changed any more.
    JSON.stringify(value);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
