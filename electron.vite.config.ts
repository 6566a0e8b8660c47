import { defineConfig } from 'electron-vite';

// electron-vite asks the installed electron package for its version, which is not needed to build for Node.
process.env['ELECTRON_MAJOR_VER'] ??= '45';

export default defineConfig({
  main: {
    build: {
      // Nothing is needed from node_modules at run time: one file starts faster than a tree of packages.
      externalizeDeps: false,
      target: 'node22.12',
      rolldownOptions: { input: { cli: 'main/cli.ts' } },
    },
  },
});
