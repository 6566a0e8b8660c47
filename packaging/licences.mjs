// The licences of the packages that are bundled: most of them ask that their text goes along.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SOURCES = ['main', 'preload', 'renderer'];
const IMPORT = /(?:from|import|@import)\s*\(?\s*['"]((?:@[\w.-]+\/)?[\w][\w.-]*)(?:\/[^'"]*)?['"]/g;
const TEXT = /^(licen[cs]e|copying|notice)/i;
/** Brings licences of its own. */
const ELECTRON = 'electron';

/** One text with the licence of each package that the sources below `root` import, and of what those need. */
export function licencesOf(root) {
  const found = new Map();
  const wanted = importedBy(root).map((name) => ({ name, from: root }));
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    const folder = folderOf(next.name, next.from);
    if (folder === null || found.has(folder)) continue;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    found.set(folder, manifest);
    for (const name of Object.keys(manifest.dependencies ?? {})) wanted.push({ name, from: folder });
  }
  return [...found]
    .map(([folder, manifest]) => entry(folder, manifest))
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function importedBy(root) {
  const names = new Set();
  for (const room of SOURCES) {
    for (const path of readdirSync(join(root, room), { recursive: true })) {
      if (!/\.(tsx?|css)$/.test(path)) continue;
      const text = readFileSync(join(root, room, path), 'utf8');
      for (const [, name] of text.matchAll(IMPORT)) names.add(name);
    }
  }
  names.delete(ELECTRON);
  return [...names];
}

/** Where it is installed for whoever needs it; null: it is a part of Node, or only of other systems. */
function folderOf(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === dirname(folder)) return null;
  }
}

function entry(folder, { name, version, license, homepage }) {
  const texts = readdirSync(folder)
    .filter((file) => TEXT.test(file) && !/\.(js|ts|json)$/.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const head = [`${name} ${version}`, `Licence: ${license?.type ?? license}`, homepage].filter(Boolean);
  return `${[head.join('\n'), ...texts].join('\n\n')}\n`;
}
