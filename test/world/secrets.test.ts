import * as fs from 'node:fs/promises';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { Disk, type FileSystem } from '../../main/world/disk.ts';
import { openFileSecretBox } from '../../main/world/secrets.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const disk = new Disk();
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const keyPath = async () => join(await tempFolder(), 'secret.key');

describe('the key', () => {
  test('is private from its first moment on, under any umask', async () => {
    const path = await keyPath();
    const modes: number[] = [];
    // Looks at every file just after it has been opened, before anything else can happen to it.
    const looking = new Proxy(fs, {
      get(target, name) {
        if (name !== 'open') return Reflect.get(target, name) as unknown;
        return async (...args: Parameters<typeof fs.open>) => {
          const handle = await target.open(...args);
          const facts = await handle.stat();
          if (facts.isFile()) modes.push(facts.mode & 0o777);
          return handle;
        };
      },
    }) as unknown as FileSystem;
    const before = process.umask(0);
    try {
      await openFileSecretBox(new Disk(looking), path);
    } finally {
      process.umask(before);
    }
    expect(modes).toEqual([0o600]);
    expect(await modeOf(path)).toBe(0o600);
    expect((await readFile(path)).length).toBe(32);
    expect(await readdir(join(path, '..'))).toEqual(['secret.key']);
  });

  test('is another one each time it is made, and the same when it is opened again', async () => {
    const [one, two] = [await keyPath(), await keyPath()];
    const sealed = (await openFileSecretBox(disk, one)).seal('text');
    expect((await openFileSecretBox(disk, one)).open(sealed)).toBe('text');
    const other = await openFileSecretBox(disk, two);
    expect(() => other.open(sealed)).toThrow(expect.objectContaining({ code: 'auth-required' }));
  });

  test('that others may read is made private, and still opens what it sealed', async () => {
    const path = await keyPath();
    const sealed = (await openFileSecretBox(disk, path)).seal('text');
    await chmod(path, 0o644);
    expect((await openFileSecretBox(disk, path)).open(sealed)).toBe('text');
    expect(await modeOf(path)).toBe(0o600);
  });

  test.each([0, 31, 33])('of %i bytes is none: it is kept aside, and a new one made', async (length) => {
    const path = await keyPath();
    await writeFile(path, Buffer.alloc(length, 1));
    const box = await openFileSecretBox(disk, path);
    expect(box.open(box.seal('text'))).toBe('text');
    expect((await readFile(`${path}.bad`)).length).toBe(length);
    expect((await readFile(path)).length).toBe(32);
  });

  test('half written by a process that was killed does no harm', async () => {
    const path = await keyPath();
    await writeFile(`${path}.new`, 'half');
    await openFileSecretBox(disk, path);
    expect(await readdir(join(path, '..'))).toEqual(['secret.key']);
  });
});

describe('a sealed text', () => {
  test('is opened as it was, whatever it is', async () => {
    const box = await openFileSecretBox(disk, await keyPath());
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(box.open(box.seal(text))).toBe(text);
      }),
    );
  });

  test('shows nothing of the text, and looks different each time', async () => {
    const box = await openFileSecretBox(disk, await keyPath());
    const [one, two] = [box.seal('hunter2'), box.seal('hunter2')];
    expect(Buffer.from(one).toString('latin1')).not.toContain('hunter2');
    expect(one).not.toEqual(two);
    expect(one[0]).toBe(1);
  });

  test('with any one bit changed, or cut short, is refused without a word of it', async () => {
    const box = await openFileSecretBox(disk, await keyPath());
    const sealed = box.seal('hunter2');
    const refused = (bytes: Uint8Array) => {
      let error: unknown;
      try {
        box.open(bytes);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(SatchelError);
      const { code, detail, cause } = error as SatchelError;
      expect(code).toBe('auth-required');
      expect(`${detail}${String(cause)}`).not.toMatch(/hunter|r2/);
    };
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Uint8Array.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      refused(changed);
    }
    for (let length = 0; length < sealed.length; length++) refused(sealed.subarray(0, length));
  });
});
