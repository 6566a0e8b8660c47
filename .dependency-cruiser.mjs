// Who may import whom. A room is a folder of main/, or one file; what it may import is all it may import of main/.
const rooms = {
  contract: [],
  world: ['contract'],
  source: ['contract'],
  bytes: ['contract', 'world'],
  progress: ['contract', 'world'],
  transfer: ['contract', 'world', 'source', 'bytes', 'progress'],
  zip: ['contract', 'world', 'source', 'bytes', 'progress'],
  task: ['contract', 'world', 'source', 'bytes', 'progress', 'transfer', 'zip'],
  'engine.ts': ['contract', 'world', 'source', 'bytes', 'progress', 'transfer', 'zip', 'task'],
  server: ['contract', 'world', 'progress', 'engine.ts'],
  doors: ['contract', 'world/clock.ts', 'progress', 'engine.ts', 'server'],
  desktop: ['contract', 'world', 'progress', 'engine.ts', 'doors', 'server'],
};

// Of these rooms only types may be imported: what works there is handed over as an argument.
const typesOnly = { source: ['world'], doors: ['task'] };

// The entries put the rooms together and may import any; only the desktop's may import the desktop.
const entries = ['index.ts', 'server.ts', 'cli.ts'];
const desktopEntry = 'index.ts';

// What only these files may import, of packages and of Node.
const onlyIn = [
  { what: npm('got'), where: ['^main/world/http[.]ts$'] },
  { what: npm('archiver'), where: ['^main/zip/stream[.]ts$'], within: '^main/' },
  { what: npm('electron'), where: ['^main/(desktop/|doors/ipc[.]ts$|index[.]ts$)', '^preload/', '^test/'] },
  {
    what: core('fs', 'fs/promises'),
    where: ['^main/world/(disk|blocking-disk|settings|standard-output)[.]ts$'],
    within: '^main/',
  },
  { what: core('sqlite'), where: ['^main/world/'], within: '^main/' },
  { what: core('net', 'tls', 'http', 'https', 'http2', 'dgram'), where: ['^main/world/'], within: '^main/' },
];

export default {
  forbidden: [
    ...Object.entries(rooms).flatMap(([room, allowed]) => wallsOf(room, allowed, typesOnly[room] ?? [])),
    error(
      'main-has-only-known-rooms',
      { path: '^main/', pathNot: mainPaths(Object.keys(rooms), entries) },
      {},
    ),
    error(
      'only-the-desktop-entry-imports-desktop',
      { path: mainPaths(entries.filter((each) => each !== desktopEntry)) },
      { path: mainPaths(['desktop'], [desktopEntry]) },
    ),
    error(
      'contract-imports-only-zod',
      { path: '^main/contract/' },
      { pathNot: ['^main/contract/', npm('zod').to.path] },
    ),
    error('main-stands-alone', { path: '^main/' }, { path: '^(test|bench|scripts|bin|preload|renderer)/' }),
    error(
      'pages-see-only-the-contract',
      { path: '^(renderer|preload)/' },
      { path: '^main/', pathNot: '^main/contract/' },
    ),
    error('pages-stand-alone', { path: '^(renderer|preload)/' }, { path: '^(test|bench|scripts|bin)/' }),
    error('renderer-runs-in-a-page', { path: '^renderer/' }, { dependencyTypes: ['core'] }),
    ...onlyIn.map(({ what, where, within }) =>
      error(`only-one-place-imports-${what.name}`, { path: within ?? '.', pathNot: where }, what.to),
    ),
    error('no-circles', {}, { circular: true }),
    error('all-resolved', {}, { couldNotResolve: true }),
  ],
  options: {
    // Without it an `import type` would not be seen.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default', 'node'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};

function wallsOf(room, allowed, types) {
  const from = { path: mainPaths([room]) };
  const walls = [
    error(`walls-of-${room}`, from, { path: '^main/', pathNot: mainPaths([room], allowed, types) }),
  ];
  if (types.length > 0) {
    walls.push(
      error(`types-only-in-${room}`, from, { path: mainPaths(types), dependencyTypesNot: ['type-only'] }),
    );
  }
  return walls;
}

/** Patterns for rooms: `x` is the folder main/x/, `x.ts` the file main/x.ts. */
function mainPaths(...lists) {
  return lists
    .flat()
    .map((room) => (room.endsWith('.ts') ? `^main/${room.replace('.', '[.]')}$` : `^main/${room}/`));
}

function npm(name) {
  return { name, to: { path: `(^|/)node_modules/(@types/)?${name}/` } };
}

/** Modules of Node itself; they are shown without `node:`, but for those that have no other name. */
function core(...names) {
  return { name: names[0], to: { dependencyTypes: ['core'], path: `^(node:)?(${names.join('|')})$` } };
}

function error(name, from, to) {
  return { name, severity: 'error', from, to };
}
