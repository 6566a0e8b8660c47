import { resolve } from 'node:path';
import type { Category } from '../contract/settings.ts';
import { extensionFor } from '../source/names.ts';

/**
 * The category of a file, by the longest ending of its name that one of them knows, else by its media type; else the
 * one that wants no ending in particular, or null.
 */
export function categoryOf(
  categories: readonly Category[],
  name: string,
  mediaType: string | null,
): Category | null {
  for (const ending of [...endingsOf(name), extensionFor(mediaType)?.slice(1) ?? '']) {
    const found = categories.find(({ extensions }) => extensions.includes(ending));
    if (found) return found;
  }
  return categories.find(({ extensions }) => extensions.length === 0) ?? null;
}

/** `tar.gz`, `gz` for `a.tar.gz`. */
function endingsOf(name: string): string[] {
  const parts = name.toLowerCase().split('.').slice(1);
  return parts.map((_, index) => parts.slice(index).join('.'));
}

/** The folder of a category, absolute; `downloads` is where everything lies. */
export function folderOf(category: Category | null, downloads: string): string {
  return resolve(downloads, category?.dir ?? '');
}
