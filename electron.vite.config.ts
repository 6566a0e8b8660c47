import { join } from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

// electron-vite asks the installed electron package for its version, which is not needed to build for Node.
process.env['ELECTRON_MAJOR_VER'] ??= '45';

export default defineConfig({
  main: {
    // What archiver is made of computes CRCs in JavaScript; by native code that takes a third of the time.
    resolve: { alias: { 'crc-32': join(import.meta.dirname, 'main/zip/crc-32.ts') } },
    build: {
      // Nothing is needed from node_modules at run time: one file starts faster than a tree of packages.
      externalizeDeps: false,
      target: 'node22.12',
      rolldownOptions: {
        input: {
          index: 'main/index.ts',
          cli: 'main/cli.ts',
          'disk-thread-worker': 'main/world/disk-thread-worker.ts',
        },
        // All in one folder: what starts the worker may be in a chunk, and looks for it beside itself.
        output: { chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      // A sandboxed preload script is one CommonJS file.
      rolldownOptions: {
        input: { index: 'preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react(), tailwind()],
    build: {
      minify: true,
      // No small file becomes part of the page: its policy lets it load files of its own and nothing else.
      assetsInlineLimit: 0,
      rolldownOptions: { input: join(import.meta.dirname, 'renderer/index.html') },
    },
  },
});
