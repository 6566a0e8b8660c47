import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { environmentOfChildren, switchOff } from './test/rules/switch-off.ts';

/** What runs the built program in a browser. */
const WINDOW = [
  'test/e2e/**/*.test.ts',
  'test/electron-host/**/*.test.ts',
  'test/desktop/running/**/*.test.ts',
  'test/extension/**/*.test.ts',
];

/** What looks into the archives of the installers, which take a while to make. */
const PACKAGING = ['test/packaging/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [switchOff()],
        // As in electron.vite.config.ts; only what is not left to Node can have an alias.
        resolve: { alias: { 'crc-32': join(import.meta.dirname, 'main/zip/crc-32.ts') } },
        test: {
          name: 'node',
          environment: 'node',
          // The page that shows the API takes a style sheet along, as text.
          css: true,
          server: { deps: { inline: ['archiver', 'zip-stream', 'compress-commons', 'crc32-stream'] } },
          include: ['test/**/*.test.ts'],
          exclude: [...WINDOW, ...PACKAGING],
          env: environmentOfChildren(),
          // The cache does not know of the switch: a run could get the source of another one.
          fsModuleCache: !process.env['SATCHEL_RULE_OFF'],
          // Many tests start processes and servers; on a busy machine with two cores a start alone takes a second.
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'window',
          environment: 'node',
          include: WINDOW,
          globalSetup: ['test/kit/chromium-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // A browser on two busy cores is late at times. What passes only then is named at the end of the run.
          retry: 1,
          // What is looked at until it is so: two browsers on two cores take their time.
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: 'packaging',
          environment: 'node',
          include: PACKAGING,
          globalSetup: ['test/kit/chromium-setup.ts', 'test/packaging/kit/archives.ts'],
          testTimeout: 30_000,
        },
      },
    ],
    maxWorkers: 2,
  },
});
